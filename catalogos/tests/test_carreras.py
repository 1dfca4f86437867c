"""Races of two HTTP requests on a real server of two processes, or of two transactions."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, transaction

from catalogos.models import CATALOGOS, Aseguradora, Departamento
from catalogos.serializers import entrada
from catalogos.tests.factories import FABRICAS, AseguradoraFactory, DepartamentoFactory
from catalogos.views import ruta_de
from expedientes.models import Expediente
from monitor.api.tests.cliente import Paciente
from monitor.errores import DatosInvalidos
from monitor.tests.conexiones import en_otra_conexion, esperar_a_que_alguien_espere
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import UsuarioFactory

RONDAS = 12


@pytest.fixture
def pedir(servidor):
    return Paciente(servidor, UsuarioFactory(administrador=True)).pedir


def a_la_vez(*pedidos):
    """Send the HTTP requests at once, and return their statuses in order. Each is `(pedir, method, path, data)`."""
    with ThreadPoolExecutor(len(pedidos)) as hilos:
        futuros = [hilos.submit(pedir, *resto) for pedir, *resto in pedidos]
        return [futuro.result().status for futuro in futuros]


@pytest.mark.parametrize("modelo", CATALOGOS)
def test_dos_altas_con_la_misma_clave_dejan_una(modelo, pedir):
    for ronda in range(RONDAS):
        datos = {"nombre": f"Ávila {ronda}"} | ({"codigo": f"A{ronda}"} if modelo.clave == "codigo" else {})
        en_minusculas = {campo: valor.lower() for campo, valor in datos.items()}
        ruta = f"/{ruta_de(modelo)}/"
        estados = a_la_vez((pedir, "POST", ruta, datos), (pedir, "POST", ruta, en_minusculas))

        assert sorted(estados) == [201, 409]
    assert modelo.objects.count() == RONDAS


@pytest.mark.parametrize("modelo", CATALOGOS)
def test_dos_altas_de_una_eliminada_la_reactivan_una_vez(modelo, pedir):
    for _ in range(RONDAS):
        fila = FABRICAS[modelo](eliminada=True)
        datos = {"nombre": fila.nombre} | ({"codigo": fila.codigo} if modelo.clave == "codigo" else {})
        pedido = (pedir, "POST", f"/{ruta_de(modelo)}/", datos)

        assert sorted(a_la_vez(pedido, pedido)) == [201, 409]
    assert modelo.objects.vigentes().count() == RONDAS


def test_dos_departamentos_no_se_hacen_padre_uno_del_otro(pedir):
    for _ in range(RONDAS):
        uno, otro = DepartamentoFactory(), DepartamentoFactory()
        estados = a_la_vez(
            (pedir, "PUT", f"/departamento/{uno.pk}", {"departamentoPadreId": otro.pk}),
            (pedir, "PUT", f"/departamento/{otro.pk}", {"departamentoPadreId": uno.pk}),
        )

        assert sorted(estados) == [200, 400]
    assert Departamento.objects.filter(departamento_padre__departamento_padre__isnull=False).count() == 0


def test_un_padre_no_se_elimina_mientras_le_cuelgan_un_hijo(pedir):
    for ronda in range(RONDAS):
        padre = DepartamentoFactory()
        hijo = {"codigo": f"H{ronda}", "nombre": "Hijo", "departamentoPadreId": padre.pk}
        estados = a_la_vez((pedir, "POST", "/departamento/", hijo), (pedir, "DELETE", f"/departamento/{padre.pk}"))

        assert estados in ([201, 409], [400, 200])
    assert not Departamento.objects.vigentes().filter(departamento_padre__eliminado=True).exists()


def test_una_aseguradora_no_se_elimina_mientras_un_expediente_la_toma(pedir):
    for ronda in range(RONDAS):
        aseguradora = AseguradoraFactory()
        datos = {"no_siniestro": f"SIN-{ronda}", "id_aseguradora": aseguradora.pk}
        estados = a_la_vez(
            (pedir, "POST", "/api/expedientes", datos), (pedir, "DELETE", f"/aseguradora/{aseguradora.pk}")
        )

        assert estados in ([201, 409], [400, 200])
    assert not Expediente.objects.filter(aseguradora__eliminado=True).exists()
    assert Expediente.objects.count() == Aseguradora.objects.vigentes().count()


@pytest.mark.postgresql
def test_cambiar_lo_que_otro_refiere_no_espera(transactional_db):
    """If it waited, two people who refer to each other's rows would wait for each other."""
    padre, jefe = DepartamentoFactory(), UsuarioFactory()

    with transaction.atomic():
        entrada(Departamento).read(
            {"codigo": "H", "nombre": "Hijo", "departamentoPadreId": padre.pk, "idPerfilJefe": jefe.pk}
        )
        en_otra_conexion(lambda: Departamento.objects.actualizar(padre.pk, {"nombre": "Otro"}, por=None))
        nieto = {"codigo": "N", "nombre": "Nieto", "departamento_padre_id": padre.pk}
        en_otra_conexion(lambda: Departamento.objects.crear(nieto, por=None))
        en_otra_conexion(lambda: Usuario.objects.actualizar(jefe.pk, {"nombre": "Otra"}, por=None))

    assert Departamento.objects.get(pk=padre.pk).nombre == "Otro"
    assert Departamento.objects.get(codigo="N").departamento_padre_id == padre.pk
    assert Usuario.objects.get().nombre == "Otra"


@pytest.mark.postgresql
@pytest.mark.parametrize("verbo", ["crear", "actualizar", "reactivar"])
def test_colgarse_de_un_departamento_espera_a_quien_lo_elimina_y_se_rechaza(verbo, transactional_db):
    """The verb is called by itself, as the admin and the commands do. It locks the tree before it looks at the
    parent."""
    padre, suelto, administrador = DepartamentoFactory(), DepartamentoFactory(), UsuarioFactory(administrador=True)
    eliminado = DepartamentoFactory(departamento_padre_id=padre.pk, eliminada=True)
    del_padre, todos = {"departamento_padre_id": padre.pk}, Departamento.objects
    colgar = {
        "crear": lambda: todos.crear({"codigo": "H", "nombre": "Hijo"} | del_padre, por=administrador),
        "actualizar": lambda: todos.actualizar(suelto.pk, del_padre, por=administrador),
        "reactivar": lambda: todos.reactivar(eliminado.pk, por=administrador),
    }[verbo]

    with ThreadPoolExecutor(1) as hilo:
        with transaction.atomic():
            todos.eliminar(padre.pk, por=administrador)
            resultado = hilo.submit(en_otra_conexion, colgar)
            esperar_a_que_alguien_espere()
        with pytest.raises(DatosInvalidos, match=f"no existe un departamento con Id {padre.pk}"):
            resultado.result()

    assert list(todos.vigentes()) == [suelto]
    assert todos.get(pk=suelto.pk).departamento_padre is None


@pytest.mark.postgresql
@pytest.mark.parametrize("verbo", ["departamento", "usuario"])
def test_eliminar_lo_que_otro_empieza_a_referir_espera(verbo, transactional_db):
    padre, jefe, administrador = DepartamentoFactory(), UsuarioFactory(), UsuarioFactory(administrador=True)
    eliminar = {
        "departamento": lambda: Departamento.objects.eliminar(padre.pk, por=administrador),
        "usuario": lambda: Usuario.objects.eliminar(jefe.pk, por=administrador),
    }[verbo]

    with transaction.atomic():
        entrada(Departamento).read(
            {"codigo": "H", "nombre": "Hijo", "departamentoPadreId": padre.pk, "idPerfilJefe": jefe.pk}
        )
        with pytest.raises(OperationalError, match="lock timeout"):
            en_otra_conexion(eliminar)
