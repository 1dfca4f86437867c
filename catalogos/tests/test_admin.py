"""The catalogues in the admin, which calls the same verbs as the API, and so says the same sentences."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalogos.admin import COLUMNAS
from catalogos.models import CATALOGOS, CICLO, Departamento, Lugar
from catalogos.tests.ejemplos import EJEMPLOS
from catalogos.tests.factories import FABRICAS, AseguradoraFactory, DepartamentoFactory, LugarFactory
from expedientes.tests.factories import ExpedienteFactory
from monitor.tests.formularios import enviar, frases
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(params=EJEMPLOS, ids=lambda ejemplo: ejemplo.ruta)
def caso(request):
    return request.param


def lista_de(modelo):
    return f"/admin/catalogos/{modelo._meta.model_name}/"


def pagina_de(fila, vista="change"):
    return f"{lista_de(type(fila))}{fila.pk}/{vista}/"


def filas_de(response):
    return [fila.pk for fila in response.context["cl"].result_list]


def accion(client, nombre, *filas, **otros):
    datos = {"action": nombre, "_selected_action": [fila.pk for fila in filas], "index": 0, **otros}
    return client.post(f"{lista_de(type(filas[0]))}?vigencia=todas", datos, follow=True)


def columnas(ejemplo):
    """Return the smallest body of the API, as the fields of the form."""
    nombres = {"tipoLugar": "tipo_lugar", "esPuntoFrecuente": "es_punto_frecuente"}
    return {nombres.get(campo, campo): valor for campo, valor in ejemplo.minimo.items()}


# --- Creating and changing ---


def test_agregar_escribe_por_el_verbo(caso, como_administrador, client):
    response = enviar(client, f"{lista_de(caso.modelo)}add/", **columnas(caso))
    fila = caso.modelo.objects.get()

    assert response.redirect_chain == [(lista_de(caso.modelo), 302)]
    assert fila.nombre == caso.fila_minima["Nombre"]
    assert getattr(fila, caso.modelo.clave) == caso.fila_minima[caso.modelo.clave.capitalize()]
    assert LogEntry.objects.get().user == como_administrador


def test_lo_que_ya_tenia_algo_invisible_se_puede_cambiar(como_administrador, client):
    fila = AseguradoraFactory()
    type(fila).objects.filter(pk=fila.pk).update(nombre="AXA\ufe0f")

    assert "tiene caracteres invisibles" in frases(enviar(client, pagina_de(fila), nombre="AXA\ufe0f\ufe0f"))[0]
    enviar(client, pagina_de(fila), nombre="AXA")

    assert type(fila).objects.get().nombre == "AXA"


def test_agregar_rechaza_una_clave_activa_con_la_frase_de_la_api(caso, como_administrador, client):
    ejemplo = {"codigo": "sc-001", "nombre": "Sede"} if caso.modelo is Lugar else columnas(caso)
    enviar(client, f"{lista_de(caso.modelo)}add/", **ejemplo)
    response = enviar(client, f"{lista_de(caso.modelo)}add/", **ejemplo)

    assert frases(response) == [caso.ya_existe]
    assert caso.modelo.objects.count() == 1


def test_agregar_una_eliminada_la_reactiva(caso, como_administrador, client):
    fila = FABRICAS[caso.modelo](eliminada=True)
    clave = {caso.modelo.clave: getattr(fila, caso.modelo.clave)}
    enviar(client, f"{lista_de(caso.modelo)}add/", **{"nombre": "Otra"} | clave)

    assert not caso.modelo.objects.get(pk=fila.pk).eliminado


def test_cambiar_rechaza_una_clave_ajena(caso, como_administrador, client):
    ajena, propia = FABRICAS[caso.modelo](), FABRICAS[caso.modelo]()
    valor = getattr(ajena, caso.modelo.clave)
    response = enviar(client, pagina_de(propia), **{caso.modelo.clave: valor})

    ejemplo = caso.fila_completa[caso.modelo.clave.capitalize()]
    assert frases(response) == [caso.ya_existe.replace(ejemplo, valor)]


@pytest.mark.parametrize(
    ("campo", "valor", "frase"),
    [
        ("codigo", "A B", "codigo: no se admiten espacios"),
        ("nombre", "  ", "nombre: Este campo es requerido."),
        ("latitud", "90.5", "latitud: debe estar entre -90 y 90"),
        ("longitud", "-181", "longitud: debe estar entre -180 y 180"),
        ("longitud", "-9,5", "longitud: Introduzca un número."),
        ("latitud", "nan", "latitud: Introduzca un número."),
        (
            "telefono_contacto",
            "x" * 21,
            "telefono_contacto: Asegúrese de que este valor tenga como máximo 20 caracteres",
        ),
    ],
)
def test_lugar_rechaza_en_su_campo(campo, valor, frase, como_administrador, client):
    lugar = LugarFactory()
    response = enviar(client, pagina_de(lugar), **{campo: valor})

    assert [dicha[: len(frase)] for dicha in frases(response)] == [frase]


def test_las_coordenadas_se_mandan_como_se_escriben(como_administrador, client):
    pagina = client.get(pagina_de(LugarFactory(longitud=-99.13))).content.decode()

    assert '<input type="text" name="longitud" value="-99.13" inputmode="decimal"' in pagina


def test_departamento_rechaza_un_ciclo(como_administrador, client):
    padre = DepartamentoFactory()
    hijo = DepartamentoFactory(departamento_padre_id=padre.pk)
    response = enviar(client, pagina_de(padre), departamento_padre=hijo.pk)

    assert frases(response) == [CICLO]
    assert Departamento.objects.get(pk=padre.pk).departamento_padre_id is None


def test_departamento_no_ofrece_padres_eliminados(como_administrador, client):
    eliminado = DepartamentoFactory(eliminada=True)
    response = enviar(client, pagina_de(DepartamentoFactory()), departamento_padre=eliminado.pk)

    assert len(frases(response)) == 1
    assert frases(response)[0].startswith("departamento_padre: ")


# --- Deleting and bringing back ---


def test_eliminar_marca_la_fila(caso, como_administrador, client):
    fila = FABRICAS[caso.modelo]()
    client.post(pagina_de(fila, "delete"), {"post": "yes"})

    assert caso.modelo.objects.get().eliminado
    assert filas_de(client.get(lista_de(caso.modelo))) == []


def test_eliminar_en_uso_dice_la_frase_de_la_api(como_administrador, client):
    aseguradora, libre = AseguradoraFactory(), AseguradoraFactory()
    ExpedienteFactory(aseguradora=aseguradora, por=como_administrador)
    frase = "No se puede eliminar esta aseguradora porque tiene expedientes activos asociados"

    response = client.post(pagina_de(aseguradora, "delete"), {"post": "yes"}, follow=True)
    assert frases(response) == [frase]
    response = accion(client, "delete_selected", aseguradora, libre, post="yes")
    assert frases(response) == ["Se eliminaron: 1 aseguradora.", f"{frase}: {aseguradora.nombre}."]
    assert [type(libre).objects.get(pk=fila.pk).eliminado for fila in (aseguradora, libre)] == [False, True]


def test_reactivar_devuelve_las_eliminadas_como_estaban(caso, como_administrador, client):
    eliminada, vigente = FABRICAS[caso.modelo](eliminada=True), FABRICAS[caso.modelo]()
    response = accion(client, "reactivar", eliminada, vigente)
    este, o = ("esta", "a") if caso.eliminado.split()[0] == "Aseguradora" else ("este", "o")
    uno, varios = caso.modelo._meta.verbose_name, caso.listado[len("Listado de ") : -len(" obtenido exitosamente")]

    assert varios == caso.modelo._meta.verbose_name_plural
    assert frases(response) == [
        f"Se reactivaron: 1 {uno}.",
        f"No se puede reactivar {este} {uno} porque no está eliminad{o}: {vigente.nombre}.",
    ]
    fila = caso.modelo.objects.get(pk=eliminada.pk)
    assert (fila.eliminado, fila.nombre) == (False, eliminada.nombre)


def test_reactivar_sin_su_padre_se_rechaza(como_administrador, client):
    padre = DepartamentoFactory()
    hijo = DepartamentoFactory(departamento_padre_id=padre.pk)
    for fila in (hijo, padre):
        Departamento.objects.eliminar(fila.pk, por=como_administrador)
    response = accion(client, "reactivar", hijo)

    frase = f"departamentoPadreId: no existe un departamento con Id {padre.pk}"
    assert frases(response) == [f"{frase}: {hijo.nombre}."]
    assert Departamento.objects.get(pk=hijo.pk).eliminado


def test_una_eliminada_solo_se_mira(caso, como_administrador, client):
    fila = FABRICAS[caso.modelo](eliminada=True)

    assert client.get(pagina_de(fila)).status_code == 200
    assert client.post(pagina_de(fila), {"nombre": "Otro"}).status_code == 403
    assert client.get(pagina_de(fila, "delete")).status_code == 403


# --- The list ---


@pytest.mark.parametrize(("vigencia", "cuales"), [(None, [0]), ("eliminadas", [1]), ("todas", [0, 1]), ("otra", [0])])
def test_la_lista_filtra_por_vigencia(vigencia, cuales, caso, como_administrador, client):
    filas = [FABRICAS[caso.modelo](), FABRICAS[caso.modelo](eliminada=True)]
    response = client.get(lista_de(caso.modelo), {"vigencia": vigencia} if vigencia else {})

    assert sorted(filas_de(response)) == [filas[i].pk for i in cuales]


def test_la_lista_busca_sin_acentos(caso, como_administrador, client):
    fila, _ = FABRICAS[caso.modelo](nombre="Ávila"), FABRICAS[caso.modelo]()

    assert filas_de(client.get(lista_de(caso.modelo), {"q": "AVILA"})) == [fila.pk]


@pytest.mark.parametrize("filas", [1, 3])
def test_consultas_de_la_lista(filas, caso, como_administrador, client):
    for _ in range(filas):
        FABRICAS[caso.modelo]()
    client.get(lista_de(caso.modelo))
    # The statements read the session, the user, the total and the rows, and the values of a column that filters.
    filtros = {"Departamento": 1, "Lugar": 1}.get(caso.modelo.__name__, 0)
    with CaptureQueriesContext(connection) as capturadas:
        client.get(lista_de(caso.modelo))

    assert len(capturadas) == 4 + filtros


# --- Roles ---


@pytest.mark.una_vez
@pytest.mark.parametrize("modelo", CATALOGOS)
@pytest.mark.parametrize("rol", ["administrador", "operador", "tecnico"])
def test_roles(rol, modelo, client):
    client.force_login(UsuarioFactory(**{rol: True} if rol != "operador" else {}))
    fila = FABRICAS[modelo]()
    escribe, elimina = rol != "tecnico", rol == "administrador"

    assert client.get(lista_de(modelo)).status_code == 200
    assert client.get(pagina_de(fila)).status_code == 200
    assert client.get(f"{lista_de(modelo)}add/").status_code == (200 if escribe else 403)
    assert (client.post(pagina_de(fila), {}).status_code != 403) == escribe
    assert (client.get(pagina_de(fila, "delete")).status_code == 200) == elimina


def test_las_columnas_de_las_listas_existen():
    for modelo, nombres in COLUMNAS.items():
        assert set(nombres) <= {campo.name for campo in modelo.editables()}
