"""The verbs of solicitudes: asking for transport, changing what was asked, deciding it, deleting it."""

from django.db import models, transaction
from django.utils import timezone
from post_office.models import Email

from monitor.cambios.cadena import Cadena
from monitor.cambios.registro import cambio_en, exigir_visto
from monitor.db.versions import Seen
from monitor.db.writes import Author, insert, insert_many, update
from monitor.errores import DatosInvalidos, NoEncontrado
from monitor.origen import ahora, puerta
from monitor.usuarios.models import Llave
from solicitudes import referencias, reglas
from solicitudes.correo import cola
from solicitudes.correo import mensajes as correos
from solicitudes.estados import TRANSICIONES, Estado
from solicitudes.models.consultas import SolicitudQuerySet
from solicitudes.models.partes import HistoricoEstado, LugarSolicitud
from solicitudes.permisos import NO_PUEDEN, Accion, exigir

CREADA = "Solicitud creada"
DESTINOS = {Accion.APROBAR: Estado.APROBADA, Accion.RECHAZAR: Estado.RECHAZADA, Accion.CANCELAR: Estado.CANCELADA}


def no_encontrada(pk) -> NoEncontrado:
    return NoEncontrado(f"Solicitud con Id {pk} no encontrada")


class SolicitudManager(models.Manager.from_queryset(SolicitudQuerySet)):
    """The verbs of solicitudes. Whoever writes a solicitud, by the API or the admin, writes it here.

    Each verb is one transaction. It locks the solicitud, decides, and writes the columns that change, the history, and
    the mails in the queue. A verb raises NoEncontrado, SinPermiso, Conflicto, and DatosInvalidos or ReglaIncumplida for
    its data.
    """

    @transaction.atomic
    def crear(self, datos: dict, *, por: Author) -> models.Model:
        """Create a solicitud and return it, with all that it refers to. `datos` comes by attname, with its `lugares`,
        each value of the right type."""
        filas = referencias.tomar(referencias.menciones_de(datos))
        exigir(Accion.CREAR, por, solicitante_id=datos["solicitante_id"], aprobador_id=datos["aprobador_id"])
        reglas.exigir_reglas(datos)
        momento = ahora()
        propios = {columna: valor for columna, valor in datos.items() if columna != "lugares"}
        if por.is_program:
            propios["solicitantes_anteriores"] = [por.pk]  # nobody can name it, and it doesn't decide it either
        periodo = timezone.localtime(momento).strftime("%Y-%m")
        cadena = Cadena()
        creada = cadena.enlazar(*_paso(Estado.PENDIENTE_APROBACION, CREADA, por, momento))
        cambio = cambio_en(cadena, self.model, {}, _en_orden(datos), por)
        solicitud = insert(
            self.model,
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
        cambio = cambio_en(cadena, self.model, solicitud.en_datos(datos), _en_orden(datos), por)
        if not cambio:
            return  # its date and its version stay
        cambiada = self._cambiar(solicitud, datos, filas, cadena, por)
        self._anotar(pk, cambio, correos.cambiada(solicitud, cambiada, por), por)

    def _cambiar(self, solicitud, datos, filas, cadena, por) -> models.Model:
        """Write what changes and return the solicitud as it is from now on. The solicitud that was given stays as it
        was, with its places."""
        propios = {columna: valor for columna, valor in datos.items() if columna != "lugares"}
        if datos.get("solicitante_id", solicitud.solicitante_id) != solicitud.solicitante_id:
            propios["solicitantes_anteriores"] = solicitud.con_el_de_ahora()
        cambiada = update(self.model, solicitud.pk, propios | {"actualizado_en": ahora()} | cadena.fin, por=por)
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
    def eliminar(self, pk: int, *, por: Author, visto: Seen | None = None) -> models.Model:
        """Mark the solicitud as deleted and return it. Its code is never used again."""
        solicitud = self._bloquear(pk, Accion.ELIMINAR, por, visto)
        solicitud.exigir_pendiente(Accion.ELIMINAR)
        cadena = Cadena.de(solicitud)
        cambio = cambio_en(cadena, self.model, {"eliminado": False}, {"eliminado": True}, por)
        update(self.model, pk, {"eliminado": True, "actualizado_en": ahora()} | cadena.fin, por=por)
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
        update(self.model, pk, {"estado_id": hasta, "actualizado_en": momento} | cadena.fin, por=por)
        self._anotar(pk, [paso], correos.DECISIONES[accion](solicitud, motivo, por), por)

    def _bloquear(self, pk, accion, por, visto) -> models.Model:
        """Return the solicitud, locked so that nobody else changes it meanwhile. Raise NoEncontrado when `por` may not
        see it, SinPermiso when they may not do this with it, and Desactualizado when it isn't what they saw.

        It is locked first and read afterwards. If one statement did both, PostgreSQL would give a transaction that
        waited for the lock the present row beside what the previous row referred to, and no row at all when the two no
        longer go together.
        """
        if not self.visibles_para(por).select_for_update(no_key=True).filter(pk=pk).values_list("pk"):
            raise no_encontrada(pk)
        solicitud = self.con_nombres().get(pk=pk)
        creadores = Llave.objects.creadores(por.pk) if por.is_program and accion in NO_PUEDEN else ()
        exigir(accion, por, creadores, **solicitud.partes())
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
