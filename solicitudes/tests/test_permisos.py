"""Every action by every actor in every state. The contract's rules are written out again here, by hand."""

import pytest
from django.db import transaction

from monitor.api.tests.cliente import Api
from monitor.api.tests.test_routes import rutas_declaradas
from monitor.roles import Rol
from monitor.usuarios.models import Llave
from monitor.usuarios.tests.factories import LlaveFactory, UsuarioFactory
from solicitudes.estados import TRANSICIONES, Estado
from solicitudes.models import HistoricoEstado, Solicitud
from solicitudes.tests.factories import SolicitudFactory

MOTIVO = {"motivo": "Porque sí"}
ACCIONES = {
    "ver": ("GET", "", None),
    "historico": ("GET", "/historico", None),
    "cambios": ("GET", "/cambios", None),
    "actualizar": ("PUT", "", {"asunto": "Otro asunto"}),
    "eliminar": ("DELETE", "", None),
    "aprobar": ("POST", "/aprobar", MOTIVO),
    "rechazar": ("POST", "/rechazar", MOTIVO),
    "cancelar": ("POST", "/cancelar", MOTIVO),
}
LEE, EDITA, DECIDE = {"ver", "historico", "cambios"}, {"actualizar", "eliminar"}, {"aprobar", "rechazar"}
CANCELA = {"cancelar"}
# Each role, with its part in the solicitud, has the actions that it may take. Whoever may not even see the solicitud
# gets a 404. A program's key has no part in any.
ACTORES = {
    (Rol.ADMINISTRADOR, None): LEE | EDITA | DECIDE | CANCELA,
    (Rol.ADMINISTRADOR, "solicitante"): LEE | EDITA | CANCELA,
    (Rol.ADMINISTRADOR, "aprobador"): LEE | EDITA | DECIDE | CANCELA,
    (Rol.OPERADOR, None): LEE,
    (Rol.OPERADOR, "solicitante"): LEE | EDITA | CANCELA,
    (Rol.OPERADOR, "aprobador"): LEE | DECIDE | CANCELA,
    (Rol.TECNICO, None): set(),
    (Rol.TECNICO, "solicitante"): LEE | EDITA | CANCELA,
    (Rol.TECNICO, "aprobador"): LEE | DECIDE | CANCELA,
    (Rol.ADMINISTRADOR, "anterior"): LEE | EDITA | CANCELA,
    (Rol.OPERADOR, "anterior"): LEE,
    (Rol.TECNICO, "anterior"): set(),
    (Rol.ADMINISTRADOR, "llave"): LEE | EDITA | DECIDE | CANCELA,
    (Rol.OPERADOR, "llave"): LEE,
    (Rol.TECNICO, "llave"): set(),
    (Rol.ADMINISTRADOR, "llave de quien pide"): LEE | EDITA | CANCELA,
}
PENDIENTE, APROBADA, EN_PROCESO = Estado.PENDIENTE_APROBACION, Estado.APROBADA, Estado.EN_PROCESO
DESDE = {
    "ver": set(Estado),
    "historico": set(Estado),
    "cambios": set(Estado),
    "actualizar": {PENDIENTE},
    "eliminar": {PENDIENTE},
    "aprobar": {PENDIENTE},
    "rechazar": {PENDIENTE},
    "cancelar": {PENDIENTE, APROBADA, EN_PROCESO},
}
HASTA = {"aprobar": Estado.APROBADA, "rechazar": Estado.RECHAZADA, "cancelar": Estado.CANCELADA}


def quien(rol, parte):
    """Return who acts, a person or a key, and what makes a solicitud in which they have that part."""
    if parte == "llave":
        return LlaveFactory(usuario__rol=rol), SolicitudFactory
    if parte == "llave de quien pide":
        creador = UsuarioFactory(administrador=True)
        return LlaveFactory(usuario__rol=rol, creada_por=creador), lambda: SolicitudFactory(solicitante=creador)
    persona = UsuarioFactory(rol=rol)
    if parte == "anterior":
        return persona, lambda: de_otra(SolicitudFactory(solicitante=persona))
    return persona, lambda: SolicitudFactory(**{parte: persona} if parte else {})


def de_otra(solicitud):
    """Give the solicitud another requester, and return it."""
    cambio = {"solicitante_id": UsuarioFactory().pk}
    Solicitud.objects.actualizar(solicitud.pk, cambio, por=UsuarioFactory(administrador=True))
    return solicitud


def test_cada_ruta_de_una_solicitud_esta_en_la_tabla():
    una = "/solicitud/999999"
    declaradas = {ruta for ruta, _, _ in rutas_declaradas() if ruta.split()[1].startswith(una)}

    assert declaradas == {f"{metodo} {una}{ruta}" for metodo, ruta, _ in ACCIONES.values()}


def esperado(puede, ve, accion, estado):
    if not ve:
        return 404
    if accion not in puede:
        return 403
    return 200 if estado in DESDE[accion] else 409


@pytest.mark.parametrize("actor", ACTORES, ids=lambda actor: "-".join(filter(None, actor)))
def test_cada_accion_en_cada_estado_por_cada_actor(db, actor):
    quien_actua, hacer = quien(*actor)
    api, obtenidos, esperados = Api(quien_actua), {}, {}
    for estado in Estado:
        solicitud = hacer()
        Solicitud.objects.filter(pk=solicitud.pk).update(estado=estado)
        for accion, (metodo, ruta, datos) in ACCIONES.items():
            with transaction.atomic():  # each action finds the solicitud as it was
                recibida = api.pedir(metodo, f"/solicitud/{solicitud.pk}{ruta}", datos)

                quedo = Solicitud.objects.get(pk=solicitud.pk).estado_id
                filas = HistoricoEstado.objects.filter(solicitud=solicitud).count()
                transaction.set_rollback(True)
            status = esperado(ACTORES[actor], bool(ACTORES[actor]), accion, estado)
            cambia = status == 200 and accion in HASTA
            obtenidos[accion, estado] = (recibida.status_code, quedo, filas)
            esperados[accion, estado] = (status, HASTA[accion] if cambia else estado, 2 if cambia else 1)

    assert obtenidos == esperados


@pytest.mark.parametrize("actor", ACTORES, ids=lambda actor: "-".join(filter(None, actor)))
def test_cada_actor_lista_las_que_puede_ver(db, actor):
    quien_actua, hacer = quien(*actor)
    solicitud = hacer()
    SolicitudFactory()

    registros = Api(quien_actua).get("/solicitud").json()["data"]["registros"]

    todas = 2 if actor[0] != Rol.TECNICO else len(ACTORES[actor] & {"ver"})
    assert len(registros) == todas
    assert (solicitud.pk in [fila["Id"] for fila in registros]) == bool(ACTORES[actor])


def test_transiciones_son_las_del_contrato_y_abarcan_todos_los_estados():
    contrato = {
        PENDIENTE: {Estado.APROBADA, Estado.RECHAZADA, Estado.CANCELADA},
        APROBADA: {EN_PROCESO, Estado.CANCELADA},
        EN_PROCESO: {Estado.COMPLETADA, Estado.CANCELADA},
        Estado.RECHAZADA: set(),
        Estado.CANCELADA: set(),
        Estado.COMPLETADA: set(),
    }

    assert contrato == TRANSICIONES


@pytest.mark.parametrize(
    ("accion", "frase"),
    [
        ("actualizar", "Sólo el solicitante o un administrador puede actualizar la solicitud"),
        ("eliminar", "Sólo el solicitante o un administrador puede eliminar la solicitud"),
        ("aprobar", "Sólo el aprobador, o un administrador que no sea el solicitante, puede aprobar la solicitud"),
        ("rechazar", "Sólo el aprobador, o un administrador que no sea el solicitante, puede rechazar la solicitud"),
        ("cancelar", "Sólo el solicitante, el aprobador o un administrador puede cancelar la solicitud"),
    ],
)
def test_sin_permiso_dice_quien_puede(solicitud, operador, accion, frase):
    metodo, ruta, datos = ACCIONES[accion]

    recibida = operador.pedir(metodo, f"/solicitud/{solicitud.pk}{ruta}", datos)

    assert recibida.json() == {"success": False, "message": frase, "detail": None}


PROPIA = {"success": False, "message": "No puede decidir una solicitud que usted pidió", "detail": None}


@pytest.mark.parametrize("accion", ["aprobar", "rechazar"])
def test_quien_la_pide_no_la_decide(administrador, accion):
    solicitud = SolicitudFactory(solicitante=administrador.usuario)

    recibida = administrador.post(f"/solicitud/{solicitud.pk}/{accion}", MOTIVO)

    assert (recibida.status_code, recibida.json()) == (403, PROPIA)


@pytest.mark.parametrize("accion", ["aprobar", "rechazar"])
@pytest.mark.parametrize("rol", [Rol.ADMINISTRADOR, Rol.OPERADOR])
def test_quien_la_pidio_no_la_decide_tras_pasar_por_otras_manos(db, rol, accion):
    """The solicitud goes from one person to another, back, and to the other again, with its former requester as its
    approver."""
    ana, otra = UsuarioFactory(rol=rol), UsuarioFactory(administrador=True)
    solicitud = SolicitudFactory(solicitante=ana)
    ruta = f"/solicitud/{solicitud.pk}"
    for pide, aprueba in ((otra, ana), (ana, UsuarioFactory()), (otra, ana)):
        partes = {"idUsuarioSolicitante": pide.pk, "idUsuarioAprobador": aprueba.pk}
        assert Api(otra).put(ruta, partes).status_code == 200

    for persona in (ana, otra):
        recibida = Api(persona).post(f"{ruta}/{accion}", MOTIVO)
        assert (recibida.status_code, recibida.json()) == (403, PROPIA)
    assert Api(UsuarioFactory(administrador=True)).post(f"{ruta}/{accion}", MOTIVO).status_code == 200


@pytest.mark.parametrize("accion", ["actualizar", "eliminar", "aprobar", "rechazar"])
def test_conflicto_dice_en_que_estado_esta(solicitud, administrador, accion):
    administrador.post(f"/solicitud/{solicitud.pk}/cancelar", MOTIVO)
    metodo, ruta, datos = ACCIONES[accion]

    recibida = administrador.pedir(metodo, f"/solicitud/{solicitud.pk}{ruta}", datos)

    frase = f"No se puede {accion} la solicitud porque está en estado «Cancelada»"
    assert (recibida.status_code, recibida.json()) == (409, {"success": False, "message": frase, "detail": None})


@pytest.mark.parametrize("accion", ACCIONES)
def test_eliminada_es_404_en_todas_partes(solicitud, administrador, accion):
    administrador.delete(f"/solicitud/{solicitud.pk}")
    metodo, ruta, datos = ACCIONES[accion]

    recibida = administrador.pedir(metodo, f"/solicitud/{solicitud.pk}{ruta}", datos)

    frase = f"Solicitud con Id {solicitud.pk} no encontrada"
    assert (recibida.status_code, recibida.json()) == (404, {"success": False, "message": frase, "detail": None})
    assert administrador.get("/solicitud").json()["data"]["total"] == 0


# --- Programs' keys and who made them ---

NEGADA = (403, "No puede decidir una solicitud que usted pidió", "solicitud_propia")
LLAVE_NUEVA = {"nombre": "Contabilidad", "rol": "Administrador"}


def decision(api, solicitud, accion="aprobar"):
    recibida = api.post(f"/solicitud/{solicitud.pk}/{accion}", MOTIVO)
    return recibida.status_code, recibida.json()["message"], recibida.headers.get("X-Error-Code")


def llave_de(api):
    creada = api.post("/api/llaves", LLAVE_NUEVA).json()
    llave = Llave.objects.get(pk=creada["id"])
    llave.llave = creada["llave"]
    return Api(llave)


@pytest.fixture
def jefa(db):
    return UsuarioFactory(administrador=True)


@pytest.mark.parametrize("accion", sorted(DECIDE))
def test_quien_la_pidio_no_la_decide_con_una_llave_suya(jefa, accion):
    llave = llave_de(Api(jefa))
    propia, dada = SolicitudFactory(solicitante=jefa), de_otra(SolicitudFactory(solicitante=jefa))

    assert [decision(llave, solicitud, accion) for solicitud in (propia, dada)] == [NEGADA] * 2


def test_quien_la_pidio_no_la_decide_con_una_llave_que_hizo_su_llave(jefa):
    solicitud = SolicitudFactory(solicitante=jefa)

    assert decision(llave_de(llave_de(Api(jefa))), solicitud) == NEGADA


def test_una_llave_no_decide_lo_que_ella_registro(jefa, cuerpo):
    llave, otra = llave_de(Api(jefa)), llave_de(Api(UsuarioFactory(administrador=True)))
    solicitud = Solicitud.objects.get(pk=llave.post("/solicitud", cuerpo).json()["data"]["Id"])

    assert decision(llave, solicitud) == NEGADA
    assert decision(llave_de(llave), solicitud) == NEGADA
    assert decision(otra, solicitud)[0] == 200


def test_quien_hizo_la_llave_decide_lo_que_ella_registro_para_otro(jefa, cuerpo):
    solicitud = Solicitud.objects.get(pk=llave_de(Api(jefa)).post("/solicitud", cuerpo).json()["data"]["Id"])

    assert decision(Api(jefa), solicitud)[0] == 200
