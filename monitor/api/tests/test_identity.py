"""The statement that reads the data together with who asks must let in nobody whom two statements would keep out."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from expedientes.models import Expediente, HistorialEstado
from expedientes.tests.anexos import ChecklistFactory, LevantamientoFactory
from expedientes.tests.factories import ExpedienteFactory
from monitor.api import tokens
from monitor.api.identity import Caller, CallerQuery, only_for_caller
from monitor.api.tests.cliente import Api, respuesta
from monitor.db.writes import insert, insert_many, update
from monitor.errores import DatosInvalidos, NoAutenticado, SinPermiso
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import UsuarioFactory

INVALIDO = (401, {"error": "Token inválido o expirado"})
RUTAS = [
    "/api/expedientes",
    "/api/expedientes?por_pagina=1",
    "/api/expedientes?estado=Salida",
    "/api/expedientes?parametro=desconocido",
    "/api/expedientes/pendientes",
    "/api/expedientes/nube",
    "/api/expedientes/S-1",
    "/api/expedientes/no-existe",
]


@pytest.fixture
def api(db):
    ExpedienteFactory(no_siniestro="S-1")
    return Api(UsuarioFactory(tecnico=True))


@pytest.mark.parametrize("ruta", RUTAS)
@pytest.mark.parametrize("cambio", [{"is_active": False}, {"version_token": 99}])
def test_quien_ya_no_puede_no_recibe_ni_un_error_de_otra_clase(api, ruta, cambio):
    assert api.token, "issued before the change"
    Usuario.objects.filter(pk=api.usuario.pk).update(**cambio)
    assert respuesta(api.get(ruta)) == INVALIDO


@pytest.mark.parametrize("ruta", RUTAS)
def test_sin_token_no_se_lee_nada(api, ruta):
    with CaptureQueriesContext(connection) as sentencias:
        assert respuesta(Api().get(ruta)) == (401, {"error": "Token requerido"})
    assert len(sentencias) == 0


@pytest.mark.parametrize(
    ("ruta", "cuantas"),
    [
        ("/api/expedientes/S-1", 1),  # the expediente, its insurer, its history and who asks
        ("/api/expedientes?por_pagina=1", 1),  # the page, and who asks
        ("/api/expedientes/no-existe", 3),  # nothing, then which one left the number, then who asks
        ("/api/expedientes/nube", 2),
    ],
)
def test_quien_pide_se_lee_con_los_datos(api, ruta, cuantas, django_assert_num_queries):
    with django_assert_num_queries(cuantas):
        api.get(ruta)


ESCRITURAS = [
    ("POST", "/api/expedientes", {"no_siniestro": "NUEVO"}),
    ("POST", "/api/expedientes", {"no_siniestro": "S-1"}),
    ("POST", "/api/expedientes", {"no_siniestro": "NUEVO", "id_aseguradora": 999_999}),
    ("POST", "/api/expedientes", {"color": 5}),
    ("PUT", "/api/expedientes/S-1", {"color": "azul"}),
    ("PUT", "/api/expedientes/S-1", {"id_aseguradora": 999_999}),
    ("PUT", "/api/expedientes/S-1", {"color": 5}),
    ("PUT", "/api/expedientes/S-1", {}),
    ("PUT", "/api/expedientes/no-existe", {"color": "azul"}),
]
QUITAN = [
    ({"is_active": False}, INVALIDO),
    ({"version_token": 99}, INVALIDO),
    ({"rol": "Tecnico"}, (403, {"error": "Acceso restringido a administradores y operadores"})),
]


@pytest.mark.parametrize(("metodo", "ruta", "datos"), ESCRITURAS)
@pytest.mark.parametrize(("cambio", "esperada"), QUITAN)
def test_quien_ya_no_puede_no_escribe_ni_sabe_por_que_no_se_podria(db, metodo, ruta, datos, cambio, esperada):
    ExpedienteFactory(no_siniestro="S-1", color="rojo")
    api = Api(UsuarioFactory())
    assert api.token, "issued before the change"
    Usuario.objects.filter(pk=api.usuario.pk).update(**cambio)

    assert respuesta(api.pedir(metodo, ruta, datos)) == esperada
    assert list(Expediente.objects.values_list("no_siniestro", "color")) == [("S-1", "rojo")]
    assert HistorialEstado.objects.count() == 1


@pytest.fixture
def revocada(db):
    """The caller of a token that was good once."""
    return Caller(tokens.Token(UsuarioFactory().pk, version=99, exp=0), "expedientes.change_expediente")


@pytest.mark.parametrize("dato", ["pk", "rol", "username"])
def test_de_quien_no_se_ha_comprobado_no_se_sabe_nada(revocada, dato):
    with pytest.raises(NoAutenticado):
        getattr(revocada, dato)


def test_a_nombre_de_quien_ya_no_puede_no_se_escribe_nada(revocada):
    ExpedienteFactory(no_siniestro="S-1", color="rojo")
    historial = {"expediente_id": "S-1", "estado_anterior": "Ingreso", "estado_nuevo": "Salida"}

    with pytest.raises(NoAutenticado):
        update(Expediente, "S-1", {"color": "azul"}, por=revocada)
    with pytest.raises(NoAutenticado):
        insert(HistorialEstado, historial, por=revocada)
    with pytest.raises(NoAutenticado):
        insert_many(HistorialEstado, [historial], por=revocada)
    with pytest.raises(DatosInvalidos), transaction.atomic():
        insert(HistorialEstado, historial | {"cambiado_por_id": revocada.reference}, por=revocada)
    assert list(Expediente.objects.values_list("color", flat=True)) == ["rojo"]
    assert HistorialEstado.objects.count() == 1


QUITAN_DE_LA_LISTA = {
    "quitar_parte": lambda anexo, parte, lista: (parte,),
    "actualizar": lambda anexo, parte, lista: (anexo, {lista: []}),
}


@pytest.mark.parametrize("verbo", QUITAN_DE_LA_LISTA)
@pytest.mark.parametrize(("fabrica", "lista"), [(ChecklistFactory, "items"), (LevantamientoFactory, "conceptos")])
def test_lo_que_un_verbo_escribio_antes_de_preguntar_por_quien_pide_se_deshace(revocada, fabrica, lista, verbo):
    """A row of the list goes before the annex is written, which asks."""
    ExpedienteFactory(no_siniestro="S-1")
    anexo = fabrica(no_siniestro="S-1")
    [antes] = getattr(anexo, lista).values()

    with pytest.raises(NoAutenticado):
        getattr(type(anexo).objects, verbo)(*QUITAN_DE_LA_LISTA[verbo](anexo.pk, antes["id"], lista), por=revocada)
    assert list(getattr(anexo, lista).values()) == [antes]


def test_una_lectura_restringida_pregunta_aunque_haya_filas(db):
    """A caller who may not read gets none of the rows, although there are some."""
    tecnico = UsuarioFactory(tecnico=True)
    caller = Caller(tokens.Token(tecnico.pk, tecnico.version_token, exp=0), "usuarios.view_usuario")
    consulta = CallerQuery(lambda: only_for_caller(Usuario.objects.order_by("id")).values_list("id"))

    with pytest.raises(SinPermiso):
        consulta.rows(caller=caller)


def test_una_lectura_sin_filas_pregunta_si_no_las_hay_por_quien_pide(revocada):
    consulta = CallerQuery(lambda: only_for_caller(Expediente.objects.all()).values_list("pk"))
    revocada.permiso = "expedientes.view_expediente"

    with pytest.raises(NoAutenticado):
        consulta.rows(caller=revocada)


@pytest.mark.parametrize("tipo", ["text/plain", "application/json"])
def test_sin_una_firma_buena_no_se_lee_ni_el_cuerpo(db, tipo):
    response = Api().post("/api/expedientes", b"{" * 2_000_000, tipo=tipo)

    assert respuesta(response) == (401, {"error": "Token requerido"})


def test_un_token_no_revive_cuando_se_reactiva_a_su_usuario(api):
    assert api.token, "issued before"
    for activo in (False, True):
        Usuario.objects.actualizar(api.usuario.pk, {"is_active": activo}, por=None)
    assert respuesta(api.get("/api/expedientes")) == INVALIDO


@pytest.mark.parametrize("cuerpo", [b'{"todo": true}', b"[]", b"{"])
def test_logout_no_admite_un_cuerpo_que_dice_algo(api, cuerpo):
    assert api.post("/api/auth/logout", cuerpo).status_code == 400
    assert respuesta(api.post("/api/auth/logout")) == (200, {"ok": True})


def test_un_host_ajeno_recibe_json(client, settings):
    response = client.get("/api/expedientes", headers={"Host": "otro.example.org"})
    assert (response.status_code, list(response.json())) == (400, ["error"])


def test_el_inicio_varia_con_accept(client):
    assert "Accept" in client.get("/").headers["Vary"]
