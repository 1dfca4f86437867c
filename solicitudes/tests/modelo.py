"""A model of what a solicitud does, as simple as it can be: the tests compare the server with it. It shares no code
with what it describes: its sentences and its tables are the contract's, written once more."""

from collections.abc import Callable
from typing import Any, NamedTuple

from monitor.api.tests.cliente import respuesta

PENDIENTE, APROBADA, RECHAZADA, CANCELADA = 1, 2, 3, 4
NOMBRES = {1: "Pendiente de Aprobación", 2: "Aprobada", 3: "Rechazada", 4: "Cancelada"}
DESTINOS = {"aprobar": APROBADA, "rechazar": RECHAZADA, "cancelar": CANCELADA}
VEN_TODAS = ("Administrador", "Operador")

MISMA_PERSONA = (400, "El solicitante y el aprobador no pueden ser la misma persona")
SIN_CAMBIOS = (400, "No se proporcionaron campos para actualizar")
CAMBIO = (412, "La solicitud cambió desde que la leyó; vuelva a leerla")
SIN_MOTIVO = (400, "motivo: es obligatorio")
SIN_LUGARES = (422, "lugares: debe haber al menos un lugar")
CON_SALTOS = "lugares[{}].orden: el orden de los lugares debe ser consecutivo desde 0"
A_SU_NOMBRE = (403, "Un técnico sólo puede solicitar transporte a su propio nombre")
PROPIA = (403, "No puede decidir una solicitud que usted pidió")
NO_ES_SUYA = {
    "cambiar": (403, "Sólo el solicitante o un administrador puede actualizar la solicitud"),
    "eliminar": (403, "Sólo el solicitante o un administrador puede eliminar la solicitud"),
    "aprobar": (403, "Sólo el aprobador, o un administrador que no sea el solicitante, puede aprobar la solicitud"),
    "rechazar": (403, "Sólo el aprobador, o un administrador que no sea el solicitante, puede rechazar la solicitud"),
    "cancelar": (403, "Sólo el solicitante, el aprobador o un administrador puede cancelar la solicitud"),
}
EN_LA_FRASE = {"cambiar": "actualizar"}


class Persona(NamedTuple):
    id: int
    rol: str


class Parada(NamedTuple):
    lugar: int
    orden: int


class Solicitud(NamedTuple):
    solicitante: int
    aprobador: int
    pasajeros: int
    lugares: tuple[Parada, ...]
    estado: int = PENDIENTE
    pidieron: frozenset[int] = frozenset()  # who was its requester before
    historico: tuple[tuple[int, str | None], ...] = ((PENDIENTE, "Solicitud creada"),)
    eliminada: bool = False
    correos: int = 2  # that its changes have queued so far
    version: int = 1  # it grows whenever something changes

    @property
    def visible(self):
        """Return what its answer shows, which is less than what the model knows."""
        return (self.solicitante, self.aprobador, self.pasajeros, self.lugares, self.estado)


class Peticion(NamedTuple):
    verbo: str
    id: int | None
    quien: Persona
    dato: Any = None  # the fields that are written, as pairs of a name and a value; or the motive
    vista: int | None = None  # the version that its writer saw, whose ETag goes as If-Match


# --- What the model answers ---


def paso(solicitud: Solicitud | None, peticion: Peticion) -> tuple[tuple[int, Any], Solicitud | None]:
    """Return the answer to a request, as a status and what it shows, and the solicitud as it is from then on."""
    return PASOS[peticion.verbo](solicitud, peticion)


def _crear(_, peticion):
    datos, quien = dict(peticion.dato), peticion.quien
    if datos["solicitante"] == datos["aprobador"]:
        return MISMA_PERSONA, None
    if quien.rol == "Tecnico" and datos["solicitante"] != quien.id:
        return A_SU_NOMBRE, None
    if falla := _falla_de(datos["lugares"]):
        return falla, None
    creada = Solicitud(**datos)
    return (201, creada.visible), creada


def _cambiar(solicitud, peticion):
    datos = dict(peticion.dato)
    if not datos:
        return SIN_CAMBIOS, solicitud
    if "solicitante" in datos and datos["solicitante"] == datos.get("aprobador"):
        return MISMA_PERSONA, solicitud
    if negada := _negada(solicitud, peticion):
        return negada, solicitud
    despues = solicitud._replace(**datos)
    if falla := _falla_del_cambio(despues, peticion):
        return falla, solicitud
    if despues != solicitud:
        despues = despues._replace(version=solicitud.version + 1)
    if despues.solicitante != solicitud.solicitante:
        despues = despues._replace(pidieron=solicitud.pidieron | {solicitud.solicitante})
    despues = despues._replace(correos=solicitud.correos + _correos_de_un_cambio(solicitud, despues))
    return (200, despues.visible), despues


def _falla_del_cambio(despues, peticion):
    if despues.solicitante == despues.aprobador:
        return MISMA_PERSONA
    if peticion.quien.rol == "Tecnico" and despues.solicitante != peticion.quien.id:
        return A_SU_NOMBRE
    if falla := _falla_de(despues.lugares):
        return falla
    return _contra_el_estado(despues, peticion) if despues.estado != PENDIENTE else None


def _correos_de_un_cambio(antes, despues) -> int:
    otra = 2 * ((antes.solicitante != despues.solicitante) + (antes.aprobador != despues.aprobador))
    mismo_aprobador = antes.aprobador == despues.aprobador
    avisa = mismo_aprobador and (antes.pasajeros, antes.lugares) != (despues.pasajeros, despues.lugares)
    return otra + avisa


def _decidir(solicitud, peticion):
    if peticion.verbo != "aprobar" and not peticion.dato:
        return SIN_MOTIVO, solicitud
    if negada := _negada(solicitud, peticion):
        return negada, solicitud
    desde, hasta = solicitud.estado, DESTINOS[peticion.verbo]
    if desde != PENDIENTE and (desde, hasta) != (APROBADA, CANCELADA):
        return _contra_el_estado(solicitud, peticion), solicitud
    despues = solicitud._replace(
        estado=hasta,
        historico=(*solicitud.historico, (hasta, peticion.dato)),
        correos=solicitud.correos + (2 if hasta == CANCELADA else 1),
        version=solicitud.version + 1,
    )
    return (200, despues.visible), despues


def _eliminar(solicitud, peticion):
    if negada := _negada(solicitud, peticion):
        return negada, solicitud
    if solicitud.estado != PENDIENTE:
        return _contra_el_estado(solicitud, peticion), solicitud
    return (200, None), solicitud._replace(eliminada=True, correos=solicitud.correos + 2)


def _leer(solicitud, peticion):
    return _negada(solicitud, peticion) or (200, solicitud.visible), solicitud


def _leer_historico(solicitud, peticion):
    return _negada(solicitud, peticion) or (200, solicitud.historico), solicitud


def _negada(solicitud, peticion):
    """Return the answer to somebody who may not see the solicitud, or may not do this with it, or saw another state of
    it; None to the others."""
    quien, verbo = peticion.quien, peticion.verbo
    partes = (solicitud.solicitante, solicitud.aprobador)
    if solicitud.eliminada or (quien.rol not in VEN_TODAS and quien.id not in partes):
        return 404, f"Solicitud con Id {peticion.id} no encontrada"
    if verbo in ("aprobar", "rechazar") and quien.id in {solicitud.solicitante, *solicitud.pidieron}:
        return PROPIA
    pueden = {"cambiar": partes[:1], "eliminar": partes[:1], "aprobar": partes[1:], "rechazar": partes[1:]}
    puede = quien.rol == "Administrador" or verbo.startswith("leer") or quien.id in pueden.get(verbo, partes)
    if not puede:
        return NO_ES_SUYA[verbo]
    return CAMBIO if peticion.vista not in (None, solicitud.version) else None


def _falla_de(lugares):
    if not lugares:
        return SIN_LUGARES
    saltos = [i for i, parada in enumerate(lugares) if parada.orden >= len(lugares)]
    return (422, CON_SALTOS.format(saltos[0])) if saltos else None


def _contra_el_estado(solicitud, peticion):
    verbo = EN_LA_FRASE.get(peticion.verbo, peticion.verbo)
    return 409, f"No se puede {verbo} la solicitud porque está en estado «{NOMBRES[solicitud.estado]}»"


PASOS: dict[str, Callable] = {
    "crear": _crear,
    "cambiar": _cambiar,
    "aprobar": _decidir,
    "rechazar": _decidir,
    "cancelar": _decidir,
    "eliminar": _eliminar,
    "leer": _leer,
    "leer histórico": _leer_historico,
}


# --- What the server answers ---


def pedir(api, peticion: Peticion, etag: str | None = None) -> tuple[tuple[int, Any], str | None]:
    """Send a request about a solicitud to the server, with the ETag of what its writer saw. Return its answer as the
    model gives it, and its ETag."""
    metodo, sufijo, cuerpo = EN_HTTP[peticion.verbo](peticion)
    cabeceras = {} if etag is None else {"If-Match": etag}
    recibida = api.pedir(metodo, f"/solicitud/{peticion.id}{sufijo}", cuerpo, **cabeceras)
    return _leida(recibida, MUESTRA.get(peticion.verbo, _visible)), recibida.headers.get("ETag")


def crear(api, peticion: Peticion, base: dict) -> tuple[tuple[int, Any], int | None]:
    """Send a creation and return its answer as the model gives it, and the new id. `base` is a body with what the model
    doesn't know."""
    recibida = api.pedir("POST", "/solicitud", base | _cuerpo(peticion))
    return _leida(recibida, _visible), recibida.json()["data"]["Id"] if recibida.status_code == 201 else None


def _leida(recibida, mostrar):
    status, datos = respuesta(recibida)
    return status, datos["message"] if status >= 400 else mostrar(datos["data"])


EN_EL_CUERPO = {
    "solicitante": "idUsuarioSolicitante",
    "aprobador": "idUsuarioAprobador",
    "pasajeros": "cantidadPasajeros",
    "lugares": "lugares",
}


def _cuerpo(peticion) -> dict:
    datos = dict(peticion.dato)
    if "lugares" in datos:
        datos["lugares"] = [{"idLugar": parada.lugar, "orden": parada.orden} for parada in datos["lugares"]]
    return {EN_EL_CUERPO[nombre]: valor for nombre, valor in datos.items()}


def _motivo(peticion) -> dict:
    return {} if peticion.dato is None else {"motivo": peticion.dato}


EN_HTTP: dict[str, Callable] = {
    "cambiar": lambda p: ("PUT", "", _cuerpo(p)),
    "aprobar": lambda p: ("POST", "/aprobar", _motivo(p)),
    "rechazar": lambda p: ("POST", "/rechazar", _motivo(p)),
    "cancelar": lambda p: ("POST", "/cancelar", _motivo(p)),
    "eliminar": lambda p: ("DELETE", "", None),
    "leer": lambda p: ("GET", "", None),
    "leer histórico": lambda p: ("GET", "/historico", None),
}


def _visible(datos) -> tuple:
    lugares = tuple(Parada(lugar["IdLugar"], lugar["Orden"]) for lugar in datos["lugares"])
    claves = ("IdUsuarioSolicitante", "IdUsuarioAprobador", "CantidadPasajeros")
    return (*(datos[clave] for clave in claves), lugares, datos["IdEstadoActual"])


MUESTRA: dict[str, Callable] = {
    "eliminar": lambda datos: None,
    "leer histórico": lambda datos: tuple(
        (fila["IdEstadoSolicitud"], fila["MotivoEstadoSolicitud"]) for fila in datos["historico"]
    ),
}
