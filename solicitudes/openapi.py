"""The description of solicitudes for OpenAPI."""

from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from catalogos.openapi import describir_catalogo
from monitor.api.lists import CURSOR_INVALIDO, UNTIL
from monitor.api.openapi.description import (
    Operation,
    describe,
    describe_fields,
    describe_tag,
    name_choices,
    name_component,
)
from monitor.cambios.listas import HASTA_DICE
from monitor.cambios.serializers import CambioSerializer
from monitor.errores import DatosInvalidos, ReglaIncumplida, SinPermiso
from solicitudes.estados import Estado
from solicitudes.filters import PARAMETROS
from solicitudes.models.solicitud import Solicitud
from solicitudes.models.verbos import no_encontrada
from solicitudes.permisos import NO_PUEDEN, PROPIA, SIN_PERMISO, Accion
from solicitudes.referencias import CAMPOS, LUGAR, MISMA_PERSONA, no_existe
from solicitudes.reglas import (
    FECHA_PASADA,
    HORA_SIN_RETORNO,
    ORDEN_CON_SALTOS,
    ORDEN_REPETIDO,
    RETORNO_EN_ORIGEN,
    RETORNO_SIN_HORA,
    SIN_LUGARES,
    VARIOS_ORIGENES,
)
from solicitudes.serializers import (
    ENTRADA,
    MOTIVO,
    MOTIVO_OPCIONAL,
    CambioDeSolicitudSerializer,
    EliminadaSerializer,
    ParadaCreadaSerializer,
    ParadaEntrada,
    ParadaSerializer,
    ResumenSerializer,
    SolicitudCreadaSerializer,
    SolicitudEntrada,
    SolicitudSerializer,
)
from solicitudes.views import SIN_DESDE, SIN_NUMERO, EstadoSolicitudViewSet, SolicitudViewSet

SOLICITUDES = "Solicitudes"


class CambioDeCampos(CambioSerializer):
    """The change of fields of a solicitud, whose moments this dialect writes in its own way."""


name_component(CambioDeCampos, "CambioDeCamposDeSolicitud")
describe_tag(
    SOLICITUDES,
    "Solicitudes de transporte: alguien pide, un aprobador decide, y a todos se les avisa por correo. Administradores y"
    " operadores ven todas; un técnico, aquellas en que es solicitante o aprobador: las demás, para él, no existen."
    " Van en el dialecto del sobre: se envían en camelCase y vuelven en PascalCase; horas locales, sin desfase.",
)

name_choices(
    "EstadoDeSolicitud",
    Estado.names,
    CodigoEstadoActual=ResumenSerializer,
    CodigoEstado=CambioDeSolicitudSerializer,
    Codigo=type(EstadoSolicitudViewSet.shape.serializer),
)
name_component(ResumenSerializer, "SolicitudResumen")
name_component(CambioDeSolicitudSerializer, "FilaDeHistorico")
name_component(ParadaEntrada, "LugarDeSolicitud")
name_component(ParadaSerializer, "LugarDeSolicitud")
name_component(ParadaCreadaSerializer, "LugarDeSolicitudCreada")
describe_fields(
    SolicitudEntrada,
    idUsuarioSolicitante="Un usuario activo. Un técnico sólo puede ser él mismo.",
    idUsuarioAprobador="Un usuario activo, que no sea el solicitante.",
    asunto="Se recorta antes de medirlo.",
    fechaServicioRequerido="Hoy o después (422).",
    lugares="Al menos uno (422); uno solo, o ninguno que sea el origen, se aceptan. En un PUT reemplaza a la lista"
    " completa.",
)
describe_fields(
    ParadaEntrada,
    orden="Único y consecutivo desde 0 (422).",
    esOrigen="A lo más uno (422).",
    requiereRetorno="El origen no (422).",
    horaEstimadaRetorno="Obligatoria si requiere retorno, y sólo entonces (422). Antes que la de llegada es del día"
    " siguiente.",
)
describe_fields(
    type(PARAMETROS.serializer),
    fechaDesde="Servicios de ese día o después.",
    fechaHasta="Servicios de ese día o antes.",
    busqueda="Todas sus palabras, en el código, el asunto o los nombres; sin distinguir mayúsculas ni acentos.",
    actualizadoDesde="Las que se escribieron en ese momento o después, por cualquier puerta. La primera vez, cualquier"
    " momento; después, el `Actualizado-Hasta` de la respuesta anterior.",
    cursor="Con `actualizadoDesde`, de dónde sigue: el del encabezado `Link` de la página anterior.",
    pagina="Desde 1.",
    por_pagina="Cuántas por página: 10, si no se dice.",
)

ENVIADO = {
    "idUsuarioSolicitante": 1,
    "idDepartamentoSolicitante": 2,
    "idUsuarioAprobador": 3,
    "idTipoPrioridadSolicitud": 2,
    "idTipoServicioSolicitud": 1,
    "asunto": "Transporte de personal a sede central",
    "cantidadPasajeros": 5,
    "fechaServicioRequerido": None,
    "horaServicioRequerido": "08:00",
    "lugares": [
        {"idLugar": 5, "esOrigen": True, "orden": 0, "descripcion": "Sede central - Salida"},
        {"idLugar": 12, "orden": 1, "requiereRetorno": True, "horaEstimadaRetorno": "12:00"},
    ],
}
CREADA_EN = datetime(2026, 3, 10, 20, 30, tzinfo=UTC)
ESTADO = {
    "IdEstadoActual": 1,
    "CodigoEstadoActual": "PENDIENTE_APROBACION",
    "NombreEstadoActual": "Pendiente de Aprobación",
    "ColorEstadoActual": "#FFA500",
    "EsEstadoFinal": False,
}
FILA = dict.fromkeys(ResumenSerializer().fields) | {
    "Id": 42,
    "CodigoSolicitud": "SOL-2026-03-00000042",
    "IdUsuarioSolicitante": 1,
    "NombreSolicitante": "Juan Pérez",
    "EmailSolicitante": "juan@example.org",
    "IdDepartamentoSolicitante": 2,
    "NombreDepartamento": "Logística",
    "IdUsuarioAprobador": 3,
    "NombreAprobador": "María González",
    "EmailAprobador": "maria@example.org",
    "IdTipoPrioridadSolicitud": 2,
    "NombrePrioridad": "Normal",
    "IdTipoServicioSolicitud": 1,
    "NombreTipoServicio": "Transporte de personal",
    "Asunto": "Transporte de personal a sede central",
    "CantidadPasajeros": 5,
    "FechaServicioRequerido": date(2026, 4, 15),
    "HoraServicioRequerido": time(8),
    **ESTADO,
    "FechaHoraCreacion": CREADA_EN,
    "FechaHoraActualizacion": CREADA_EN,
}
SEDE = {"Id": 1, "IdLugar": 5, "NombreLugar": "Sede Central", "DireccionLugar": "Av. Principal 123"}
MAPA = {"CodigoLugar": "SC-001", "Latitud": 13.6929, "Longitud": -89.2182}
PARADA = {
    "EsOrigen": True,
    "Orden": 0,
    "Descripcion": "Sede central - Salida",
    "HoraEstimadaLlegada": None,
    "RequiereRetorno": False,
    "HoraEstimadaRetorno": None,
}
CREADA = FILA | {"lugares": [SEDE | PARADA], "misiones": []}


def pronto() -> date:
    """Return a day that hasn't come yet on the day on which the description is read."""
    return timezone.localdate() + timedelta(days=7)


def enviado() -> dict:
    return ENVIADO | {"fechaServicioRequerido": pronto().isoformat()}


def creada() -> dict:
    return CREADA | {"FechaServicioRequerido": pronto()}


COMPLETA = FILA | {"lugares": [SEDE | MAPA | PARADA], "misiones": []}
HISTORICO = {
    "IdEstadoSolicitud": 1,
    "IdSolicitud": 42,
    "CodigoEstado": "PENDIENTE_APROBACION",
    "NombreEstado": "Pendiente de Aprobación",
    "ColorEstado": "#FFA500",
    "OrdenEstado": 1,
    "EsEstadoFinal": False,
    "MotivoEstadoSolicitud": "Solicitud creada",
    "FechaHoraCreacion": CREADA_EN,
    "FechaHoraActualizacion": CREADA_EN,
}

RUTA = {"id": {"type": "integer", "minimum": 1, "description": "El `Id` de la solicitud."}}
DE_LA_RUTA = (DatosInvalidos("ID inválido"), no_encontrada(42))
INCUMPLIDAS = ReglaIncumplida(
    [
        f"fechaServicioRequerido: {FECHA_PASADA}",
        f"lugares: {SIN_LUGARES}",
        f"lugares[1].orden: {ORDEN_REPETIDO}",
        f"lugares[2].orden: {ORDEN_CON_SALTOS}",
        f"lugares[1].esOrigen: {VARIOS_ORIGENES}",
        f"lugares[0].requiereRetorno: {RETORNO_EN_ORIGEN}",
        f"lugares[0].horaEstimadaRetorno: {RETORNO_SIN_HORA}",
        f"lugares[1].horaEstimadaRetorno: {HORA_SIN_RETORNO}",
    ]
)
REFERENCIAS = DatosInvalidos(
    campos={
        "idDepartamentoSolicitante": [
            no_existe("idDepartamentoSolicitante", CAMPOS["idDepartamentoSolicitante"][1], 9)
        ],
        "idUsuarioAprobador": [MISMA_PERSONA],
        "lugares": [no_existe("lugares[1].idLugar", LUGAR, 99)],
    }
)


def _en(estado: Estado, accion: Accion):
    return Solicitud(estado_id=estado).conflicto(accion)


def _decision(accion: Accion, resumen: str, hecha: str, hasta: Estado, **opciones) -> Operation:
    actual = {"IdEstadoActual": hasta.value, "CodigoEstadoActual": hasta.name, "NombreEstadoActual": hasta.label}
    return Operation(
        summary=resumen,
        request={"motivo": "Unidad disponible"},
        message=f"Solicitud {hecha} exitosamente",
        response=SolicitudSerializer(),
        example=COMPLETA | actual,
        tagged=True,
        stale=Solicitud.cambio,
        errors=(
            *DE_LA_RUTA,
            SinPermiso(SIN_PERMISO[accion]),
            *([SinPermiso(PROPIA)] if accion in NO_PUEDEN else []),
            _en(Estado.RECHAZADA, accion),
        ),
        **opciones,
    )


describe(
    SolicitudViewSet,
    SOLICITUDES,
    path=RUTA,
    list=Operation(
        summary="Listar solicitudes",
        description="De la más reciente a la más antigua, sin sus lugares; más allá de la última página viene vacía."
        " Con `actualizadoDesde`, de la que se escribió primero a la última, y se avanza por `cursor`.",
        invalid_query="codigoEstdo=APROBADA&por_pagina=500",
        message="Listado de solicitudes obtenido exitosamente",
        response={
            "type": "object",
            "properties": {
                **{clave: {"type": "integer"} for clave in ("total", "pagina", "porPagina")},
                "registros": {"type": "array", "items": ResumenSerializer()},
            },
            "required": ["total", "pagina", "porPagina", "registros"],
        },
        example={"total": 1, "pagina": 1, "porPagina": 10, "registros": [FILA]},
        headers={
            "Link": 'Con `actualizadoDesde`, mientras haya más: `<…>; rel="next"`, con los mismos filtros.',
            UNTIL: f"Con `actualizadoDesde`. {HASTA_DICE}",
        },
        errors=(DatosInvalidos(campos={"pagina": [SIN_NUMERO]}), DatosInvalidos(campos={"cursor": [SIN_DESDE]})),
    ),
    eliminadas=Operation(
        summary="Seguir las que se eliminan",
        description="De la que se eliminó primero a la última, entre las que la persona podía ver. Quien guarda una"
        " copia las quita de ella.",
        invalid_query="desde=ayer",
        message="Listado de solicitudes eliminadas obtenido exitosamente",
        response={"type": "array", "items": EliminadaSerializer()},
        example=[{"Id": 42, "CodigoSolicitud": "SOL-2026-03-00000042", "FechaHoraEliminacion": CREADA_EN}],
        headers={"Link": 'Con `por_pagina`, mientras haya más: `<…>; rel="next"`.', UNTIL: HASTA_DICE},
        errors=(DatosInvalidos(campos={"cursor": [CURSOR_INVALIDO]}),),
    ),
    create=Operation(
        tagged=True,
        summary="Crear una solicitud",
        description="Queda pendiente de aprobación; al solicitante y al aprobador les llega un correo. Primero se dice"
        " todo lo que es 400; si no hay nada, todo lo que es 422.",
        body=ENTRADA,
        request=enviado,
        invalid=({"asunto": "abc", "asnto": "x", "lugares": [{"orden": "0"}]},),
        status=201,
        message="Solicitud creada exitosamente",
        response=SolicitudCreadaSerializer(),
        example=creada,
        headers={"Location": "Ruta de la solicitud."},
        errors=(REFERENCIAS, SinPermiso(SIN_PERMISO[Accion.CREAR]), INCUMPLIDAS),
    ),
    retrieve=Operation(
        tagged=True,
        summary="Leer una solicitud",
        message="Solicitud obtenida exitosamente",
        response=SolicitudSerializer(),
        example=COMPLETA,
        errors=DE_LA_RUTA,
    ),
    update=Operation(
        tagged=True,
        stale=Solicitud.cambio,
        summary="Actualizar una solicitud",
        description="Sólo mientras está pendiente. Los campos que se envían; `lugares` reemplaza a la lista completa."
        ' `null` es como no enviarlo; `""` vacía un texto opcional. Se avisa por correo a quien deja de ser solicitante'
        " o aprobador, a quien empieza a serlo, y al aprobador si cambia el servicio.",
        body=ENTRADA,
        partial=True,
        never_empty=True,
        request={"cantidadPasajeros": 6, "observaciones": ""},
        invalid=({"cantidadPasajeros": -1, "observacion": "x"},),
        message="Solicitud actualizada exitosamente",
        response=SolicitudSerializer(),
        example=COMPLETA | {"CantidadPasajeros": 6},
        errors=(
            REFERENCIAS,
            *DE_LA_RUTA,
            SinPermiso(SIN_PERMISO[Accion.ACTUALIZAR]),
            INCUMPLIDAS,
            _en(Estado.APROBADA, Accion.ACTUALIZAR),
        ),
    ),
    destroy=Operation(
        stale=Solicitud.cambio,
        summary="Eliminar una solicitud",
        description="Sólo mientras está pendiente. Deja de existir para todos; su código no se vuelve a usar. Se"
        " avisa por correo al solicitante y al aprobador.",
        message="Solicitud eliminada exitosamente",
        response={"type": "object", "properties": {"mensaje": {"type": "string"}}, "required": ["mensaje"]},
        example={"mensaje": "Solicitud 'SOL-2026-03-00000042' eliminada exitosamente"},
        errors=(*DE_LA_RUTA, SinPermiso(SIN_PERMISO[Accion.ELIMINAR]), _en(Estado.APROBADA, Accion.ELIMINAR)),
    ),
    aprobar=_decision(
        Accion.APROBAR,
        "Aprobar una solicitud",
        "aprobada",
        Estado.APROBADA,
        description="El aprobador o un administrador, si no la pidió nunca. De dos decisiones a la vez gana una.",
        body=MOTIVO_OPCIONAL,
        optional_body=True,
        invalid=({"motivo": 5},),
    ),
    rechazar=_decision(
        Accion.RECHAZAR,
        "Rechazar una solicitud",
        "rechazada",
        Estado.RECHAZADA,
        description="El aprobador o un administrador, si no la pidió nunca.",
        body=MOTIVO,
        invalid=({"motivo": " "},),
    ),
    cancelar=_decision(
        Accion.CANCELAR,
        "Cancelar una solicitud",
        "cancelada",
        Estado.CANCELADA,
        description="El solicitante, el aprobador o un administrador, desde cualquier estado que no sea final.",
        body=MOTIVO,
        invalid=({"motivo": " "},),
    ),
    cambios=Operation(
        summary="Leer los cambios de sus campos",
        description="Del más reciente al primero: quién cambió qué, de qué a qué, y por qué puerta. Los cambios de"
        " estado están en el histórico.",
        invalid_query="por_pagina=0",
        message="Cambios obtenidos exitosamente",
        response={"type": "array", "items": CambioDeCampos()},
        example=[
            {
                "id": 31,
                "fecha": CREADA_EN,
                "usuario": {"id": 3, "nombre": "María González", "username": "maria.gonzalez"},
                "origen": "admin",
                "peticion": "9f1c2a7be04d4f5f8a6b3c2d1e0f9a8b",
                "cambios": {"cantidadPasajeros": {"de": 4, "a": 6}},
            }
        ],
        headers={"Link": 'Con `por_pagina`, mientras haya más: `<…>; rel="next"`.'},
        errors=(*DE_LA_RUTA, DatosInvalidos(campos={"cursor": [CURSOR_INVALIDO]})),
    ),
    historico=Operation(
        summary="Leer el histórico de estados",
        description="Del primer cambio al último; `IdEstadoSolicitud` es el Id del estado.",
        message="Histórico de estados obtenido exitosamente",
        response={
            "type": "object",
            "properties": {
                "idSolicitud": {"type": "integer"},
                "codigoSolicitud": {"type": "string"},
                "historico": {"type": "array", "items": CambioDeSolicitudSerializer()},
            },
            "required": ["idSolicitud", "codigoSolicitud", "historico"],
        },
        example={"idSolicitud": 42, "codigoSolicitud": "SOL-2026-03-00000042", "historico": [HISTORICO]},
        errors=DE_LA_RUTA,
    ),
)

describir_catalogo(
    EstadoSolicitudViewSet,
    {
        "Id": 1,
        "Codigo": "PENDIENTE_APROBACION",
        "Nombre": "Pendiente de Aprobación",
        "Color": "#FFA500",
        "Orden": 1,
        "EsEstadoFinal": False,
    },
)
