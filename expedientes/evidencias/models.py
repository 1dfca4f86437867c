"""The evidence of an expediente: its photos and documents. The bytes are in the store (`monitor.archivos`)."""

import re
import time
from collections.abc import Collection
from datetime import timedelta
from hashlib import blake2b

from django.db import models, transaction
from django.db.models.functions import Concat
from django.utils import timezone

from expedientes.archivo import DE_LA_COPIA, AnexoArchivado, archivar_anexo, leer_fila
from expedientes.estados import EN_LA_NUBE, Estado, Ubicacion, ubicacion_de
from expedientes.models import Expediente
from monitor.archivos.almacen import Entrante
from monitor.archivos.tipos import TIPOS, Examen
from monitor.archivos.tipos import Tipo as Clase
from monitor.cambios.cadena import LARGO
from monitor.cambios.registro import DE_LA_CADENA, cambiar_tomada, exigir_visto
from monitor.db.fields import LineField
from monitor.db.versions import Seen
from monitor.db.writes import Author, insert, read, update
from monitor.errores import Conflicto, NoEncontrado
from monitor.origen import ahora
from monitor.roles import exigir_permiso
from monitor.textos import composed, is_visible
from monitor.usuarios.models import Usuario

NO_ENCONTRADA = "Evidencia no encontrada"
SE_CONSERVA = timedelta(days=30)  # what was deleted, so that it can be brought back
RECIENTE = timedelta(hours=24)  # what an Operador may delete of their own
LARGO_DEL_NOMBRE = 255
SIN_NOMBRE = "archivo"
YA_NO_SE_CONSERVA = "De esa evidencia ya no se conserva el archivo, o nunca se eliminó"
SIN_EXPEDIENTE = "El expediente de esa evidencia no está: si se archivó, restáurelo antes"

TOMADAS = frozenset(DE_LA_CADENA | {"no_siniestro", "estado", "ubicacion_almacenamiento"})
LO_QUE_SE_MUDA = ("ubicacion_almacenamiento", "lugar", "llave_nube", "ruta", "sha256")

# Control characters, and those that turn the direction of what follows: with them a name looks like another.
QUE_NO_SE_VEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

BLANCO = re.compile(r"\s")


class Tipo(models.TextChoices):
    EVIDENCIA = "evidencia", "Evidencia"
    DOCUMENTO = "documento", "Documento"


CARPETAS = {Tipo.EVIDENCIA: "evidencias", Tipo.DOCUMENTO: "DOCUMENTOS REPARACION"}


def nombre_de(enviado: str) -> str:
    """Return the name that a file keeps of the one that it was sent with."""
    nombre = composed(QUE_NO_SE_VEN.sub("", re.split(r"[/\\]", enviado)[-1]))[:LARGO_DEL_NOMBRE]
    return nombre if is_visible(nombre) else SIN_NOMBRE


class EvidenciaQuerySet(models.QuerySet):
    def en_orden(self):
        """Return the evidence, newest first."""
        return self.order_by("-fecha_carga", "-id")

    def locales(self):
        return self.filter(ubicacion_almacenamiento=Ubicacion.LOCAL)

    def en_la_nube(self):
        return self.filter(ubicacion_almacenamiento=Ubicacion.NUBE)


class EvidenciaManager(models.Manager.from_queryset(EvidenciaQuerySet)):
    """The verbs of evidence, each of which locks its expediente, tells there what it did and moves its version; and how
    one is read."""

    def de(self, no_siniestro: str, evidencia: int) -> "Evidencia":
        """Return one of an expediente, with one small statement. Raise NoEncontrado."""
        fila = read(Evidencia, evidencia) if evidencia <= models.BigIntegerField.MAX_BIGINT else None
        if fila is None or fila.expediente_id != composed(no_siniestro):
            raise NoEncontrado(NO_ENCONTRADA)
        return fila

    @transaction.atomic
    def agregar(
        self, no_siniestro: str, entrante: Entrante, examen: Examen, *, nombre: str, tipo: Tipo, por: Author
    ) -> "Evidencia":
        """Enter a file whose bytes are in the store already, and return it. Raise NoEncontrado when there is no such
        expediente."""
        expediente = _tomar(no_siniestro)
        if expediente is None:
            raise Expediente.objects.no_encontrado(no_siniestro)
        valores = {
            "expediente_id": no_siniestro,
            "tipo": tipo,
            "nombre_archivo": nombre,
            "cola": f"{CARPETAS[tipo]}/{time.time_ns()}_{BLANCO.sub('_', nombre)}",
            "fecha_carga": ahora(),
            "ubicacion_almacenamiento": Ubicacion.LOCAL,
            "subido_por_id": por.pk,
            "tipo_mime": examen.tipo.mime,
            "tamano": entrante.tamano,
            "sha256": entrante.sha256,
            "lugar": entrante.lugar,
            **examen.imagen._asdict(),
        }
        evidencia = insert(Evidencia, valores, por=por)
        _decir(expediente, None, [evidencia.dicha], por=por)
        return evidencia

    @transaction.atomic
    def eliminar(self, no_siniestro: str, evidencia: int, *, por: Author, visto: Seen | None = None) -> "Evidencia":
        """Delete one, and return it. Its bytes stay for a while (`SE_CONSERVA`)."""
        expediente = _tomar(no_siniestro)
        if expediente is None:
            raise NoEncontrado(NO_ENCONTRADA)
        fila = self.de(no_siniestro, evidencia)
        exigir_visto(fila, visto)
        self._quitar(expediente, [fila], por)
        return fila

    @transaction.atomic
    def vaciar(self, no_siniestro: str, *, por: Author, visto: Seen | None = None) -> None:
        """Delete all the evidence of an expediente, if there is any. Raise SinPermiso when some of it is neither the
        author's own and recent, nor the author's role may delete what others sent. What the author saw is the
        expediente, which changes with each piece of its evidence."""
        expediente = _tomar(no_siniestro)
        filas = list(self.filter(expediente=no_siniestro).order_by("pk")) if expediente else []
        desde = timezone.now() - RECIENTE
        if not all(fila.subido_por_id == por.pk and fila.fecha_carga > desde for fila in filas):
            exigir_permiso(por.rol, "expedientes.delete_evidencia")
        if expediente:
            exigir_visto(expediente, visto)
        if filas:
            self._quitar(expediente, filas, por)

    def _quitar(self, expediente, filas, por):
        for fila in filas:
            archivar_anexo(fila, expediente.uid, por=por)
        _decir(expediente, [fila.dicha for fila in filas], None, por=por)

    @transaction.atomic
    def mudar(self, evidencia: "Evidencia", valores: dict, *, por: Author) -> bool:
        """Enter that its bytes, which are there already, are now where `valores` says. Return whether it was: not when
        it isn't any more what its mover saw."""
        expediente = _tomar(evidencia.expediente_id)
        vista = {columna: getattr(evidencia, columna) for columna in LO_QUE_SE_MUDA}
        if expediente is None or not self.filter(pk=evidencia.pk, expediente=expediente.pk, **vista).exists():
            return False
        mudada = update(Evidencia, evidencia.pk, valores, por=por)
        _decir(expediente, [evidencia.donde_esta], [mudada.donde_esta], por=por)
        return True

    def anotar_revision(self, buenas: Collection[int], malas: Collection[int]) -> None:
        """Keep that the bytes of some were read again just now, and which weren't as they came."""
        for intacta, pks in ((True, buenas), (False, malas)):
            self.filter(pk__in=pks).update(revisada_en=timezone.now(), intacta=intacta)

    @transaction.atomic
    def recuperar(self, evidencia: int, *, por: Author) -> "Evidencia":
        """Bring back one that was deleted, and return it. Raise NoEncontrado when its bytes aren't kept any more, and
        Conflicto when its expediente isn't there."""
        eliminada = eliminadas().select_for_update().filter(fila=evidencia).first()
        if eliminada is None:
            raise NoEncontrado(YA_NO_SE_CONSERVA)
        expediente = Expediente.objects.select_for_update().filter(uid=eliminada.expediente_uid).first()
        if expediente is None:
            raise Conflicto(SIN_EXPEDIENTE)
        columnas = {clave: valor for clave, valor in eliminada.datos.items() if clave not in DE_LA_COPIA}
        valores = leer_fila(Evidencia, columnas, "column") | {"expediente_id": expediente.pk}
        fila = insert(Evidencia, valores, por=por)
        eliminada.delete()
        _decir(expediente, None, [fila.dicha], por=por)
        return fila


def eliminadas() -> models.QuerySet[AnexoArchivado]:
    """Return the copies of what was deleted and whose bytes are kept."""
    return AnexoArchivado.objects.filter(
        objeto=Evidencia._meta.db_table, archivado_en__gte=timezone.now() - SE_CONSERVA
    )


def _tomar(no_siniestro: str) -> Expediente | None:
    """Lock an expediente, and return what its next link needs of it, or None."""
    return read(Expediente, no_siniestro, TOMADAS, lock=True)


def _decir(expediente: Expediente, antes: list | None, despues: list | None, *, por: Author) -> None:
    """Tell in the chain of an expediente, locked, what became of its evidence, and keep where its files are."""
    donde = {"ubicacion_almacenamiento": _donde_estan(expediente)}
    cambiar_tomada(expediente, donde, por=por, antes={"evidencia": antes}, despues={"evidencia": despues})


def _donde_estan(expediente) -> Ubicacion:
    if expediente.estado != Estado.SALIDA:
        return Ubicacion.LOCAL
    return ubicacion_de(read(Expediente, expediente.pk, frozenset({"no_siniestro", EN_LA_NUBE})), expediente.estado)


class Evidencia(models.Model):
    """A photo or a document of an expediente, as it was sent. `lugar` is where the store has its bytes."""

    id = models.BigAutoField(primary_key=True)
    expediente = models.ForeignKey(
        Expediente,
        models.PROTECT,
        db_column="no_siniestro",
        db_index=False,  # the index evidencia_en_orden begins with it
        related_name="evidencia",
        verbose_name="expediente",
    )
    tipo = models.CharField("tipo", max_length=10, choices=Tipo)
    nombre_archivo = LineField("nombre", max_length=LARGO_DEL_NOMBRE)
    cola = LineField("final de la ruta", max_length=300)
    ruta = models.GeneratedField(
        expression=Concat(
            models.Value("/evidencias/"), "expediente", models.Value("/"), "cola", output_field=models.TextField()
        ),
        output_field=models.TextField(),
        db_persist=True,
        unique=True,
        verbose_name="ruta",
    )
    fecha_carga = models.DateTimeField("cargada")
    ubicacion_almacenamiento = models.CharField("ubicación", max_length=10, choices=Ubicacion)
    subido_por = models.ForeignKey(
        Usuario, models.PROTECT, db_index=False, null=True, related_name="+", verbose_name="subida por"
    )
    tipo_mime = models.CharField("tipo de archivo", max_length=100)
    tamano = models.BigIntegerField("tamaño en bytes")
    sha256 = models.CharField("SHA-256", max_length=LARGO)
    ancho = models.IntegerField("ancho", null=True)
    alto = models.IntegerField("alto", null=True)
    tomada_en = models.DateTimeField("tomada", null=True)
    latitud = models.FloatField("latitud", null=True)
    longitud = models.FloatField("longitud", null=True)
    lugar = models.CharField("lugar en el almacén", max_length=40)
    # What the bucket has of it, and since when: also of one that came back, whose copy stays there. It isn't always its
    # `ruta`: an expediente may have got another number since.
    llave_nube = models.TextField("llave en la nube", null=True, editable=False)
    en_la_nube_desde = models.DateTimeField("en la nube desde", null=True, editable=False)

    # When its bytes were last read again, and whether they were as they came. It is no part of what its state is.
    revisada_en = models.DateTimeField("revisada", null=True, editable=False)
    intacta = models.BooleanField("como llegó", null=True, editable=False)

    cambio = "La evidencia cambió desde que la leyó; vuelva a leerla"

    objects = EvidenciaManager()

    class Meta:
        db_table = "evidencia"
        verbose_name = "evidencia"
        verbose_name_plural = "evidencia"
        indexes = [
            models.Index(fields=["expediente", "fecha_carga", "id"], name="evidencia_en_orden"),
            models.Index(fields=["sha256"], name="evidencia_por_huella"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["lugar"], name="evidencia_con_lugar_propio"),
            models.CheckConstraint(
                name="evidencia_tipo_valido",
                condition=models.Q(tipo__in=Tipo.values),
                violation_error_message="Tipo inválido. Valores permitidos: evidencia, documento",
            ),
            models.CheckConstraint(
                name="evidencia_ubicacion_valida",
                condition=models.Q(ubicacion_almacenamiento__in=Ubicacion.values),
                violation_error_message="Ubicación inválida. Valores permitidos: Local, Nube",
            ),
        ]

    def __str__(self):
        return self.nombre_archivo

    @property
    def clase(self) -> Clase:
        return TIPOS[self.tipo_mime]

    @property
    def tag(self) -> str:
        return self.tag_of(self.pk, self.ubicacion_almacenamiento, self.ruta)

    @staticmethod
    def tag_of(pk: int, ubicacion: str, ruta: str) -> str:
        """Return what tells this state of a row from others, as a version would: nothing else of it ever changes."""
        return f"{pk}-{blake2b(f'{ubicacion}{ruta}'.encode(), digest_size=8).hexdigest()}"

    @property
    def dicha(self) -> dict:
        """Return what its expediente's changes tell of it. With the digest there, its bytes are part of the chain."""
        return {clave: getattr(self, clave) for clave in ("id", "nombre_archivo", "tipo", "tamano", "sha256")}

    @property
    def donde_esta(self) -> dict:
        """Return what its expediente's changes tell of a move."""
        return {clave: getattr(self, clave) for clave in ("id", "nombre_archivo", "ubicacion_almacenamiento")}
