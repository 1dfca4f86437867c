from contextlib import contextmanager
from functools import partial
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now
from django.utils import timezone

from catalogos.models import Aseguradora
from expedientes import columnas
from expedientes.archivo import (
    AnexoArchivado,  # noqa: F401  Django looks for it here
    ExpedienteArchivado,
    archivados,
    copiar,
    desarmar,
    exigir_mencionados,
    puerta_de,
    quitar,
    reponer,
)
from expedientes.consultas import ExpedienteQuerySet
from expedientes.estados import ABIERTOS, EN_LA_NUBE, TODA_EN_LA_NUBE, TRANSICIONES, Estado, Ubicacion, ubicacion_de
from expedientes.numeros import NumeroDejado, NumeroProvisional, sin_ambiguedad
from expedientes.salida import exigir_motivo_valido, exigir_salida, se_revisa
from monitor.cambios.cadena import Cadena, Paso
from monitor.cambios.registro import (
    DE_LA_CADENA,
    anotar_archivo,
    cambiar,
    cambiar_tomada,
    columnas_de,
    crear,
    exigir_visto,
    recrear,
    se_escribio,
)
from monitor.cambios.seguimiento import Seguido
from monitor.db.errors import is_duplicate
from monitor.db.fields import KeyField, MailField, order_column, search_column
from monitor.db.functions import Beginning, ClockTime, DaysToLastOrMore, IndexedPlates
from monitor.db.versions import Seen
from monitor.db.writes import Author, Vigente, insert, read, single_statement
from monitor.errores import Conflicto, DatosInvalidos, ErrorDeDominio, NoEncontrado
from monitor.origen import ahora, puerta
from monitor.usuarios.models import Usuario
from monitor.validadores import que_se_puede_mostrar, sin_control, sin_formato

NO_ENCONTRADO = "Expediente no encontrado"
AHORA_ES = f"{NO_ENCONTRADO}: ahora es {{}}"
YA_EXISTE = "Ya existe un expediente con ese No. Siniestro"
YA_RECIBIDA = "Esta unidad ya se recibió, y su expediente se archivó. Para recibir otra, abra de nuevo la página"
OBLIGATORIO = "El No. Siniestro es obligatorio"
ESTADO_INVALIDO = f"Estado inválido. Valores permitidos: {', '.join(Estado.values)}"
YA_NO_ESTA = "Ese expediente ya no está en el archivo: alguien lo restauró"
OCUPADO = "Ya hay otro expediente con ese No. Siniestro; archívelo o cámbiele el número antes de restaurar"
CHOQUES = 100  # provisional numbers that other programs may have taken, one after another
MISMO_ESTADO = "El expediente ya se encuentra en ese estado"


class ExpedienteManager(models.Manager.from_queryset(ExpedienteQuerySet)):
    """The verbs of expedientes. Whoever writes an expediente, by the API or the admin, writes it here."""

    def abrir(self, datos: dict, *, por: Author, uid: UUID | None = None) -> "Expediente":
        """Open an expediente with the first row of its history, and return it. `datos` has checked values by attname.
        Raise Conflicto when the key is taken, and DatosInvalidos when the insurer doesn't exist."""
        del_servidor = {"estado": Estado.INGRESO, "creado_por_id": por.reference}
        apertura = _cambio(datos["no_siniestro"], None, Estado.INGRESO, por)
        desde = {"en_estado_desde": apertura[1]["fecha_cambio"]}
        valores = dict.fromkeys(Expediente.EDITABLES) | _con_aseguradora_vigente(datos) | del_servidor | desde
        with _antes_la_aseguradora(datos), _sin_repetir(), single_statement():
            return crear(Expediente, valores, con=[apertura], por=por, uid=uid)

    @transaction.atomic(savepoint=False)
    def recibir(self, datos: dict, *, por: Author, uid: UUID | None = None) -> "Expediente":
        """Open an expediente whose number may not be known yet: without `no_siniestro` it gets a provisional one. See
        `abrir` about the rest. What is received with a `uid` is received once: a second time, it is what was received
        the first."""
        recibido, conocido, choques = self._recibido(uid), datos.get("no_siniestro"), 0
        while recibido is None:
            numero = conocido or NumeroProvisional.objects.dar(timezone.localdate().year)
            try:
                return self.abrir(datos | {"no_siniestro": numero}, por=por, uid=uid)
            except Conflicto:
                recibido, choques = self._recibido(uid), choques + 1
                if recibido is None and (conocido or choques == CHOQUES):
                    raise
                # Otherwise another program took the number on its own: the next one is free, or the one after it.
        return recibido

    def _recibido(self, uid) -> "Expediente | None":
        """Return what was received with this identity. Raise Conflicto when that isn't there any more."""
        if uid is None or not se_escribio(Expediente, uid):
            return None
        expediente = self.filter(uid=uid).first()
        if expediente is None:
            raise Conflicto(YA_RECIBIDA, codigo="ya_existe")
        return expediente

    def actualizar(self, no_siniestro: str, datos: dict, *, por: Author, visto: Seen | None = None) -> "Expediente":
        """Write only the columns in `datos`, so that whoever writes other columns at the same time loses nothing, and
        return the expediente. Raise NoEncontrado when there is none, Desactualizado when it isn't what its writer saw,
        and DatosInvalidos when the insurer doesn't exist."""

        def con_los_datos(expediente):
            exigir_visto(expediente, visto)
            return _con_aseguradora_vigente(datos), ()

        with _antes_la_aseguradora(datos):
            return _el_que_hay(cambiar(Expediente, no_siniestro, con_los_datos, por=por, columnas=datos), no_siniestro)

    def cambiar_estado(
        self, no_siniestro: str, hasta: str, *, por: Author, visto: Seen | None = None, motivo: str | None = None
    ) -> "Expediente":
        """Move the expediente to another state, and return it. `motivo` is why it may leave without what `salida` asks
        for."""
        if hasta not in Estado.values:
            raise DatosInvalidos(ESTADO_INVALIDO, codigo="estado_invalido")
        exigir_motivo_valido(hasta, motivo, por)
        if not se_revisa(hasta):
            return self._cambiar_estado(no_siniestro, hasta, por, visto)
        with transaction.atomic():
            tomado = read(Expediente, no_siniestro, frozenset({"no_siniestro"}), lock=True)
            _el_que_hay(tomado, no_siniestro)
            return self._cambiar_estado(no_siniestro, hasta, por, visto, partial(exigir_salida, motivo=motivo, por=por))

    def _cambiar_estado(self, no_siniestro, hasta, por, visto, exigir=None) -> "Expediente":
        def al_estado(expediente):
            exigir_visto(expediente, visto)
            desde = Estado(expediente.estado)
            if hasta not in TRANSICIONES[desde]:
                raise DatosInvalidos(MISMO_ESTADO, codigo="mismo_estado")
            if exigir:
                exigir(expediente)
            cambio = _cambio(no_siniestro, desde, hasta, por)
            escrito = {"estado": hasta, "en_estado_desde": cambio[1]["fecha_cambio"]}
            return escrito | {"ubicacion_almacenamiento": ubicacion_de(expediente, hasta)}, [cambio]

        leidas = ["estado", "en_estado_desde", "ubicacion_almacenamiento", EN_LA_NUBE]
        leidas += ["no_siniestro", "fecha_entrega"] if exigir else []
        return _el_que_hay(cambiar(Expediente, no_siniestro, al_estado, por=por, columnas=leidas), no_siniestro)

    @transaction.atomic
    def renombrar(self, no_siniestro: str, nuevo: str, *, por: Author, visto: Seen | None = None) -> "Expediente":
        """Give the expediente another number, checked before, with all that hangs from it, and return it. Raise
        NoEncontrado when there is none, and Conflicto when another has the number.

        Both are locked, always in the same order: of two that would take each other's number, neither waits for the
        other.
        """
        hay = {uno.pk: uno for uno in self.select_for_update().filter(pk__in=[no_siniestro, nuevo]).order_by("pk")}
        expediente = _el_que_hay(hay.get(no_siniestro), no_siniestro)
        exigir_visto(expediente, visto)
        if nuevo == no_siniestro:
            return read(Expediente, nuevo)
        if nuevo in hay:
            raise Conflicto(YA_EXISTE, codigo="ya_existe")
        with _sin_repetir():
            renombrado = cambiar_tomada(expediente, {"no_siniestro": nuevo}, por=por)
        insert(NumeroDejado, {"no_siniestro": no_siniestro, "uid": expediente.uid, "dejado_por_id": por.pk}, por=por)
        for relacion in Expediente._meta.related_objects:
            if not relacion.field.target_field.primary_key:
                continue  # it goes by the identity, which stays
            filas = relacion.related_model._base_manager.filter(**{relacion.field.name: no_siniestro})
            with puerta_de(filas, to_follow=True):
                filas.update(**{relacion.field.attname: nuevo})
        return renombrado

    @transaction.atomic
    def archivar(self, no_siniestro: str, *, por: Author, visto: Seen | None = None) -> ExpedienteArchivado:
        """Take the expediente, with all that hangs from it, out of the live tables, and return the complete copy that
        stays in the archive; what is told of its changes stays too. Raise NoEncontrado when there is none."""
        expediente = _el_que_hay(self.select_for_update().filter(pk=no_siniestro).first(), no_siniestro)
        exigir_visto(expediente, visto)
        copia = copiar(anotar_archivo(expediente, por=por))
        archivado = insert(
            ExpedienteArchivado,
            {"no_siniestro": no_siniestro, "datos": copia, "archivado_por_id": por.pk},
            por=por,
        )
        quitar(expediente, copia)
        return archivado

    @transaction.atomic
    def restaurar(self, archivado: int, *, por: Author) -> "Expediente":
        """Bring an expediente back from the archive with all that hung from it, and return it. It is the same one: its
        key, its `uid` and its chain, which says that it came back; its copy leaves the archive. Raise NoEncontrado when
        somebody restored it already, and Conflicto when its key is taken or what it needs isn't there any more."""
        copia = ExpedienteArchivado.objects.select_for_update().filter(pk=archivado).first()
        if copia is None:
            raise NoEncontrado(YA_NO_ESTA)
        exigir_mencionados(copia.datos)
        valores, colgadas = desarmar(copia.datos, Expediente)
        cadena = _cadena_de(valores, colgadas)
        with _sin_repetir(OCUPADO), single_statement():
            expediente = recrear(Expediente, valores, cadena, por=por)
        reponer(colgadas, por=por)
        ExpedienteArchivado.objects.filter(pk=archivado).delete()
        return expediente


def no_encontrado(no_siniestro: str) -> NoEncontrado:
    """Return the error for a number that no expediente has. It says which one has left it, if one did."""
    ahora = NumeroDejado.objects.ahora_es(no_siniestro, Expediente.objects.all())
    return NoEncontrado(AHORA_ES.format(ahora), codigo="renombrado") if ahora else NoEncontrado(NO_ENCONTRADO)


def _el_que_hay(expediente: "Expediente | None", no_siniestro: str) -> "Expediente":
    if expediente is None:
        raise no_encontrado(no_siniestro)
    return expediente


@contextmanager
def _sin_repetir(frase: str = YA_EXISTE):
    """Wrap a write that gives an expediente its number. Raise Conflicto when another one has it."""
    try:
        yield
    except IntegrityError as error:
        if is_duplicate(error):
            raise Conflicto(frase, codigo="ya_existe") from error
        raise


@contextmanager
def _antes_la_aseguradora(datos):
    """Wrap a write that also checks whether the insurer exists. When the write fails with an ErrorDeDominio, raise
    DatosInvalidos for a missing insurer rather than that error."""
    try:
        yield
    except ErrorDeDominio:
        Aseguradora.objects.exigir_vigente(datos.get("aseguradora_id"), "id_aseguradora")
        raise


def _con_aseguradora_vigente(datos) -> dict:
    """Return the values with a reference in place of the insurer's id, so that the write itself checks that the insurer
    exists."""
    clave = datos.get("aseguradora_id")
    return datos if clave is None else datos | {"aseguradora_id": Vigente(clave)}


def _cambio(no_siniestro, desde, hasta, por) -> tuple:
    """Return a row of the history, with the present moment, as `registro` takes it."""
    return HistorialEstado, {
        "expediente_id": no_siniestro,
        "estado_anterior": desde,
        "estado_nuevo": hasta,
        "fecha_cambio": ahora(),
        "cambiado_por_id": por.reference,
        "origen": puerta.get()[0].value,
    }


def _cadena_de(valores, colgadas) -> Cadena:
    """Take the chain of a copied expediente out of its values, and return it. A copy from before there were chains gets
    one: its history is chained in the order in which it was written."""
    cadena = Cadena(valores.pop("uid", None), valores.pop("eslabones", 0), valores.pop("cabeza", ""))
    historia = colgadas[HistorialEstado]
    if not cadena.eslabones:
        historia[:] = [cadena.enlazar(HistorialEstado, fila)[1] for fila in historia]
    if historia and "en_estado_desde" not in valores:
        valores["en_estado_desde"] = historia[-1]["fecha_cambio"]
    valores["version"] = valores.get("version", 0) + 1  # no ETag that it had comes back
    return cadena


def _instante(nombre):
    return models.DateTimeField(nombre, null=True, blank=True, validators=[que_se_puede_mostrar])


class Expediente(Seguido):
    """The expediente of an insurance claim for a vehicle in the shop. Its columns are the contract's, in the same
    order."""

    cambio = "El expediente cambió desde que lo leyó; vuelva a leerlo"
    versions_of = ("aseguradora",)
    computed = {EN_LA_NUBE: TODA_EN_LA_NUBE}
    se_dicen = ("ubicacion_almacenamiento",)

    no_siniestro = KeyField(
        "No. Siniestro",
        max_length=100,
        primary_key=True,
        validators=[sin_control, sin_formato, sin_ambiguedad],
        error_messages={"unique": YA_EXISTE, "blank": OBLIGATORIO, "null": OBLIGATORIO, "required": OBLIGATORIO},
    )
    factura = columnas.texto("factura")
    orden = columnas.texto("orden de trabajo")
    asesor = columnas.texto("asesor")
    fecha_ingreso = columnas.fecha("fecha de ingreso")
    fecha_valuacion = columnas.fecha("fecha de valuación")
    fecha_autorizacion = columnas.fecha("fecha de autorización")
    fecha_pzas_completas = columnas.fecha("fecha de piezas completas")
    unidad_terminada = columnas.fecha("unidad terminada")
    tecnico = columnas.texto("técnico")
    mecanico = columnas.texto("mecánico")
    vehiculo = columnas.texto_largo("vehículo")
    observaciones = columnas.texto_largo("observaciones")
    marca = columnas.texto("marca")
    placas = columnas.texto("placas")
    tipo = columnas.texto("tipo")
    color = columnas.texto("color")
    modelo = columnas.texto("modelo")
    nombre_cliente = columnas.texto("nombre del cliente")
    telefono_cliente = columnas.texto("teléfono del cliente")
    correo_cliente = MailField(
        "correo del cliente", max_length=255, null=True, blank=True, validators=[sin_control, sin_formato]
    )
    dato1 = columnas.texto("dato 1", 500)
    dato1_fecha_hora = _instante("dato 1: fecha y hora")
    dato2 = columnas.texto("dato 2", 500)
    dato2_fecha_hora = _instante("dato 2: fecha y hora")
    dato3 = columnas.texto("dato 3", 500)
    dato3_fecha_hora = _instante("dato 3: fecha y hora")
    dato4 = columnas.texto("dato 4", 500)
    dato4_fecha_hora = _instante("dato 4: fecha y hora")
    comentarios_aseguradora = columnas.texto_largo("comentarios de la aseguradora")
    comentarios_aseguradora_fh = _instante("último comentario de la aseguradora")
    # Each document was received, or it wasn't, or nobody has confirmed it.
    doc_orden_admision = columnas.bandera("orden de admisión")
    doc_identificacion = columnas.bandera("identificación oficial")
    doc_tarjeta_circulacion = columnas.bandera("tarjeta de circulación")
    doc_caratula_poliza = columnas.bandera("carátula de la póliza")
    doc_carta_reparacion = columnas.bandera("carta de autorización de reparación")
    doc_comprobante_deducible = columnas.bandera("comprobante de pago del deducible")
    doc_finiquito = columnas.bandera("finiquito")
    doc_encuesta_servicio = columnas.bandera("encuesta de servicio")
    estado = models.CharField("estado", max_length=20, choices=Estado, db_default=Estado.INGRESO, editable=False)
    ubicacion_almacenamiento = models.CharField(
        "ubicación", max_length=10, choices=Ubicacion, db_default=Ubicacion.LOCAL, editable=False
    )
    aseguradora = models.ForeignKey(
        Aseguradora,
        models.PROTECT,
        verbose_name="aseguradora",
        db_column="id_aseguradora",
        null=True,
        blank=True,
        db_index=False,  # the index expediente_por_aseguradora begins with it
        related_name="expedientes",
    )
    creado_por = models.ForeignKey(
        Usuario,
        models.PROTECT,
        verbose_name="creado por",
        db_column="creado_por",
        null=True,
        editable=False,
        related_name="+",
    )
    fecha_entrega = columnas.fecha("fecha de entrega prometida")

    en_estado_desde = models.DateTimeField("en el estado desde", db_default=ClockTime(), editable=False)
    orden_ingreso = order_column("fecha_ingreso")
    orden_en_admin = order_column("fecha_ingreso", DaysToLastOrMore)
    orden_entrega = order_column("fecha_entrega")
    busqueda = search_column(
        *("no_siniestro", "nombre_cliente", "marca", "modelo", "orden", "factura", "asesor", Beginning("vehiculo")),
        *("placas", "telefono_cliente"),
    )

    objects = ExpedienteManager()

    class Meta:
        db_table = "expediente"
        verbose_name = "expediente"
        verbose_name_plural = "expedientes"
        # With these indexes a filter of the list reads its rows in the list's order, except for the filter by plates.
        # Migration 0003 adds an index of trigrams for the search.
        indexes = [
            models.Index(fields=["orden_ingreso", "no_siniestro"], name="expediente_en_orden"),
            # The panel counts by its last two, without reading the rows.
            models.Index(
                fields=["estado", "orden_ingreso", "no_siniestro", "aseguradora", "fecha_entrega"],
                name="expediente_por_estado",
            ),
            models.Index(fields=["aseguradora", "orden_ingreso", "no_siniestro"], name="expediente_por_aseguradora"),
            models.Index(
                fields=["ubicacion_almacenamiento", "orden_ingreso", "no_siniestro"], name="expediente_por_ubicacion"
            ),
            models.Index(IndexedPlates("placas"), name="expediente_por_placas"),
            # The filters of the admin's list pass over what they don't show without reading the rows.
            models.Index(
                fields=[
                    *("orden_en_admin", "no_siniestro"),
                    *("estado", "aseguradora", "ubicacion_almacenamiento", "fecha_entrega"),
                ],
                name="expediente_en_admin",
            ),
            models.Index(fields=["orden_entrega", "no_siniestro"], name="expediente_por_entrega"),
            models.Index(fields=["en_estado_desde", "no_siniestro"], name="expediente_por_dias_en_estado"),
        ]
        constraints = [
            models.CheckConstraint(
                name="expediente_estado_valido",
                condition=models.Q(estado__in=Estado.values),
                violation_error_message=ESTADO_INVALIDO,
            ),
            models.CheckConstraint(
                name="expediente_ubicacion_valida",
                condition=models.Q(ubicacion_almacenamiento__in=Ubicacion.values),
                violation_error_message="Ubicación inválida. Valores permitidos: Local, Nube",
            ),
            models.CheckConstraint(
                name="expediente_con_no_siniestro",
                condition=~models.Q(no_siniestro=""),
                violation_error_message=OBLIGATORIO,
            ),
        ]

    def __str__(self):
        return self.no_siniestro

    @property
    def marca_y_modelo(self) -> str:
        return " ".join(filter(None, (self.marca, self.modelo)))

    @property
    def esta_abierto(self) -> bool:
        """Return whether the unit hasn't left."""
        return self.estado in ABIERTOS

    @property
    def esta_atrasado(self) -> bool:
        """Return whether it was promised for a day that is past."""
        return self.esta_abierto and self.fecha_entrega is not None and self.fecha_entrega < timezone.localdate()

    @property
    def dias_en_el_estado(self) -> int:
        """Return how many days ago, by the calendar of the shop, it came to its state."""
        return (timezone.localdate() - timezone.localdate(self.en_estado_desde)).days

    @property
    def documentos_que_faltan(self) -> int:
        return sum(getattr(self, documento) is not True for documento in self.DOCUMENTOS)

    @classmethod
    def archivados(cls):
        return archivados(HistorialEstado)


Expediente.DOCUMENTOS = tuple(c.name for c in Expediente._meta.concrete_fields if c.name.startswith("doc_"))
# These are the columns that people read, as fields. The others are for the server itself.
Expediente.LEGIBLES = tuple(campo for campo in columnas_de(Expediente) if campo.name not in DE_LA_CADENA)
# These are the columns that people write. The others belong to the server.
Expediente.EDITABLES = tuple(campo.attname for campo in columnas_de(Expediente) if campo.editable)


class HistorialEstado(Paso):
    """One row for each change of state of an expediente, the opening included. The verbs write the rows and never
    change them."""

    dice = ("estado_nuevo", "estado")
    follows = "expediente"
    sellados = ("estado_anterior", "estado_nuevo", "fecha_cambio", "cambiado_por_id", "origen")

    id = models.BigAutoField(primary_key=True)
    expediente = models.ForeignKey(
        Expediente, models.PROTECT, db_column="no_siniestro", related_name="historial", verbose_name="expediente"
    )
    estado_anterior = models.CharField("estado anterior", max_length=20, choices=Estado, null=True)
    estado_nuevo = models.CharField("estado nuevo", max_length=20, choices=Estado)
    fecha_cambio = models.DateTimeField("fecha del cambio", db_default=Now())
    cambiado_por = models.ForeignKey(
        Usuario, models.PROTECT, db_column="cambiado_por", null=True, related_name="+", verbose_name="cambiado por"
    )

    class Meta:
        db_table = "historial_estado"
        verbose_name = "cambio de estado"
        verbose_name_plural = "historial de estados"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="historial_estado_nuevo_valido",
                condition=models.Q(estado_nuevo__in=Estado.values),
                violation_error_message=ESTADO_INVALIDO,
            ),
            models.CheckConstraint(
                name="historial_estado_cambia",
                condition=models.Q(estado_anterior__isnull=True) | ~models.Q(estado_anterior=models.F("estado_nuevo")),
                violation_error_message=MISMO_ESTADO,
            ),
        ]

    def __str__(self):
        return f"{self.get_estado_anterior_display() or '—'} → {self.get_estado_nuevo_display()}"
