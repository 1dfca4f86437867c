"""The comments of an expediente, as clients of the API meet them, and what every annex does with its expediente: it
goes to the archive, comes back, and follows a change of number."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from expedientes.archivo import AnexoArchivado, ExpedienteArchivado
from expedientes.comentarios.models import Comentario
from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import respuesta
from monitor.cambios.models import Cambio

pytestmark = pytest.mark.django_db

RUTA = "/api/comentarios"
OBLIGATORIOS = {"error": "no_siniestro y comentario son obligatorios"}


@pytest.fixture
def expediente():
    return ExpedienteFactory(no_siniestro="SIN/1")


def comentar(quien, texto="Llegó la fascia", clave="SIN/1"):
    recibida = quien.post(RUTA, {"no_siniestro": clave, "comentario": texto})
    assert recibida.status_code == 201
    return recibida.json()


def comprobar_historia():
    call_command("verificar_historial", stdout=StringIO())


@pytest.fixture
def a_las_diez(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 3, 2, 4, 30, 5, 900_000, UTC))


def test_se_comenta_con_el_calendario_y_el_reloj_del_taller(expediente, tecnico, a_las_diez):
    quien = tecnico.usuario

    recibida = tecnico.post(RUTA, {"no_siniestro": " SIN/1 ", "comentario": "Falta\npintar"})

    esperado = {
        "id": Comentario.objects.get().pk,
        "no_siniestro": "SIN/1",
        "usuario_id": quien.pk,
        "fecha": "2026-03-01T12:00:00.000Z",
        "hora": "1970-01-01T22:30:05.000Z",
        "comentario": "Falta\npintar",
        "fecha_creacion": "2026-03-02T04:30:05.000Z",
        "usuario": {"id": quien.pk, "nombre": quien.nombre, "username": quien.username},
    }
    assert (*respuesta(recibida), list(recibida.json())) == (201, esperado, list(esperado))
    assert recibida.headers["ETag"]
    assert respuesta(tecnico.get(f"{RUTA}/SIN%2F1")) == (200, [esperado])


def test_vienen_del_mas_reciente_al_primero_y_solo_los_suyos(expediente, operador):
    ExpedienteFactory(no_siniestro="SIN-2")
    primero, segundo = comentar(operador, "uno"), comentar(operador, "dos")
    comentar(operador, "ajeno", "SIN-2")

    assert respuesta(operador.get(f"{RUTA}/SIN/1")) == (200, [segundo, primero])
    assert respuesta(operador.get(f"{RUTA}/nadie")) == (200, [])


@pytest.mark.parametrize(
    ("cuerpo", "status", "dicho"),
    [
        ({}, 400, OBLIGATORIOS),
        ({"no_siniestro": "SIN/1"}, 400, OBLIGATORIOS),
        ({"no_siniestro": None, "comentario": "x"}, 400, OBLIGATORIOS),
        ({"no_siniestro": "SIN/1", "comentario": " \u2800"}, 400, OBLIGATORIOS),
        ({"no_siniestro": "sin/1", "comentario": "x"}, 404, {"error": "Expediente no encontrado"}),
        ({"no_siniestro": "9" * 300, "comentario": "x"}, 404, {"error": "Expediente no encontrado"}),
    ],
)
def test_lo_que_falta_se_dice(expediente, operador, cuerpo, status, dicho):
    assert respuesta(operador.post(RUTA, cuerpo)) == (status, dicho)
    assert not Comentario.objects.exists()


@pytest.mark.parametrize(
    ("campo", "valor"), [("comentario", "x" * 10_001), ("comentario", "\0"), ("comentario", 5), ("comentari", "x")]
)
def test_lo_que_esta_mal_se_nombra(expediente, operador, campo, valor):
    recibida = operador.post(RUTA, {"no_siniestro": "SIN/1", "comentario": "x", campo: valor})

    assert (recibida.status_code, list(recibida.json()["campos"])) == (400, [campo])


def test_repetido_con_su_clave_se_comenta_una_vez(expediente, operador):
    cuerpo = {"no_siniestro": "SIN/1", "comentario": "una vez"}

    primera, otra = (operador.post(RUTA, cuerpo, **{"Idempotency-Key": "k"}) for _ in range(2))

    assert (otra.content, otra.headers["ETag"]) == (primera.content, primera.headers["ETag"])
    assert Comentario.objects.count() == 1


def test_comentar_no_mueve_al_expediente(expediente, operador):
    antes = operador.get("/api/expedientes/SIN%2F1").headers["ETag"]

    comentar(operador)

    assert operador.get("/api/expedientes/SIN%2F1").headers["ETag"] == antes


def test_quien_comento_queda_en_el_registro_de_cambios(expediente, operador):
    comentar(operador, "Llegó la fascia")

    cambio = Cambio.objects.get(objeto="comentario")
    assert (cambio.usuario, cambio.cambios) == (
        operador.usuario,
        '{"comentario":{"de":null,"a":"Llegó la fascia"}}',
    )
    comprobar_historia()


# --- Deleting one ---


def test_el_eliminado_queda_en_el_archivo_con_quien_y_todo(expediente, operador, administrador):
    comentario = comentar(operador)

    assert respuesta(administrador.delete(f"{RUTA}/{comentario['id']}")) == (200, {"ok": True})

    assert respuesta(operador.get(f"{RUTA}/SIN/1")) == (200, [])
    copia = AnexoArchivado.objects.get()
    assert (copia.objeto, copia.expediente_uid, copia.archivado_por) == (
        "comentario",
        expediente.uid,
        administrador.usuario,
    )
    assert (copia.datos["comentario"], copia.datos["usuario_id"]) == (comentario["comentario"], operador.usuario.pk)
    assert Cambio.objects.first().cambios == '{"eliminado":{"de":null,"a":true}}'
    comprobar_historia()


@pytest.mark.parametrize(
    ("clave", "status", "error"),
    [
        ("x", 400, "ID inválido"),
        ("1.5", 400, "ID inválido"),
        ("SIN/1", 400, "ID inválido"),
        ("٣", 400, "ID inválido"),
        ("999999", 404, "Comentario no encontrado"),
        ("9" * 40, 404, "Comentario no encontrado"),
    ],
)
def test_eliminar_lo_que_no_hay(administrador, clave, status, error):
    assert respuesta(administrador.delete(f"{RUTA}/{clave}")) == (status, {"error": error})


def test_no_se_elimina_el_que_no_es_como_se_leyo(expediente, administrador):
    comentario = comentar(administrador)

    recibida = administrador.delete(f"{RUTA}/{comentario['id']}", **{"If-Match": '"7-x.y"'})

    assert (recibida.status_code, recibida.json()["error"]) == (
        412,
        "El comentario cambió desde que lo leyó; vuelva a leerlo",
    )
    assert Comentario.objects.exists()


# --- With its expediente ---


def test_se_archiva_y_vuelve_con_su_expediente(expediente, operador, administrador):
    ExpedienteFactory(no_siniestro="SIN-2")
    comentar(operador, "uno"), comentar(administrador, "dos")
    ajeno = comentar(operador, "ajeno", "SIN-2")
    antes, filas = operador.get(f"{RUTA}/SIN/1").json(), list(Comentario.objects.order_by("-id").values())

    administrador.delete("/api/expedientes/SIN%2F1")

    assert respuesta(operador.get(f"{RUTA}/SIN/1")) == (200, [])
    copia = ExpedienteArchivado.objects.get()
    assert [fila["comentario"] for fila in copia.datos["comentario"]] == ["uno", "dos"]
    assert respuesta(operador.get(f"{RUTA}/SIN-2")) == (200, [ajeno])
    comprobar_historia()

    Expediente.objects.restaurar(copia.pk, por=administrador.usuario)

    assert operador.get(f"{RUTA}/SIN/1").json() == antes
    assert list(Comentario.objects.order_by("-id").values()) == filas
    comprobar_historia()


def test_quien_comento_hace_falta_para_que_vuelva(expediente, tecnico, administrador):
    comentar(tecnico)
    administrador.delete("/api/expedientes/SIN%2F1")

    personas = [persona["id"] for persona in ExpedienteArchivado.objects.get().datos["usuario"]]

    assert tecnico.usuario.pk in personas


def test_con_otro_numero_sigue_siendo_suyo(expediente, operador):
    comentario = comentar(operador)

    operador.patch("/api/expedientes/SIN%2F1/no_siniestro", {"no_siniestro": "SIN-9"})

    assert respuesta(operador.get(f"{RUTA}/SIN-9")) == (200, [comentario | {"no_siniestro": "SIN-9"}])
    assert respuesta(operador.get(f"{RUTA}/SIN/1")) == (200, [])
    comprobar_historia()


@pytest.mark.parametrize("clave", ["checklist/1", "levantamiento/x"])
def test_no_se_abre_una_clave_que_se_confunda_con_un_formato(operador, clave):
    recibida = operador.post("/api/expedientes", {"no_siniestro": clave})

    assert (recibida.status_code, list(recibida.json()["campos"])) == (400, ["no_siniestro"])
