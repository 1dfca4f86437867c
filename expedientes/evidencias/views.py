import logging
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from urllib.parse import quote

from expedientes.evidencias import contenido, lecturas
from expedientes.evidencias.models import NO_ENCONTRADA, Evidencia
from expedientes.evidencias.serializers import EVIDENCIA
from expedientes.evidencias.subidas import Subida
from monitor.api.authentication import TokenAuthentication
from monitor.api.converters import read_id
from monitor.api.dialects import NO_STORE
from monitor.api.downloads import not_modified, send, send_whole
from monitor.api.fields import StrictTextField
from monitor.api.identity import Caller
from monitor.api.params import IntegerParam, QueryParams
from monitor.api.tokens import INVALIDO, Token
from monitor.api.viewsets import Action, ApiViewSet
from monitor.archivos import ALMACEN, enlaces, imagenes
from monitor.archivos.tipos import FORMATOS, con_extension
from monitor.errores import NoAutenticado, NoEncontrado
from monitor.textos import composed

log = logging.getLogger(__name__)

SIN_MINIATURA = "La evidencia no tiene miniatura"
SIN_BYTES = "El archivo no está en el almacenamiento"
LADO, MENOR, MAYOR = 320, 64, 1024  # pixels of the longest side of a thumbnail

DETALLE = QueryParams(detalle=IntegerParam(min_value=0, max_value=1))
TIPO = QueryParams(tipo=StrictTextField(allow_blank=True))
MINIATURA = QueryParams(lado=IntegerParam(min_value=MENOR, max_value=MAYOR))
ENLACE = QueryParams(firma=StrictTextField(max_length=200))


class LinkOrToken(TokenAuthentication):
    """Reads the signature of a link where there is no token. Its maker is who calls then, with the token that they had:
    what revoked that token since has killed the link too."""

    def authenticate(self, request):
        firmado = request.GET.get("firma")
        if not firmado or "HTTP_AUTHORIZATION" in request.META:
            return super().authenticate(request)
        firma = enlaces.leer(composed(request._request.path_info), firmado)
        if firma is None:
            raise NoAutenticado(INVALIDO, codigo="token_invalido")
        return Caller(Token(*firma)), firmado


class EvidenciaViewSet(ApiViewSet):
    acciones = {
        "create": Action("expedientes.add_evidencia", "subir la evidencia", TIPO, takes_file=True),
        "list": Action("expedientes.view_evidencia", "listar la evidencia", DETALLE),
        "vaciar": Action("expedientes.vaciar_evidencia", "eliminar la evidencia"),
        "retrieve": Action("expedientes.view_evidencia", "obtener la evidencia"),
        "destroy": Action("expedientes.delete_evidencia", "eliminar la evidencia"),
        "archivo": Action("expedientes.view_evidencia", "descargar la evidencia"),
        "miniatura": Action("expedientes.view_evidencia", "obtener la miniatura", MINIATURA),
        "enlace": Action("expedientes.view_evidencia", "hacer el enlace"),
    }
    subida: Subida | None = None

    def _once(self, act, request, **ruta):
        if self.action != "create":
            return super()._once(act, request, **ruta)
        with Subida(request._request, ruta["no_siniestro"]) as self.subida:
            return super()._once(act, request, **ruta)

    def create(self, request, no_siniestro):
        if self.subida:
            return self._entrar(self.subida, no_siniestro)
        with Subida(request._request, no_siniestro) as subida:
            return self._entrar(subida, no_siniestro)

    def _entrar(self, subida, no_siniestro):
        evidencia = subida.entrar(self.query.get("tipo"), por=self.request.user)
        ruta = f"/api/expedientes/{quote(no_siniestro, safe='')}/evidencias/{evidencia.pk}"
        headers = {"Location": ruta, "ETag": lecturas.etag_de(evidencia)}
        return self.respond(EVIDENCIA.from_instance(evidencia), 201, headers)

    def list(self, request, no_siniestro):
        con_todo = self.query.get("detalle")
        leer = lecturas.del_expediente_con_todo if con_todo else lecturas.del_expediente
        return self.respond(leer(no_siniestro))

    def vaciar(self, request, no_siniestro):
        Evidencia.objects.vaciar(no_siniestro, por=request.user, visto=self.seen)
        return self.respond({"ok": True})

    def retrieve(self, request, no_siniestro, pk):
        leida = lecturas.una_con_etag(no_siniestro, read_id(pk, NO_ENCONTRADA))
        if leida is None:
            raise NoEncontrado(NO_ENCONTRADA)
        fila, etag = leida
        return self.respond(fila, headers={"ETag": etag})

    def destroy(self, request, no_siniestro, pk):
        pk = read_id(pk, NO_ENCONTRADA)
        fila = Evidencia.objects.eliminar(no_siniestro, pk, por=request.user, visto=self.seen)
        eliminada = {"ok": True, "mensaje": "Evidencia eliminada", "carpetaEliminada": fila.nombre_archivo}
        return self.respond(eliminada)

    def archivo(self, request, no_siniestro, pk):
        return descargar(request, _una(no_siniestro, pk))

    def miniatura(self, request, no_siniestro, pk):
        return mandar_miniatura(request, _una(no_siniestro, pk), self.query.get("lado", LADO))

    def enlace(self, request, no_siniestro, pk):
        evidencia = _una(no_siniestro, pk)
        token = request.user.token
        vence = int(min(time.time() + enlaces.DURA, token.exp))
        firma = enlaces.firmar(evidencia.ruta, enlaces.Firma(token.id, token.version, vence))
        enlace = {
            "url": f"{quote(evidencia.ruta)}?firma={quote(firma)}",
            "expira": datetime.fromtimestamp(vence, UTC),
        }
        return self.respond(enlace, 201, NO_STORE)


class RutaViewSet(ApiViewSet):
    """Files by their `ruta`, which is only a name: it is compared whole."""

    authentication_classes = (LinkOrToken,)
    acciones = {"archivo": Action("expedientes.view_evidencia", "descargar la evidencia", ENLACE)}

    def archivo(self, request, ruta):
        # PostgreSQL raises an error when it is asked for a NUL.
        evidencia = None if "\0" in ruta else Evidencia.objects.filter(ruta=f"/evidencias/{ruta}").first()
        if evidencia is None:
            raise NoEncontrado(NO_ENCONTRADA)
        return descargar(request, evidencia)


def descargar(request, evidencia: Evidencia):
    """Return the answer with the bytes of evidence, to be shown or to be kept, as its kind says."""
    etag = f'"{evidencia.sha256}"'
    response = not_modified(request, etag)
    if response:
        return response
    tipo = evidencia.clase
    como = "inline" if tipo.a_la_vista else "attachment"
    nombre = quote(con_extension(evidencia.nombre_archivo, tipo), safe="")
    headers = {"Content-Type": tipo.mime, "Content-Disposition": f"{como}; filename*=UTF-8''{nombre}"}
    with _con_sus_bytes(evidencia):
        abrir = partial(contenido.abrir_parte, evidencia)
        return send(request, abrir, size=evidencia.tamano, etag=etag, headers=headers)


def mandar_miniatura(request, evidencia: Evidencia, lado: int = LADO):
    """Return the answer with a thumbnail. Raise NoEncontrado for evidence that has none."""
    etag = f'"{evidencia.sha256}-{lado}"'
    response = not_modified(request, etag)
    if response:
        return response
    return send_whole(_miniatura(evidencia, lado), etag=etag, headers={"Content-Type": "image/jpeg"})


def _una(no_siniestro: str, pk: str) -> Evidencia:
    return Evidencia.objects.de(no_siniestro, read_id(pk, NO_ENCONTRADA))


@contextmanager
def _con_sus_bytes(evidencia):
    try:
        yield
    except FileNotFoundError as error:
        log.error("Falta el archivo de la evidencia %s", evidencia.pk)
        raise NoEncontrado(SIN_BYTES, codigo="archivo_ausente") from error


def _miniatura(evidencia, lado) -> bytes:
    """Return a thumbnail, which is made once for each size."""
    formato, cual = FORMATOS.get(evidencia.clase), f"{lado}.jpg"
    if formato is None:
        raise NoEncontrado(SIN_MINIATURA)
    chica = ALMACEN.derivado(evidencia.lugar, cual)
    if chica is None:
        with _con_sus_bytes(evidencia), contenido.a_la_mano(evidencia) as archivo:
            chica = imagenes.miniatura(archivo, formato, lado)
        if chica is None:
            raise NoEncontrado(SIN_MINIATURA)
        ALMACEN.guardar_derivado(evidencia.lugar, cual, chica)
    return chica
