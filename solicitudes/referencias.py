"""The rows that a solicitud refers to. One statement finds and holds them.

A row that is held can't be deleted before the transaction ends (`CatalogoManager.eliminar` waits, and then sees the
solicitud), so no solicitud is left with a deleted place.
"""

from typing import NamedTuple

from django.db import models

from catalogos.models import Departamento, Lugar, TipoPrioridadSolicitud, TipoServicioSolicitud
from monitor.db.queries import CompiledUnion, Param
from monitor.errores import DatosInvalidos
from monitor.usuarios.models import Usuario

MISMA_PERSONA = "El solicitante y el aprobador no pueden ser la misma persona"
ID = models.BigIntegerField()
NADA = models.Value(None, output_field=models.TextField())


class Referencia(NamedTuple):
    modelo: type[models.Model]
    cosa: str


SOLICITANTE = Referencia(Usuario, "un usuario activo")
APROBADOR = Referencia(Usuario, "un usuario activo")
DEPARTAMENTO = Referencia(Departamento, "un departamento")
PRIORIDAD = Referencia(TipoPrioridadSolicitud, "un tipo de prioridad")
SERVICIO = Referencia(TipoServicioSolicitud, "un tipo de servicio")
LUGAR = Referencia(Lugar, "un lugar")

# Each name in a body has its column, and what that refers to.
CAMPOS: dict[str, tuple[str, Referencia]] = {
    "idUsuarioSolicitante": ("solicitante_id", SOLICITANTE),
    "idDepartamentoSolicitante": ("departamento_id", DEPARTAMENTO),
    "idUsuarioAprobador": ("aprobador_id", APROBADOR),
    "idTipoPrioridadSolicitud": ("prioridad_id", PRIORIDAD),
    "idTipoServicioSolicitud": ("servicio_id", SERVICIO),
}


class Persona(NamedTuple):
    nombre: str
    email: str | None

    def __str__(self):
        return self.nombre


class Nombrada(NamedTuple):
    """A row of a catalogue of which only the name is needed."""

    nombre: str


class Sitio(NamedTuple):
    nombre: str
    direccion: str | None
    codigo: str | None


class Mencion(NamedTuple):
    """An id in a body, and its path there: («lugares[1].idLugar», LUGAR, 12)."""

    ruta: str
    referencia: Referencia
    id: int


def menciones_de(datos: dict) -> list[Mencion]:
    """Return the ids that `datos` mentions. `datos` comes by attname."""
    propias = [Mencion(ruta, r, datos[columna]) for ruta, (columna, r) in CAMPOS.items() if columna in datos]
    lugares = enumerate(datos.get("lugares", ()))
    return propias + [Mencion(f"lugares[{i}].idLugar", LUGAR, lugar["lugar_id"]) for i, lugar in lugares]


def tomar(menciones: list[Mencion]) -> dict[type, dict[int, Persona | Nombrada | Sitio]]:
    """Return the mentioned rows by model and id, and hold them. Raise DatosInvalidos with every bad mention."""
    filas = _buscar(menciones)
    errores = errores_de(menciones, filas)
    if errores:
        raise DatosInvalidos(campos=errores)
    return filas


def errores_de(menciones: list[Mencion], filas: dict | None = None) -> dict[str, list[str]]:
    """Return the sentences about bad mentions, by field of the body."""
    if not menciones:
        return {}
    filas = _buscar(menciones) if filas is None else filas
    errores = {}
    for ruta, referencia, clave in menciones:
        if clave not in filas[referencia.modelo]:
            errores.setdefault(ruta.partition("[")[0], []).append(no_existe(ruta, referencia, clave))
    personas = {m.ruta: m.id for m in menciones if m.referencia.modelo is Usuario}
    if len(personas) == 2 and len(set(personas.values())) == 1:
        errores.setdefault("idUsuarioAprobador", []).append(MISMA_PERSONA)
    return errores


def no_existe(ruta: str, referencia: Referencia, clave: int) -> str:
    return f"{ruta}: no existe {referencia.cosa} con Id {clave}"


class _Tabla(NamedTuple):
    """The look-up of references to a model: the rows that will do, three columns besides the id, and the class that
    keeps the ones of use."""

    vigentes: models.QuerySet
    columnas: tuple
    clase: type[NamedTuple]


_SOLO_NOMBRE = (("nombre", NADA, NADA), Nombrada)
_TABLAS: dict[type[models.Model], _Tabla] = {
    Usuario: _Tabla(Usuario.objects.personas().filter(is_active=True), (Usuario.SE_LLAMAN, "email", NADA), Persona),
    Departamento: _Tabla(Departamento.objects.vigentes(), *_SOLO_NOMBRE),
    TipoPrioridadSolicitud: _Tabla(TipoPrioridadSolicitud.objects.vigentes(), *_SOLO_NOMBRE),
    TipoServicioSolicitud: _Tabla(TipoServicioSolicitud.objects.vigentes(), *_SOLO_NOMBRE),
    Lugar: _Tabla(Lugar.objects.vigentes(), ("nombre", "direccion", "codigo"), Sitio),
}
_MODELOS = tuple(_TABLAS)


def _parametros(modelo, cuantos) -> list[str]:
    return [f"{modelo._meta.model_name}_{i}" for i in range(cuantos)]


def _hacer(*cuantos: int) -> list[models.QuerySet]:
    return [
        tabla.vigentes.filter(pk__in=[Param(nombre, ID) for nombre in _parametros(modelo, n)])
        .order_by()
        .values_list(models.Value(i), "pk", *tabla.columnas)
        for i, ((modelo, tabla), n) in enumerate(zip(_TABLAS.items(), cuantos, strict=True))
    ]


_consulta = CompiledUnion(_hacer, lock="FOR KEY SHARE")


def _buscar(menciones) -> dict[type, dict[int, NamedTuple]]:
    ids = {modelo: sorted({m.id for m in menciones if m.referencia.modelo is modelo}) for modelo in _MODELOS}
    cuantos = {modelo: _potencia(len(de_uno)) for modelo, de_uno in ids.items()}
    valores = {}
    for modelo, de_uno in ids.items():
        nombres = _parametros(modelo, cuantos[modelo])
        valores |= dict.fromkeys(nombres) | dict(zip(nombres, de_uno, strict=False))
    filas = {modelo: {} for modelo in _MODELOS}
    for i, clave, *columnas in _consulta.rows(*cuantos.values(), **valores):
        clase = _TABLAS[_MODELOS[i]].clase
        filas[_MODELOS[i]][clave] = clase(*columnas[: len(clase._fields)])
    return filas


def _potencia(n: int) -> int:
    """Return the smallest power of two that isn't below `n`, so that there are few variants of the statement, however
    many places there are."""
    return 1 << max(n - 1, 0).bit_length()
