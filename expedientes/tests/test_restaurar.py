"""An archived expediente that comes back: the same one, whole, with a chain that still proves it."""

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from functools import partial
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import expect

from catalogos.models import Aseguradora
from expedientes.archivo import SIN_LUGAR, ExpedienteArchivado
from expedientes.models import Expediente, HistorialEstado
from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory
from expedientes.verbos import OCUPADO, YA_NO_ESTA
from monitor.api.tests.cliente import Paciente, respuesta
from monitor.cambios.models import Cambio
from monitor.cambios.verificacion import hallazgos
from monitor.errores import Conflicto, ErrorDeDominio, NoEncontrado
from monitor.tests.formularios import frases
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.django_db

ARCHIVO = "/admin/expedientes/expedientearchivado/"
RUTA = "/api/expedientes"


def archivar(clave="SIN-1", por=None, **datos):
    """Open an expediente, give it a past, archive it, and return its copy."""
    expediente = ExpedienteFactory(no_siniestro=clave, **datos)
    por = por or UsuarioFactory(administrador=True)
    Expediente.objects.cambiar_estado(clave, "Restauracion", por=por)
    Expediente.objects.actualizar(clave, {"color": "azul"}, por=por)
    return Expediente.objects.archivar(expediente.pk, por=por)


def restaurar(copia, por):
    return Expediente.objects.restaurar(copia.pk, por=por)


def cuantos():
    return [modelo.objects.count() for modelo in (Expediente, HistorialEstado, ExpedienteArchivado)]


# --- What comes back ---


def test_vuelve_como_estaba_con_su_historial(administrador, operador):
    ExpedienteFactory(no_siniestro="SIN/1", completo=True, por=operador.usuario)
    administrador.patch(f"{RUTA}/SIN%2F1/estado", {"estado": "Salida"})
    antes = administrador.get(f"{RUTA}/SIN%2F1").json()
    fila = Expediente.objects.values().get()
    administrador.delete(f"{RUTA}/SIN%2F1")

    restaurar(ExpedienteArchivado.objects.get(), administrador.usuario)

    assert administrador.get(f"{RUTA}/SIN%2F1").json() == antes
    distinto = {campo for campo, valor in Expediente.objects.values().get().items() if valor != fila[campo]}
    assert distinto == {"version", "eslabones", "cabeza"}
    assert cuantos() == [1, 2, 0]
    assert list(hallazgos()) == []


def test_queda_dicho_quien_lo_trajo_de_vuelta(administrador):
    copia = archivar()

    expediente = restaurar(copia, administrador.usuario)

    ultimo = Cambio.objects.filter(uid=expediente.uid).first()
    assert (ultimo.usuario, ultimo.cambios) == (administrador.usuario, '{"archivado":{"de":true,"a":false}}')
    assert str(expediente.uid) == copia.datos["uid"]


def test_el_que_volvio_sigue_su_vida_y_puede_archivarse_otra_vez(administrador):
    restaurar(archivar(), administrador.usuario)

    Expediente.objects.cambiar_estado("SIN-1", "Salida", por=administrador.usuario)
    otra = Expediente.objects.archivar("SIN-1", por=administrador.usuario)
    restaurar(otra, administrador.usuario)

    estados = Expediente.objects.get().historial.order_by("id").values_list("estado_nuevo", flat=True)
    assert list(estados) == ["Ingreso", "Restauracion", "Salida"]
    assert list(hallazgos()) == []


def test_lo_que_se_leyo_antes_de_archivarlo_ya_no_sirve_para_escribir(administrador):
    ExpedienteFactory(no_siniestro="SIN-1")
    etag = administrador.get(f"{RUTA}/SIN-1").headers["ETag"]
    restaurar(Expediente.objects.archivar("SIN-1", por=administrador.usuario), administrador.usuario)

    assert administrador.put(f"{RUTA}/SIN-1", {"color": "rojo"}, **{"If-Match": etag}).status_code == 412


def test_un_sello_de_antes_lo_cumple(administrador, tmp_path):
    ExpedienteFactory(no_siniestro="SIN-1")
    copia = archivar("SIN-2")
    call_command("sellar_historial", crear_clave=tmp_path / "clave", stdout=StringIO())
    call_command("sellar_historial", clave=tmp_path / "clave", carpeta=tmp_path, stdout=StringIO())

    restaurar(Expediente.objects.archivar("SIN-1", por=administrador.usuario), administrador.usuario)
    restaurar(copia, administrador.usuario)

    salida = StringIO()
    call_command(
        "verificar_historial", sello=next(tmp_path.glob("*.sello")), clave=tmp_path / "clave.pub", stdout=salida
    )
    assert "Comparado con el sello" in salida.getvalue()


def test_quien_guarda_una_copia_lo_recibe_y_no_lo_borra(administrador):
    ExpedienteFactory(no_siniestro="SIN-1")
    momento = administrador.get(f"{RUTA}?actualizado_desde=1970-01-01T00:00:00Z").headers["Actualizado-Hasta"]
    restaurar(Expediente.objects.archivar("SIN-1", por=administrador.usuario), administrador.usuario)

    escritos = administrador.get(f"{RUTA}?actualizado_desde={momento}")
    archivados = administrador.get(f"{RUTA}/archivados?desde={momento}")

    assert [fila["no_siniestro"] for fila in respuesta(escritos)[1]] == ["SIN-1"]
    assert respuesta(archivados) == (200, [])


def test_una_aseguradora_eliminada_no_lo_impide(administrador):
    aseguradora = AseguradoraFactory()
    copia = archivar(aseguradora=aseguradora)
    Aseguradora.objects.eliminar(aseguradora.pk, por=administrador.usuario)

    assert restaurar(copia, administrador.usuario).aseguradora_id == aseguradora.pk


@pytest.mark.parametrize("cambios", [1, 3])
def test_las_sentencias_no_crecen_con_el_historial(administrador, cambios):
    ExpedienteFactory(no_siniestro="SIN-1")
    for estado in ["Salida", "Ingreso", "Salida"][:cambios]:
        Expediente.objects.cambiar_estado("SIN-1", estado, por=administrador.usuario)
    copia = Expediente.objects.archivar("SIN-1", por=administrador.usuario)

    with CaptureQueriesContext(connection) as capturadas:
        restaurar(copia, administrador.usuario)

    # What begins and ends the transaction and the savepoint; the locked copy; its people; the expediente with its
    # change, which on SQLite take a savepoint and a statement more; its history; and the one that takes the copy out.
    assert len(capturadas) == (9 if connection.vendor == "postgresql" else 12)


# --- What doesn't ---


def test_un_numero_ocupado_lo_impide_y_nada_cambia(administrador):
    copia = archivar()
    ExpedienteFactory(no_siniestro="SIN-1", color="verde")

    with pytest.raises(Conflicto, match=OCUPADO):
        restaurar(copia, administrador.usuario)

    assert cuantos() == [1, 1, 1]
    assert Expediente.objects.get().color == "verde"
    assert list(hallazgos()) == []


def test_lo_que_ya_volvio_no_vuelve_otra_vez(administrador):
    copia = archivar()
    restaurar(copia, administrador.usuario)

    with pytest.raises(NoEncontrado, match=YA_NO_ESTA):
        restaurar(copia, administrador.usuario)


def test_sin_las_personas_de_su_historial_no_vuelve(administrador):
    se_fue = UsuarioFactory(nombre="Ana Ruiz")
    copia = archivar()
    datos = deepcopy(ExpedienteArchivado.objects.get(pk=copia.pk).datos)
    datos["usuario"].append({"id": se_fue.pk, "nombre": "Ana Ruiz", "username": "ana"})
    ExpedienteArchivado.objects.update(datos=datos)
    Usuario.objects.filter(pk=se_fue.pk).delete()

    with pytest.raises(Conflicto, match="«Ana Ruiz» ya no existe"):
        restaurar(copia, administrador.usuario)
    assert cuantos() == [0, 0, 1]


def test_sin_su_aseguradora_no_vuelve(administrador):
    aseguradora = AseguradoraFactory(nombre="AXA")
    copia = archivar(aseguradora=aseguradora)
    Aseguradora.objects.filter(pk=aseguradora.pk).delete()

    with pytest.raises(Conflicto, match="«AXA» ya no existe"):
        restaurar(copia, administrador.usuario)


# --- Copies from other times ---


def cambiar_copia(copia, **cambios):
    """Change a copy by hand. `...` takes a key away."""
    datos = ExpedienteArchivado.objects.get(pk=copia.pk).datos | cambios
    datos = {clave: valor for clave, valor in datos.items() if valor is not ...}
    ExpedienteArchivado.objects.filter(pk=copia.pk).update(datos=datos)
    return copia


@pytest.mark.parametrize(
    "cambios",
    [{"una_columna_de_antes": 1}, {"fecha_ingreso": "ayer"}, {"estado": ...}, {"no_siniestro": ...}],
    ids=["una columna que ya no hay", "un valor que ya no cabe", "sin estado", "sin número"],
)
def test_una_copia_que_no_cabe_se_queda_en_el_archivo(administrador, cambios):
    copia = cambiar_copia(archivar(), **cambios)

    with pytest.raises(Conflicto, match=SIN_LUGAR):
        restaurar(copia, administrador.usuario)
    assert cuantos() == [0, 0, 1]


def test_una_copia_sin_columnas_nuevas_vuelve_con_lo_que_tiene(administrador):
    copia = cambiar_copia(archivar(marca="Audi"), fecha_entrega=..., una_columna_vacia=None)

    assert (restaurar(copia, administrador.usuario).marca, Expediente.objects.get().fecha_entrega) == ("Audi", None)


def test_una_copia_de_antes_de_las_cadenas_empieza_la_suya(administrador):
    copia = archivar()
    historial = [
        {campo: valor for campo, valor in fila.items() if campo not in ("eslabon", "huella")}
        for fila in ExpedienteArchivado.objects.get().datos["historial_estado"]
    ]
    cambiar_copia(
        copia, uid=..., eslabones=..., cabeza=..., version=..., en_estado_desde=..., historial_estado=historial
    )

    restaurar(copia, administrador.usuario)

    nuevo = Expediente.objects.get()
    assert (nuevo.eslabones, nuevo.version) == (3, 1)
    assert nuevo.en_estado_desde == nuevo.historial.first().fecha_cambio
    assert [frase for frase in hallazgos() if nuevo.pk in frase] == []


# --- Races ---


def a_la_vez(*trabajos):
    with ThreadPoolExecutor(len(trabajos)) as hilos:
        return [futuro.result() for futuro in [hilos.submit(trabajo) for trabajo in trabajos]]


def restaurador(copia, usuario):
    """Return a job that restores a copy, in a thread with a connection of its own, and says how it went."""

    def trabajo():
        try:
            restaurar(copia, usuario)
            return "restaurado"
        except ErrorDeDominio as error:
            return error.mensaje
        finally:
            connection.close()

    return trabajo


def test_dos_que_lo_restauran_a_la_vez_lo_traen_una_vez(servidor):
    jefa = UsuarioFactory(administrador=True)
    for vuelta in range(5):
        copia = archivar(f"SIN-{vuelta}", por=jefa)

        assert sorted(a_la_vez(*[restaurador(copia, jefa)] * 2)) == sorted(["restaurado", YA_NO_ESTA])
    assert cuantos() == [5, 10, 0]
    assert list(hallazgos()) == []


def test_restaurar_y_abrir_a_la_vez_dejan_uno(servidor):
    jefa = UsuarioFactory(administrador=True)
    remota = Paciente(servidor, jefa)
    for vuelta in range(5):
        clave = f"SIN-{vuelta}"
        copia = archivar(clave, por=jefa)
        abrir = partial(remota.pedir, "POST", RUTA, {"no_siniestro": clave})

        como, recibida = a_la_vez(restaurador(copia, jefa), abrir)

        assert (como, recibida.status) in {("restaurado", 409), (OCUPADO, 201)}
        assert Expediente.objects.filter(pk=clave).count() == 1
    assert list(hallazgos()) == []


# --- In the admin ---


def pedir_restaurar(client, *copias):
    datos = {"action": "restaurar", "_selected_action": [copia.pk for copia in copias]}
    return client.post(ARCHIVO, datos, follow=True)


def test_restaurar_uno_lleva_a_su_pagina(client, como_administrador):
    copia = archivar("SIN/1")
    pagina = client.get(f"{ARCHIVO}{copia.pk}/change/").content.decode()
    assert 'value="restaurar"' in pagina

    response = pedir_restaurar(client, copia)

    assert response.redirect_chain == [("/admin/expedientes/expediente/SIN_2F1/change/", 302)]
    assert frases(response) == ["Se restauraron: 1 expediente archivado."]


def test_restaurar_varios_dice_cuales_no(client, como_administrador):
    copias = [archivar(clave) for clave in "ABC"]
    ExpedienteFactory(no_siniestro="B")

    response = pedir_restaurar(client, *copias)

    assert frases(response) == ["Se restauraron: 2 expedientes archivados.", f"{OCUPADO}: B."]
    assert sorted(Expediente.objects.values_list("pk", flat=True)) == ["A", "B", "C"]


@pytest.mark.parametrize("trait", [{}, {"tecnico": True}])
def test_solo_un_administrador_restaura(client, trait):
    copia = archivar()
    client.force_login(UsuarioFactory(**trait))

    assert pedir_restaurar(client, copia).status_code == 403
    assert cuantos() == [0, 0, 1]


@pytest.mark.una_vez
def test_en_tres_clics_desde_la_primera_pagina(mano, servidor):
    archivar("SIN-1")
    mano.entrar(UsuarioFactory(administrador=True), servidor)

    mano.clic(mano.pagina.get_by_role("link", name="Expedientes archivados").first)
    mano.clic(mano.pagina.get_by_role("link", name="SIN-1"))
    mano.clic(mano.pagina.get_by_role("button", name="Restaurar"))

    expect(mano.pagina.locator("#id_color")).to_have_value("azul")
    assert mano.clics <= 3
