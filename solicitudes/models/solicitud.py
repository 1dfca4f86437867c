from collections.abc import Iterable
from typing import NamedTuple

from django.core.validators import MinLengthValidator
from django.db import models, transaction
from django.db.models.functions import Coalesce, Length, Now, NullIf
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone
from django.utils.functional import cached_property  # `con_todo` needs this one, which Django knows
from post_office.models import Email

from catalogos.models import (
    ENTERO_MAXIMO,
    Departamento,
    Lugar,
    TipoPrioridadSolicitud,
    TipoServicioSolicitud,
)
from monitor.cambios.cadena import Cadena
from monitor.cambios.registro import cambio_en, exigir_visto
from monitor.cambios.seguimiento import Seguido
from monitor.db.fields import LineField, LongTextField
from monitor.db.functions import Contains, Folded, Lines
from monitor.db.versions import Seen
from monitor.db.writes import Author, insert, insert_many, update
from monitor.errores import Conflicto, DatosInvalidos, NoEncontrado
from monitor.origen import ahora, puerta
from monitor.textos import words
from monitor.usuarios.models import Usuario
from monitor.validadores import Entre, sin_control, sin_control_en_texto_largo
from solicitudes import referencias, reglas
from solicitudes.codigo import Codigo
from solicitudes.correo import cola
from solicitudes.correo import mensajes as correos
from solicitudes.estados import TRANSICIONES, Estado
from solicitudes.models.estado import EstadoSolicitud
from solicitudes.models.partes import HistoricoEstado, LugarSolicitud
from solicitudes.permisos import Accion, exigir, puede, ve_todas
from solicitudes.referencias import Nombrada, Persona

CREADA = "Solicitud creada"
ASUNTO_MINIMO, ASUNTO_MAXIMO = 5, 250
ASUNTO_CORTO = f"requiere {ASUNTO_MINIMO} caracteres como mínimo"
TEXTO_MAXIMO = 4000
LUGARES_MAXIMO = 500  # the most places in a solicitud; a body of 1 MiB could bring 40,000

DESTINOS = {Accion.APROBAR: Estado.APROBADA, Accion.RECHAZAR: Estado.RECHAZADA, Accion.CANCELAR: Estado.CANCELADA}


def no_encontrada(pk) -> NoEncontrado:
    return NoEncontrado(f"Solicitud con Id {pk} no encontrada")


def nombre_de(persona: str = "") -> Coalesce:
    """Return the SQL expression of what a person is called: somebody that a solicitud refers to, or each Usuario.
    `Usuario.__str__` gives the same in Python."""
    nombre, username = (f"{persona}__{campo}".removeprefix("__") for campo in ("nombre", "username"))
    return Coalesce(NullIf(nombre, models.Value("")), username)


class SolicitudQuerySet(models.QuerySet):
    def vigentes(self):
        return self.filter(eliminado=False)

    def visibles_para(self, usuario: Usuario):
        return self.visibles(ve_todas(usuario), usuario.pk)

    def visibles(self, todas: bool, persona):
        """Return all the solicitudes that aren't deleted or, without `todas`, those of one person. `persona` is an id,
        or an expression of one."""
        return self.vigentes() if todas else self.vigentes().de_persona(persona)

    def eliminadas_para(self, usuario: Usuario):
        """Return the deleted solicitudes that the person could see."""
        eliminadas = self.filter(eliminado=True)
        return eliminadas if ve_todas(usuario) else eliminadas.de_persona(usuario.pk)

    def de_persona(self, pk):
        return self.filter(models.Q(solicitante=pk) | models.Q(aprobador=pk))

    def con_personas(self):
        return self.annotate(nombre_solicitante=nombre_de("solicitante"), nombre_aprobador=nombre_de("aprobador"))

    def buscar(self, texto: str):
        """Return the solicitudes that have every word of `texto`, blind to case and accents, in the code, the subject
        or a name."""
        return self.filter(*(_tiene(palabra) for palabra in words(texto)))

    def esperan_a(self, usuario: Usuario):
        """Return the solicitudes that wait for this person's decision."""
        return self.vigentes().filter(estado=Estado.PENDIENTE_APROBACION, aprobador=usuario.pk)

    def con_nombres(self):
        return self.select_related("solicitante", "aprobador", "departamento", "prioridad", "servicio")

    def con_todo(self):
        """Return the solicitudes with all that is told of one: who, what and each place."""
        lugares = LugarSolicitud.objects.select_related("lugar").order_by("orden")
        return self.con_nombres().prefetch_related(models.Prefetch("lugares", lugares, to_attr="lugares_en_orden"))


class SolicitudManager(models.Manager.from_queryset(SolicitudQuerySet)):
    """The verbs of solicitudes. Whoever writes a solicitud, by the API or the admin, writes it here.

    Each verb is one transaction. It locks the solicitud, decides, and writes the columns that change, the history, and
    the mails in the queue. A verb raises NoEncontrado, SinPermiso, Conflicto, and DatosInvalidos or ReglaIncumplida for
    its data.
    """

    @transaction.atomic
    def crear(self, datos: dict, *, por: Author) -> "Solicitud":
        """Create a solicitud and return it, with all that it refers to. `datos` comes by attname, with its `lugares`,
        each value of the right type."""
        filas = referencias.tomar(referencias.menciones_de(datos))
        exigir(Accion.CREAR, por, solicitante_id=datos["solicitante_id"], aprobador_id=datos["aprobador_id"])
        reglas.exigir_reglas(datos)
        momento = ahora()
        propios = {columna: valor for columna, valor in datos.items() if columna != "lugares"}
        periodo = timezone.localtime(momento).strftime("%Y-%m")
        cadena = Cadena()
        creada = cadena.enlazar(*_paso(Estado.PENDIENTE_APROBACION, CREADA, por, momento))
        cambio = cambio_en(cadena, Solicitud, {}, _en_orden(datos), por)
        solicitud = insert(
            Solicitud,
            propios | {"periodo": periodo, "creado_en": momento, "actualizado_en": momento} | cadena.valores,
            por=por,
        )
        solicitud.unir(filas, self._poner_lugares(solicitud.pk, datos["lugares"], por))
        self._anotar(solicitud.pk, [creada, *cambio], correos.creada(solicitud, por), por)
        return solicitud

    @transaction.atomic
    def actualizar(self, pk: int, datos: dict, *, por: Author, visto: Seen | None = None) -> None:
        """Write only what is in `datos`, and nothing when it is as it was. `lugares`, when it is there, replaces the
        whole list."""
        if not datos:
            raise DatosInvalidos(DatosInvalidos.SIN_CAMBIOS, codigo="sin_cambios")
        filas = referencias.tomar(referencias.menciones_de(datos))
        solicitud = self._bloquear(pk, Accion.ACTUALIZAR, por, visto)
        partes = {parte: datos.get(parte, getattr(solicitud, parte)) for parte in ("solicitante_id", "aprobador_id")}
        if partes["solicitante_id"] == partes["aprobador_id"]:
            raise DatosInvalidos(referencias.MISMA_PERSONA, codigo="misma_persona")
        exigir(Accion.CREAR, por, **partes)
        reglas.exigir_reglas(datos)
        solicitud.exigir_pendiente(Accion.ACTUALIZAR)
        cadena = Cadena.de(solicitud)
        cambio = cambio_en(cadena, Solicitud, solicitud.en_datos(datos), _en_orden(datos), por)
        if not cambio:
            return  # its date and its version stay
        cambiada = self._cambiar(solicitud, datos, filas, cadena, por)
        self._anotar(pk, cambio, correos.cambiada(solicitud, cambiada, por), por)

    def _cambiar(self, solicitud, datos, filas, cadena, por) -> "Solicitud":
        """Write what changes and return the solicitud as it is from now on. The solicitud that was given stays as it
        was, with its places."""
        propios = {columna: valor for columna, valor in datos.items() if columna != "lugares"}
        if datos.get("solicitante_id", solicitud.solicitante_id) != solicitud.solicitante_id:
            propios["solicitantes_anteriores"] = solicitud.con_el_de_ahora()
        cambiada = update(Solicitud, solicitud.pk, propios | {"actualizado_en": ahora()} | cadena.fin, por=por)
        cambiada.referidas = solicitud.referidas.con(datos, filas)
        cambiada.lugares_en_orden = solicitud.lugares_en_orden
        if "lugares" in datos:
            LugarSolicitud.objects.filter(solicitud=solicitud.pk).delete()
            cambiada.poner_lugares(filas, self._poner_lugares(solicitud.pk, datos["lugares"], por))
        return cambiada

    def aprobar(self, pk: int, *, por: Author, motivo: str | None = None, visto: Seen | None = None) -> None:
        self._decidir(pk, Accion.APROBAR, por, motivo, visto)

    def rechazar(self, pk: int, *, por: Author, motivo: str, visto: Seen | None = None) -> None:
        self._decidir(pk, Accion.RECHAZAR, por, motivo, visto)

    def cancelar(self, pk: int, *, por: Author, motivo: str, visto: Seen | None = None) -> None:
        self._decidir(pk, Accion.CANCELAR, por, motivo, visto)

    @transaction.atomic
    def eliminar(self, pk: int, *, por: Author, visto: Seen | None = None) -> "Solicitud":
        """Mark the solicitud as deleted and return it. Its code is never used again."""
        solicitud = self._bloquear(pk, Accion.ELIMINAR, por, visto)
        solicitud.exigir_pendiente(Accion.ELIMINAR)
        cadena = Cadena.de(solicitud)
        cambio = cambio_en(cadena, Solicitud, {"eliminado": False}, {"eliminado": True}, por)
        update(Solicitud, pk, {"eliminado": True, "actualizado_en": ahora()} | cadena.fin, por=por)
        self._anotar(pk, cambio, correos.eliminada(solicitud, por), por)
        return solicitud

    @transaction.atomic
    def _decidir(self, pk, accion, por, motivo, visto):
        solicitud = self._bloquear(pk, accion, por, visto)
        hasta, momento = DESTINOS[accion], ahora()
        if hasta not in TRANSICIONES[Estado(solicitud.estado_id)]:
            raise solicitud.conflicto(accion)
        cadena = Cadena.de(solicitud)
        paso = cadena.enlazar(*_paso(hasta, motivo, por, momento))
        update(Solicitud, pk, {"estado_id": hasta, "actualizado_en": momento} | cadena.fin, por=por)
        self._anotar(pk, [paso], correos.DECISIONES[accion](solicitud, motivo, por), por)

    def _bloquear(self, pk, accion, por, visto) -> "Solicitud":
        """Return the solicitud, locked so that nobody else changes it meanwhile. Raise NoEncontrado when `por` may not
        see it, SinPermiso when they may not do this with it, and Desactualizado when it isn't what they saw.

        It is locked first and read afterwards. If one statement did both, PostgreSQL would give a transaction that
        waited for the lock the present row beside what the previous row referred to, and no row at all when the two no
        longer go together.
        """
        if not self.visibles_para(por).select_for_update(no_key=True).filter(pk=pk).values_list("pk"):
            raise no_encontrada(pk)
        solicitud = self.con_nombres().get(pk=pk)
        exigir(accion, por, **solicitud.partes())
        exigir_visto(solicitud, visto)
        return solicitud

    def _poner_lugares(self, pk, lugares, por):
        return insert_many(LugarSolicitud, [{"solicitud_id": pk} | lugar for lugar in lugares], por=por)

    def _anotar(self, pk, eslabones, mensajes, por):
        """Write the links that a verb adds to the chain, and queue the mails that tell of it."""
        filas = [(modelo, _de_la(modelo, pk, valores)) for modelo, valores in eslabones]
        filas += [(Email, cola.fila_de(mensaje)) for mensaje in mensajes]
        if filas:
            (modelo, valores), *otras = filas
            insert(modelo, valores, con=otras, por=por)


def _en_orden(datos: dict) -> dict:
    """Return the values with the places, if they are among them, as they will be read back."""
    lugares = sorted(datos.get("lugares", ()), key=lambda lugar: lugar["orden"])
    return datos | {"lugares": lugares} if lugares else datos


def _paso(estado, motivo, por, momento) -> tuple:
    """Return a row of the history without its solicitud, which may not be there yet."""
    return HistoricoEstado, {
        "estado_id": estado.value,
        "motivo": motivo,
        "creado_en": momento,
        "actualizado_en": momento,
        "cambiado_por_id": por.pk,
        "origen": puerta.get()[0].value,
    }


def _de_la(modelo, pk, valores) -> dict:
    return valores | {"solicitud_id": pk} if modelo is HistoricoEstado else valores


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


def _tiene(palabra: str) -> models.Q:
    """Return the condition that a solicitud has a word. Its own texts are folded together, and each person's name once,
    not once for each of their solicitudes: folding takes the time."""
    personas = Usuario.objects.filter(Contains(Folded(nombre_de()), palabra)).values("pk")
    propios = Contains(Lines("codigo", "asunto", "nombres_pasajeros"), palabra)
    return models.Q(propios) | models.Q(solicitante__in=personas) | models.Q(aprobador__in=personas)


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
