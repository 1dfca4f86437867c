"""A model of what an expediente does, as simple as it can be: the tests compare the server with it. It shares no code
with what it describes: its sentences and its lists are the contract's, written once more."""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote

from monitor.api.tests.cliente import respuesta

ESTADOS = ("Ingreso", "Restauracion", "Pendiente_de_salida", "Salida")
CAMPOS = ("color", "marca")  # those that are written here, of all that people write

ESCRIBEN = ("Administrador", "Operador")
ARCHIVAN = ("Administrador",)

SIN_PERMISO = (403, "Acceso restringido a administradores y operadores")
SOLO_ADMINISTRADORES = (403, "Acceso restringido a administradores")
NO_ESTA = (404, "Expediente no encontrado")
YA_EXISTE = (409, "Ya existe un expediente con ese No. Siniestro")
CAMBIO = (412, "El expediente cambió desde que lo leyó; vuelva a leerlo")
EL_MISMO = (400, "El expediente ya se encuentra en ese estado")


class Persona(NamedTuple):
    id: int
    rol: str


class Cambio(NamedTuple):
    desde: str | None
    hasta: str
    quien: int


class Expediente(NamedTuple):
    estado: str
    color: str | None
    marca: str | None
    creado_por: int
    historial: tuple[Cambio, ...]  # the oldest first

    @property
    def plano(self):
        return self._replace(historial=())


class Llave(NamedTuple):
    """All that there is under a key: the expediente that is open, if one is, and those that were archived. `version`
    counts what has changed."""

    abierto: Expediente | None = None
    archivados: tuple[Expediente, ...] = ()
    version: int = 0

    def con(self, abierto: Expediente) -> "Llave":
        return self if abierto == self.abierto else self._replace(abierto=abierto, version=self.version + 1)


class Peticion(NamedTuple):
    verbo: str
    clave: str
    quien: Persona
    dato: Any = None  # what is written: pairs of a field and its value, or a state
    vista: int | None = None  # the version that its writer saw, whose ETag goes as If-Match


# --- What the model answers ---


def paso(llave: Llave, peticion: Peticion) -> tuple[tuple[int, Any], Llave]:
    """Return the answer to a request, as a status and what it shows, and what there is under the key from then on."""
    return PASOS[peticion.verbo](llave, peticion)


def _abrir(llave, peticion):
    if peticion.quien.rol not in ESCRIBEN:
        return SIN_PERMISO, llave
    if llave.abierto:
        return YA_EXISTE, llave
    campos = dict.fromkeys(CAMPOS) | dict(peticion.dato)
    apertura = Cambio(None, "Ingreso", peticion.quien.id)
    abierto = Expediente("Ingreso", **campos, creado_por=peticion.quien.id, historial=(apertura,))
    return (201, abierto.plano), llave.con(abierto)


def _cambiar(llave, peticion):
    if peticion.quien.rol not in ESCRIBEN:
        return SIN_PERMISO, llave
    if falta := _falta(llave, peticion):
        return falta, llave
    abierto = llave.abierto._replace(**dict(peticion.dato))
    return (200, abierto.plano), llave.con(abierto)


def _pasar(llave, peticion):
    if peticion.quien.rol not in ESCRIBEN:
        return SIN_PERMISO, llave
    if falta := _falta(llave, peticion):
        return falta, llave
    desde, hasta = llave.abierto.estado, peticion.dato
    if hasta == desde:
        return EL_MISMO, llave
    historial = (*llave.abierto.historial, Cambio(desde, hasta, peticion.quien.id))
    abierto = llave.abierto._replace(estado=hasta, historial=historial)
    return (200, abierto.plano), llave.con(abierto)


def _archivar(llave, peticion):
    if peticion.quien.rol not in ARCHIVAN:
        return SOLO_ADMINISTRADORES, llave
    if falta := _falta(llave, peticion):
        return falta, llave
    return (200, peticion.clave), Llave(None, (*llave.archivados, llave.abierto), llave.version + 1)


def _falta(llave, peticion):
    """Return the answer to a write on what isn't there, or isn't what its writer saw; None to the others."""
    if not llave.abierto:
        return NO_ESTA
    return CAMBIO if peticion.vista not in (None, llave.version) else None


def _leer(llave, _):
    return (200, llave.abierto) if llave.abierto else NO_ESTA, llave


def _leer_historial(llave, _):
    return (200, llave.abierto.historial) if llave.abierto else NO_ESTA, llave


PASOS: dict[str, Callable] = {
    "abrir": _abrir,
    "cambiar": _cambiar,
    "pasar": _pasar,
    "archivar": _archivar,
    "leer": _leer,
    "leer historial": _leer_historial,
}


# --- What the server answers ---


def pedir(api, peticion: Peticion, etag: str | None = None) -> tuple[tuple[int, Any], str | None]:
    """Send a request to the server, with the ETag of what its writer saw. Return its answer as the model gives it, and
    its ETag."""
    metodo, sufijo, cuerpo = EN_HTTP[peticion.verbo](peticion)
    ruta = "/api/expedientes" + (f"/{quote(peticion.clave, safe='')}" if peticion.verbo != "abrir" else "")
    cabeceras = {} if etag is None else {"If-Match": etag}
    recibida = api.pedir(metodo, ruta + sufijo, cuerpo, **cabeceras)
    status, datos = respuesta(recibida)
    visto = datos["error"] if status >= 400 else MUESTRA.get(peticion.verbo, _plano)(datos)
    return (status, visto), recibida.headers.get("ETag")


EN_HTTP: dict[str, Callable] = {
    "abrir": lambda p: ("POST", "", {"no_siniestro": p.clave, **dict(p.dato)}),
    "cambiar": lambda p: ("PATCH", "", dict(p.dato)),
    "pasar": lambda p: ("PATCH", "/estado", {"estado": p.dato}),
    "archivar": lambda p: ("DELETE", "", None),
    "leer": lambda p: ("GET", "", None),
    "leer historial": lambda p: ("GET", "/estado/historial", None),
}


def _plano(datos) -> Expediente:
    campos = {campo: datos[campo] for campo in ("estado", *CAMPOS, "creado_por")}
    return Expediente(**campos, historial=())


def historial_de(filas) -> tuple[Cambio, ...]:
    return tuple(Cambio(f["estado_anterior"], f["estado_nuevo"], f["cambiado_por"]) for f in reversed(filas))


MUESTRA: dict[str, Callable] = {
    "archivar": lambda datos: datos["no_siniestro"],
    "leer": lambda datos: _plano(datos)._replace(historial=historial_de(datos["historial_estado"])),
    "leer historial": historial_de,
}


def copia_de(datos: dict) -> Expediente:
    """Return the expediente of which the archive has this copy."""
    historial = [
        Cambio(f["estado_anterior"], f["estado_nuevo"], f["cambiado_por_id"]) for f in datos["historial_estado"]
    ]
    return _plano(datos)._replace(historial=tuple(historial))
