"""The verbs of expedientes: opening one, changing it, its state and its number, archiving and restoring it."""

from contextlib import contextmanager
from functools import partial
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from catalogos.models import Aseguradora
from expedientes.archivo import (
    ExpedienteArchivado,
    copiar,
    desarmar,
    exigir_mencionados,
    puerta_de,
    quitar,
    reponer,
)
from expedientes.consultas import ExpedienteQuerySet
from expedientes.estados import EN_LA_NUBE, ESTADO_INVALIDO, MISMO_ESTADO, TRANSICIONES, Estado, ubicacion_de
from expedientes.historial import HistorialEstado
from expedientes.numeros import NumeroDejado, NumeroProvisional
from expedientes.salida import exigir_motivo_valido, exigir_salida, se_revisa
from monitor.cambios.cadena import Cadena
from monitor.cambios.registro import anotar_archivo, cambiar, cambiar_tomada, crear, exigir_visto, recrear, se_escribio
from monitor.db.errors import is_duplicate
from monitor.db.versions import Seen
from monitor.db.writes import Author, Vigente, insert, read, single_statement
from monitor.errores import Conflicto, DatosInvalidos, ErrorDeDominio, NoEncontrado
from monitor.origen import ahora, puerta

NO_ENCONTRADO = "Expediente no encontrado"
AHORA_ES = f"{NO_ENCONTRADO}: ahora es {{}}"
YA_EXISTE = "Ya existe un expediente con ese No. Siniestro"
YA_RECIBIDA = "Esta unidad ya se recibió, y su expediente se archivó. Para recibir otra, abra de nuevo la página"
YA_NO_ESTA = "Ese expediente ya no está en el archivo: alguien lo restauró"
OCUPADO = "Ya hay otro expediente con ese No. Siniestro; archívelo o cámbiele el número antes de restaurar"
CHOQUES = 100  # provisional numbers that other programs may have taken, one after another


class ExpedienteManager(models.Manager.from_queryset(ExpedienteQuerySet)):
    """The verbs of expedientes. Whoever writes an expediente, by the API or the admin, writes it here."""

    def abrir(self, datos: dict, *, por: Author, uid: UUID | None = None) -> models.Model:
        """Open an expediente with the first row of its history, and return it. `datos` has checked values by attname.
        Raise Conflicto when the key is taken, and DatosInvalidos when the insurer doesn't exist."""
        del_servidor = {"estado": Estado.INGRESO, "creado_por_id": por.reference}
        apertura = _cambio(datos["no_siniestro"], None, Estado.INGRESO, por)
        desde = {"en_estado_desde": apertura[1]["fecha_cambio"]}
        valores = dict.fromkeys(self.model.EDITABLES) | _con_aseguradora_vigente(datos) | del_servidor | desde
        with _antes_la_aseguradora(datos), _sin_repetir(), single_statement():
            return crear(self.model, valores, con=[apertura], por=por, uid=uid)

    @transaction.atomic(savepoint=False)
    def recibir(self, datos: dict, *, por: Author, uid: UUID | None = None) -> models.Model:
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

    def _recibido(self, uid) -> models.Model | None:
        """Return what was received with this identity. Raise Conflicto when that isn't there any more."""
        if uid is None or not se_escribio(self.model, uid):
            return None
        expediente = self.filter(uid=uid).first()
        if expediente is None:
            raise Conflicto(YA_RECIBIDA, codigo="ya_existe")
        return expediente

    def actualizar(self, no_siniestro: str, datos: dict, *, por: Author, visto: Seen | None = None) -> models.Model:
        """Write only the columns in `datos`, so that whoever writes other columns at the same time loses nothing, and
        return the expediente. Raise NoEncontrado when there is none, Desactualizado when it isn't what its writer saw,
        and DatosInvalidos when the insurer doesn't exist."""

        def con_los_datos(expediente):
            exigir_visto(expediente, visto)
            return _con_aseguradora_vigente(datos), ()

        with _antes_la_aseguradora(datos):
            return self._el_que_hay(
                cambiar(self.model, no_siniestro, con_los_datos, por=por, columnas=datos), no_siniestro
            )

    def cambiar_estado(
        self, no_siniestro: str, hasta: str, *, por: Author, visto: Seen | None = None, motivo: str | None = None
    ) -> models.Model:
        """Move the expediente to another state, and return it. `motivo` is why it may leave without what `salida` asks
        for."""
        if hasta not in Estado.values:
            raise DatosInvalidos(ESTADO_INVALIDO, codigo="estado_invalido")
        exigir_motivo_valido(hasta, motivo, por)
        if not se_revisa(hasta):
            return self._cambiar_estado(no_siniestro, hasta, por, visto)
        with transaction.atomic():
            tomado = read(self.model, no_siniestro, frozenset({"no_siniestro"}), lock=True)
            self._el_que_hay(tomado, no_siniestro)
            return self._cambiar_estado(no_siniestro, hasta, por, visto, partial(exigir_salida, motivo=motivo, por=por))

    def _cambiar_estado(self, no_siniestro, hasta, por, visto, exigir=None) -> models.Model:
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
        return self._el_que_hay(cambiar(self.model, no_siniestro, al_estado, por=por, columnas=leidas), no_siniestro)

    @transaction.atomic
    def renombrar(self, no_siniestro: str, nuevo: str, *, por: Author, visto: Seen | None = None) -> models.Model:
        """Give the expediente another number, checked before, with all that hangs from it, and return it. Raise
        NoEncontrado when there is none, and Conflicto when another has the number.

        Both are locked, always in the same order: of two that would take each other's number, neither waits for the
        other.
        """
        hay = {uno.pk: uno for uno in self.select_for_update().filter(pk__in=[no_siniestro, nuevo]).order_by("pk")}
        expediente = self._el_que_hay(hay.get(no_siniestro), no_siniestro)
        exigir_visto(expediente, visto)
        if nuevo == no_siniestro:
            return read(self.model, nuevo)
        if nuevo in hay:
            raise Conflicto(YA_EXISTE, codigo="ya_existe")
        with _sin_repetir():
            renombrado = cambiar_tomada(expediente, {"no_siniestro": nuevo}, por=por)
        insert(NumeroDejado, {"no_siniestro": no_siniestro, "uid": expediente.uid, "dejado_por_id": por.pk}, por=por)
        for relacion in self.model._meta.related_objects:
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
        expediente = self._el_que_hay(self.select_for_update().filter(pk=no_siniestro).first(), no_siniestro)
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
    def restaurar(self, archivado: int, *, por: Author) -> models.Model:
        """Bring an expediente back from the archive with all that hung from it, and return it. It is the same one: its
        key, its `uid` and its chain, which says that it came back; its copy leaves the archive. Raise NoEncontrado when
        somebody restored it already, and Conflicto when its key is taken or what it needs isn't there any more."""
        copia = ExpedienteArchivado.objects.select_for_update().filter(pk=archivado).first()
        if copia is None:
            raise NoEncontrado(YA_NO_ESTA)
        exigir_mencionados(copia.datos)
        valores, colgadas = desarmar(copia.datos, self.model)
        cadena = _cadena_de(valores, colgadas)
        with _sin_repetir(OCUPADO), single_statement():
            expediente = recrear(self.model, valores, cadena, por=por)
        reponer(colgadas, por=por)
        ExpedienteArchivado.objects.filter(pk=archivado).delete()
        return expediente

    def no_encontrado(self, no_siniestro: str) -> NoEncontrado:
        """Return the error for a number that no expediente has. It says which one has left it, if one did."""
        ahora = NumeroDejado.objects.ahora_es(no_siniestro, self.all())
        return NoEncontrado(AHORA_ES.format(ahora), codigo="renombrado") if ahora else NoEncontrado(NO_ENCONTRADO)

    def _el_que_hay(self, expediente: models.Model | None, no_siniestro: str) -> models.Model:
        if expediente is None:
            raise self.no_encontrado(no_siniestro)
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
