from collections.abc import Iterable
from typing import NamedTuple

from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models.functions import Length, Now
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.functional import cached_property  # `con_todo` needs this one, which Django knows

from catalogos.models import (
    Departamento,
    Lugar,
    TipoPrioridadSolicitud,
    TipoServicioSolicitud,
)
from monitor.cambios.seguimiento import Seguido
from monitor.db.fields import LineField, LongTextField
from monitor.errores import Conflicto
from monitor.usuarios.models import Usuario
from monitor.validadores import ENTERO_MAXIMO, Entre, sin_control, sin_control_en_texto_largo
from solicitudes import referencias
from solicitudes.codigo import Codigo
from solicitudes.estados import Estado
from solicitudes.models.estado import EstadoSolicitud
from solicitudes.models.partes import LugarSolicitud
from solicitudes.models.verbos import SolicitudManager
from solicitudes.permisos import Accion, puede
from solicitudes.referencias import Nombrada, Persona

ASUNTO_MINIMO, ASUNTO_MAXIMO = 5, 250
ASUNTO_CORTO = f"requiere {ASUNTO_MINIMO} caracteres como mínimo"
TEXTO_MAXIMO = 4000
LUGARES_MAXIMO = 500  # the most places in a solicitud; a body of 1 MiB could bring 40,000


class Referidas(NamedTuple):
    """The names of what a solicitud refers to, and the addresses of its people, for its mails and for the answer to its
    creation."""

    solicitante: Persona
    departamento: Nombrada
    aprobador: Persona
    prioridad: Nombrada
    servicio: Nombrada

    @classmethod
    def de(cls, datos: dict, filas: dict) -> dict:
        """Return those that `datos` mentions by attname, taken from what `referencias.tomar` read already. The keys are
        the fields of this class."""
        campos = [(columna, modelo) for columna, (modelo, _) in referencias.CAMPOS.values() if columna in datos]
        return {columna.removesuffix("_id"): filas[modelo][datos[columna]] for columna, modelo in campos}

    def con(self, datos: dict, filas: dict) -> "Referidas":
        return self._replace(**self.de(datos, filas))


def _referencia(modelo, nombre, columna):
    return models.ForeignKey(modelo, models.PROTECT, verbose_name=nombre, db_column=columna, related_name="+")


def _texto_largo(nombre):
    return LongTextField(
        nombre, max_length=TEXTO_MAXIMO, null=True, blank=True, validators=[sin_control_en_texto_largo]
    )


class Solicitud(Seguido):
    """A solicitud of transport, with its places in order. Only the verbs write `estado`."""

    cambio = "La solicitud cambió desde que la leyó; vuelva a leerla"

    periodo = models.CharField("año y mes de creación", max_length=7, editable=False)
    codigo = models.GeneratedField(
        expression=Codigo("periodo", "id"),
        output_field=models.CharField(max_length=40),
        db_persist=True,
        unique=True,
        db_column="codigo_solicitud",
        verbose_name="código",
    )
    solicitante = models.ForeignKey(
        Usuario,
        models.PROTECT,
        verbose_name="solicitante",
        db_column="id_usuario_solicitante",
        related_name="solicitudes",
    )
    # These are ids in a column, and not rows of a table, because a transaction that waits for the row in order to
    # decide must see them as they are when it gets it.
    solicitantes_anteriores = models.JSONField(
        "solicitantes anteriores", db_default=[], default=list, editable=False, db_column="ids_solicitantes_anteriores"
    )
    departamento = _referencia(Departamento, "departamento", "id_departamento_solicitante")
    aprobador = models.ForeignKey(
        Usuario,
        models.PROTECT,
        verbose_name="aprobador",
        db_column="id_usuario_aprobador",
        related_name="solicitudes_por_aprobar",
    )
    prioridad = _referencia(TipoPrioridadSolicitud, "prioridad", "id_tipo_prioridad_solicitud")
    servicio = _referencia(TipoServicioSolicitud, "tipo de servicio", "id_tipo_servicio_solicitud")
    asunto = LineField(
        "asunto", max_length=ASUNTO_MAXIMO, validators=[sin_control, MinLengthValidator(ASUNTO_MINIMO, ASUNTO_CORTO)]
    )
    descripcion = _texto_largo("descripción")
    justificacion = _texto_largo("justificación")
    cantidad_pasajeros = models.IntegerField("cantidad de pasajeros", validators=[Entre((0, ENTERO_MAXIMO))])
    nombres_pasajeros = _texto_largo("nombres de los pasajeros")
    fecha_servicio = models.DateField("fecha del servicio", db_column="fecha_servicio_requerido")
    hora_servicio = models.TimeField("hora del servicio", db_column="hora_servicio_requerido")
    observaciones = _texto_largo("observaciones")
    estado = models.ForeignKey(
        EstadoSolicitud,
        models.PROTECT,
        verbose_name="estado",
        db_column="id_estado_actual",
        db_default=Estado.PENDIENTE_APROBACION.value,
        editable=False,
        related_name="+",
    )
    creado_en = models.DateTimeField("creada", db_default=Now(), editable=False, db_column="fecha_hora_creacion")
    actualizado_en = models.DateTimeField(
        "actualizada", db_default=Now(), editable=False, db_column="fecha_hora_actualizacion"
    )
    eliminado = models.BooleanField("eliminada", db_default=False, default=False, editable=False)

    objects = SolicitudManager()

    class Meta:
        db_table = "solicitud"
        verbose_name = "solicitud"
        verbose_name_plural = "solicitudes"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="solicitud_partes_distintas",
                condition=~models.Q(solicitante=models.F("aprobador")),
                violation_error_message=referencias.MISMA_PERSONA,
            ),
            models.CheckConstraint(
                name="solicitud_asunto_con_largo",
                condition=models.Q(GreaterThanOrEqual(Length("asunto"), ASUNTO_MINIMO)),
                violation_error_message=f"asunto: {ASUNTO_CORTO}",
            ),
            models.CheckConstraint(
                name="solicitud_pasajeros_validos",
                condition=models.Q(cantidad_pasajeros__gte=0),
                violation_error_message="cantidadPasajeros: no puede ser negativa",
            ),
        ]

    def __str__(self):
        return self.codigo

    @cached_property
    def lugares_en_orden(self) -> list["LugarSolicitud"]:
        return list(self.lugares.select_related("lugar").order_by("orden"))

    @cached_property
    def referidas(self) -> "Referidas":
        return Referidas(
            solicitante=Persona(str(self.solicitante), self.solicitante.email),
            departamento=Nombrada(self.departamento.nombre),
            aprobador=Persona(str(self.aprobador), self.aprobador.email),
            prioridad=Nombrada(self.prioridad.nombre),
            servicio=Nombrada(self.servicio.nombre),
        )

    def unir(self, filas: dict, lugares: list["LugarSolicitud"]) -> None:
        """Keep what the solicitud refers to, which `referencias.tomar` read already, so that the database isn't asked
        again."""
        self.referidas = Referidas(**Referidas.de(vars(self), filas))
        self.poner_lugares(filas, lugares)

    def poner_lugares(self, filas: dict, lugares: list["LugarSolicitud"]) -> None:
        for lugar in lugares:
            lugar.sitio = filas[Lugar][lugar.lugar_id]
        self.lugares_en_orden = sorted(lugares, key=lambda lugar: lugar.orden)

    def en_datos(self, columnas: Iterable[str]) -> dict:
        """Return these of its values by attname, as the verbs take them: `lugares` has the places in order."""
        return {
            columna: [lugar.en_datos() for lugar in self.lugares_en_orden]
            if columna == "lugares"
            else getattr(self, columna)
            for columna in columnas
        }

    def partes(self) -> dict:
        """Return whose the solicitud is and was, as the arguments that `permisos` takes."""
        nombres = ("solicitante_id", "aprobador_id", "solicitantes_anteriores")
        return {nombre: getattr(self, nombre) for nombre in nombres}

    def admite(self, accion: Accion, usuario: Usuario) -> bool:
        return puede(accion, usuario, **self.partes())

    def la_edita(self, usuario: Usuario) -> bool:
        return self.estado_id == Estado.PENDIENTE_APROBACION and self.admite(Accion.ACTUALIZAR, usuario)

    def espera_a(self, usuario: Usuario) -> bool:
        return self.estado_id == Estado.PENDIENTE_APROBACION and self.aprobador_id == usuario.pk

    def con_el_de_ahora(self) -> list[int]:
        """Return the ids of its former requesters together with the present one."""
        return sorted({*self.solicitantes_anteriores, self.solicitante_id})

    def exigir_pendiente(self, accion: Accion) -> None:
        if self.estado_id != Estado.PENDIENTE_APROBACION:
            raise self.conflicto(accion)

    def conflicto(self, accion: Accion) -> Conflicto:
        estado = Estado(self.estado_id).label
        frase = f"No se puede {accion} la solicitud porque está en estado «{estado}»"
        return Conflicto(frase, codigo="estado_no_lo_permite")
