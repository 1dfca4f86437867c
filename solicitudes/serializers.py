"""The shapes of a solicitud on the wire: camelCase in an HTTP request, PascalCase in a response."""

from types import SimpleNamespace

from rest_framework import serializers

from monitor.api.dialects import ENVELOPE
from monitor.api.fields import (
    StrictBooleanField,
    StrictDayField,
    StrictIntegerField,
    StrictLongTextField,
    StrictTextField,
    StrictTimeField,
)
from monitor.api.serializers import ObjectListField, StrictSerializer, in_both_cases
from monitor.api.shapes import EmptyListField, Shape
from monitor.errores import DatosInvalidos
from monitor.validadores import ENTERO_MAXIMO
from solicitudes.estados import Estado
from solicitudes.models.partes import LUGAR_MAXIMO, MOTIVO_MAXIMO
from solicitudes.models.solicitud import (
    ASUNTO_MAXIMO,
    ASUNTO_MINIMO,
    LUGARES_MAXIMO,
    TEXTO_MAXIMO,
    Solicitud,
)
from solicitudes.referencias import CAMPOS, LUGAR, Mencion, errores_de

# --- In ---


class Entrada(StrictSerializer):
    """A body in which a null counts as not sent when the field has a default, and an empty text becomes null."""

    def read(self, datos, *, partial=False):
        enviados = {n: v for n, v in datos.items() if v is not None or not self._tiene_defecto(n)}
        valores = super().read(enviados, partial=partial)
        return {columna: None if valor == "" else valor for columna, valor in valores.items()}

    def _tiene_defecto(self, nombre):
        return nombre in self.fields and self.fields[nombre].default is not serializers.empty


class EntradaConReferencias(Entrada):
    """A body whose references are looked up even when it has other faults, so that everything is said at once."""

    def read(self, datos, *, partial=False):
        try:
            return super().read(datos, partial=partial)
        except DatosInvalidos as error:
            otros = errores_de(_menciones_en(datos))
            nombres = (*self.fields, *error.campos)
            todos = {nombre: error.campos.get(nombre, []) + otros.get(nombre, []) for nombre in nombres}
            raise DatosInvalidos(campos={nombre: frases for nombre, frases in todos.items() if frases}) from error


def _menciones_en(datos: dict) -> list[Mencion]:
    """Return the ids in a body of which nothing is known but that it is an object. What isn't an id is left out."""
    menciones = [Mencion(nombre, referencia, datos.get(nombre)) for nombre, (_, referencia) in CAMPOS.items()]
    lugares = datos.get("lugares")
    for i, lugar in enumerate(lugares[:LUGARES_MAXIMO] if isinstance(lugares, list) else ()):
        if isinstance(lugar, dict):
            menciones.append(Mencion(f"lugares[{i}].idLugar", LUGAR, lugar.get("idLugar")))
    return [m for m in menciones if type(m.id) is int and abs(m.id) <= ENTERO_MAXIMO]


def _texto_opcional(maximo, **opciones):
    return StrictLongTextField(max_length=maximo, allow_blank=True, allow_null=True, default=None, **opciones)


def _hora_opcional(columna):
    return StrictTimeField(source=columna, allow_null=True, default=None)


class ParadaEntrada(Entrada):
    idLugar = StrictIntegerField(source="lugar_id")
    orden = StrictIntegerField()
    esOrigen = StrictBooleanField(source="es_origen", default=False)
    descripcion = _texto_opcional(LUGAR_MAXIMO)
    horaEstimadaLlegada = _hora_opcional("hora_llegada")
    requiereRetorno = StrictBooleanField(source="requiere_retorno", default=False)
    horaEstimadaRetorno = _hora_opcional("hora_retorno")

    class Meta:
        ignored = in_both_cases("Id NombreLugar DireccionLugar CodigoLugar Latitud Longitud".split())


class SolicitudEntrada(EntradaConReferencias):
    idUsuarioSolicitante = StrictIntegerField(source="solicitante_id")
    idDepartamentoSolicitante = StrictIntegerField(source="departamento_id")
    idUsuarioAprobador = StrictIntegerField(source="aprobador_id")
    idTipoPrioridadSolicitud = StrictIntegerField(source="prioridad_id")
    idTipoServicioSolicitud = StrictIntegerField(source="servicio_id")
    asunto = StrictTextField(trim=True, min_length=ASUNTO_MINIMO, max_length=ASUNTO_MAXIMO)
    descripcion = _texto_opcional(TEXTO_MAXIMO)
    justificacion = _texto_opcional(TEXTO_MAXIMO)
    cantidadPasajeros = StrictIntegerField(source="cantidad_pasajeros", min_value=0)
    nombresPasajeros = _texto_opcional(TEXTO_MAXIMO, source="nombres_pasajeros")
    fechaServicioRequerido = StrictDayField(source="fecha_servicio")
    horaServicioRequerido = StrictTimeField(source="hora_servicio")
    observaciones = _texto_opcional(TEXTO_MAXIMO)
    lugares = ObjectListField(child=ParadaEntrada(), max_length=LUGARES_MAXIMO)

    class Meta:
        ignored = in_both_cases(
            "Id CodigoSolicitud NombreSolicitante EmailSolicitante NombreDepartamento NombreAprobador EmailAprobador"
            " NombrePrioridad NombreTipoServicio IdEstadoActual CodigoEstadoActual NombreEstadoActual ColorEstadoActual"
            " EsEstadoFinal FechaHoraCreacion FechaHoraActualizacion misiones".split()
        )


class MotivoEntrada(StrictSerializer):
    motivo = StrictLongTextField(trim=True, max_length=MOTIVO_MAXIMO)


class MotivoOpcionalEntrada(Entrada):
    motivo = _texto_opcional(MOTIVO_MAXIMO, trim=True)


ENTRADA = SolicitudEntrada()
MOTIVO = MotivoEntrada()
MOTIVO_OPCIONAL = MotivoOpcionalEntrada()

# --- Out ---


class ParadaSerializer(serializers.Serializer):
    """A place of a solicitud, with where it is on the map."""

    Id = serializers.IntegerField(source="id")
    IdLugar = serializers.IntegerField(source="lugar_id")
    NombreLugar = serializers.CharField(source="lugar.nombre")
    DireccionLugar = serializers.CharField(source="lugar.direccion", allow_null=True)
    CodigoLugar = serializers.CharField(source="lugar.codigo", allow_null=True)
    Latitud = serializers.FloatField(source="lugar.latitud", allow_null=True)
    Longitud = serializers.FloatField(source="lugar.longitud", allow_null=True)
    EsOrigen = serializers.BooleanField(source="es_origen")
    Orden = serializers.IntegerField(source="orden")
    Descripcion = serializers.CharField(source="descripcion", allow_null=True)
    HoraEstimadaLlegada = serializers.TimeField(source="hora_llegada", allow_null=True)
    RequiereRetorno = serializers.BooleanField(source="requiere_retorno")
    HoraEstimadaRetorno = serializers.TimeField(source="hora_retorno", allow_null=True)


class ParadaCreadaSerializer(ParadaSerializer):
    CodigoLugar = Latitud = Longitud = None


class ResumenSerializer(serializers.Serializer):
    """A solicitud as a row of the list."""

    Id = serializers.IntegerField(source="id")
    CodigoSolicitud = serializers.CharField(source="codigo")
    IdUsuarioSolicitante = serializers.IntegerField(source="solicitante_id")
    NombreSolicitante = serializers.CharField(source="nombre_solicitante")
    EmailSolicitante = serializers.CharField(source="solicitante.email", allow_null=True)
    IdDepartamentoSolicitante = serializers.IntegerField(source="departamento_id")
    NombreDepartamento = serializers.CharField(source="departamento.nombre")
    IdUsuarioAprobador = serializers.IntegerField(source="aprobador_id")
    NombreAprobador = serializers.CharField(source="nombre_aprobador")
    EmailAprobador = serializers.CharField(source="aprobador.email", allow_null=True)
    IdTipoPrioridadSolicitud = serializers.IntegerField(source="prioridad_id")
    NombrePrioridad = serializers.CharField(source="prioridad.nombre")
    IdTipoServicioSolicitud = serializers.IntegerField(source="servicio_id")
    NombreTipoServicio = serializers.CharField(source="servicio.nombre")
    Asunto = serializers.CharField(source="asunto")
    Descripcion = serializers.CharField(source="descripcion", allow_null=True)
    Justificacion = serializers.CharField(source="justificacion", allow_null=True)
    CantidadPasajeros = serializers.IntegerField(source="cantidad_pasajeros")
    NombresPasajeros = serializers.CharField(source="nombres_pasajeros", allow_null=True)
    FechaServicioRequerido = serializers.DateField(source="fecha_servicio")
    HoraServicioRequerido = serializers.TimeField(source="hora_servicio")
    Observaciones = serializers.CharField(source="observaciones", allow_null=True)
    IdEstadoActual = serializers.IntegerField(source="estado_id")
    CodigoEstadoActual = serializers.CharField(source="estado.codigo")
    NombreEstadoActual = serializers.CharField(source="estado.nombre")
    ColorEstadoActual = serializers.CharField(source="estado.color")
    EsEstadoFinal = serializers.BooleanField(source="estado.es_estado_final")
    FechaHoraCreacion = serializers.DateTimeField(source="creado_en")
    FechaHoraActualizacion = serializers.DateTimeField(source="actualizado_en")


class EliminadaSerializer(serializers.Serializer):
    """The part of a deleted solicitud that is still told."""

    Id = serializers.IntegerField(source="id")
    CodigoSolicitud = serializers.CharField(source="codigo")
    FechaHoraEliminacion = serializers.DateTimeField(source="actualizado_en")


class SolicitudSerializer(ResumenSerializer):
    lugares = ParadaSerializer(many=True)
    misiones = EmptyListField()


class SolicitudCreadaSerializer(ResumenSerializer):
    lugares = ParadaCreadaSerializer(many=True)
    misiones = EmptyListField()


class CambioDeSolicitudSerializer(serializers.Serializer):
    """A row of the history. Its Id is that of the state."""

    IdEstadoSolicitud = serializers.IntegerField(source="estado_id")
    IdSolicitud = serializers.IntegerField(source="solicitud_id")
    CodigoEstado = serializers.CharField(source="estado.codigo")
    NombreEstado = serializers.CharField(source="estado.nombre")
    ColorEstado = serializers.CharField(source="estado.color")
    OrdenEstado = serializers.IntegerField(source="estado.orden")
    EsEstadoFinal = serializers.BooleanField(source="estado.es_estado_final")
    MotivoEstadoSolicitud = serializers.CharField(source="motivo", allow_null=True)
    FechaHoraCreacion = serializers.DateTimeField(source="creado_en")
    FechaHoraActualizacion = serializers.DateTimeField(source="actualizado_en")


RESUMEN = Shape(ResumenSerializer(), ENVELOPE)
ELIMINADA = Shape(EliminadaSerializer(), ENVELOPE)
DETALLE = Shape(SolicitudSerializer(), ENVELOPE)
CAMBIO = Shape(CambioDeSolicitudSerializer(), ENVELOPE)
_PARADA_CREADA = Shape(ParadaCreadaSerializer(), ENVELOPE)


def creada(solicitud: Solicitud) -> dict:
    """Return the answer to a creation, made from what the verb returned without asking the database anything."""
    referidas = solicitud.referidas
    personas = {"nombre_solicitante": referidas.solicitante.nombre, "nombre_aprobador": referidas.aprobador.nombre}
    estado = {"estado": Estado(solicitud.estado_id)}
    plana = SimpleNamespace(**vars(solicitud) | referidas._asdict() | personas | estado)
    lugares = [
        _PARADA_CREADA.from_instance(SimpleNamespace(**vars(parada), lugar=parada.sitio))
        for parada in solicitud.lugares_en_orden
    ]
    return RESUMEN.from_instance(plana) | {"lugares": lugares, "misiones": []}
