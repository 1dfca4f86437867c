"""The cloud: the bucket of an S3-compatible service where files that rest go (NUBE_URL; docs/adr/0023).

boto3 takes 0.14 s and 22 MB: a process that never asks the cloud for anything doesn't import it.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from threading import Lock
from time import monotonic
from typing import Any, BinaryIO

from django.conf import settings

from monitor.archivos.almacen import PIEZA, Bytes, Hallado
from monitor.archivos.errores import SinNube
from monitor.archivos.plazos import con_plazo, en_total
from monitor.entorno import Cubeta
from monitor.errores import NubeNoResponde
from monitor.server import limits

SEGUNDOS_PARA_CONECTAR, SEGUNDOS_PARA_RESPONDER, SEGUNDOS_POR_PIEZA = 3, 10, 60
INTENTOS = 3
PAUSA = 10  # seconds for which nobody who reads waits for a cloud that let somebody wait in vain
DURA_UNA_DIRECCION = 15 * 60  # seconds
HUELLA = "sha256"  # how the digest is called that goes with a file
MAYOR_LLAVE = 1024  # bytes that S3 takes as a key

log = logging.getLogger(__name__)
_cerrojo = Lock()  # boto3 makes one client at a time


class Silencio:
    """The silence of a cloud that let somebody wait in vain a short while ago. After a pause one tries again, and
    the others don't wait for what becomes of it."""

    def __init__(self):
        self._hasta = 0.0

    def respetar(self) -> None:
        ahora = monotonic()
        if ahora < self._hasta:
            raise NubeNoResponde
        if self._hasta:
            self._hasta = ahora + PAUSA

    def comienza(self) -> None:
        self._hasta = monotonic() + PAUSA

    def termina(self) -> None:
        self._hasta = 0.0


_silencio = Silencio()


class Nube:
    """The bucket of the settings. Every method but `direccion` asks the network: none is for an open transaction. Each
    raises FileNotFoundError when nothing is under the key, and NubeNoResponde when the cloud doesn't do it."""

    @property
    def hay(self) -> bool:
        return settings.NUBE is not None

    def exigir(self) -> None:
        if not self.hay:
            raise SinNube

    def subir(self, llave: str, archivo: BinaryIO, son: Bytes, tipo: str) -> None:
        """Send a file from its beginning, piece by piece, and have the cloud keep its digest beside it."""
        como = {"ContentLength": son.tamano, "ContentType": tipo, "Metadata": {HUELLA: son.sha256}}
        with _que_responda("subir", llave):
            archivo.seek(0)
            self._pedir("put_object", son.tamano, Key=llave, Body=archivo, **como)

    def guardar(self, llave: str, contenido: bytes, tipo: str) -> None:
        """Put something small."""
        with _que_responda("subir", llave):
            self._pedir("put_object", len(contenido), Key=llave, Body=contenido, ContentType=tipo)

    def bajar(self, llave: str, escribir: Callable[[bytes], Any] = lambda pieza: None) -> Bytes:
        """Read all that is under a key, giving each piece to `escribir`, and return what it was."""
        leida, tamano = sha256(), 0
        with self.abrir(llave) as cuerpo:
            while pieza := cuerpo.read(PIEZA):
                leida.update(pieza)
                tamano += len(pieza)
                escribir(pieza)
        return Bytes(tamano, leida.hexdigest())

    @contextmanager
    def abrir(self, llave: str, desde: int = 0) -> Iterator["Cuerpo"]:
        cuerpo = self.cuerpo(llave, desde)
        try:
            yield cuerpo
        finally:
            cuerpo.close()

    def cuerpo(self, llave: str, desde: int = 0) -> "Cuerpo":
        """Raise EOFError when what is there ends before."""
        rango = {"Range": f"bytes={desde}-"} if desde else {}
        with _que_responda("leer", llave):
            hallado = self._pedir("get_object", Key=llave, **rango)
            dicho = {clave.lower(): valor for clave, valor in hallado["Metadata"].items()}  # some write it otherwise
            return Cuerpo(llave, hallado["Body"], hallado["ContentLength"], dicho.get(HUELLA, ""))

    def borrar(self, llave: str) -> None:
        with _que_responda("borrar", llave):
            self._pedir("delete_object", Key=llave)

    def hallados(self, comienzo: str) -> Iterator[Hallado]:
        """Yield what there is under keys that begin so, exactly: some services list others, without a slash."""
        sigue = {}
        while sigue is not None:
            with _que_responda("listar", comienzo):
                pagina = self._pedir("list_objects_v2", Prefix=comienzo, **sigue)
            for uno in pagina.get("Contents", ()):
                if uno["Key"].startswith(comienzo):
                    yield Hallado(uno["Key"], uno["Size"], uno["LastModified"].timestamp())
            siguiente = pagina.get("NextContinuationToken")
            sigue = {"ContinuationToken": siguiente} if siguiente else None

    def direccion(self, llave: str) -> str | None:
        """Return an address that downloads it without any other key, for a while; None when there is no cloud. It is
        signed here, without traffic."""
        if not self.hay:
            return None
        que = {"Bucket": settings.NUBE.nombre, "Key": llave}
        return _cliente(settings.NUBE).generate_presigned_url("get_object", Params=que, ExpiresIn=DURA_UNA_DIRECCION)

    def _pedir(self, que: str, enviados: int = 0, /, **como):
        """Ask for something, sending so many bytes, and return its answer, which may have a body to be read yet."""
        if not self.hay:
            raise NubeNoResponde
        pedir = getattr(_cliente(settings.NUBE), que)
        with en_total(SEGUNDOS_POR_PIEZA * (1 + enviados / PIEZA)):
            return pedir(Bucket=settings.NUBE.nombre, **como)


class Cuerpo:
    """Bytes on their way from the cloud, of which so many are to come. `dicha` is the digest of the whole file, as it
    was said when it was stored."""

    def __init__(self, llave: str, cuerpo, tamano: int, dicha: str):
        # What botocore puts around it gives nothing before it has all that was asked for, however long that takes.
        self._llave, self._cuerpo, self.close = llave, cuerpo.__enter__(), cuerpo.close
        self.tamano = self._faltan = tamano
        self.dicha = dicha

    def read(self, cuantos: int) -> bytes:
        """Return that many bytes, or all that are left, if they come in SEGUNDOS_POR_PIEZA: a cloud that gives them one
        by one keeps nobody longer."""
        leidos, cuantos, plazo = bytearray(), min(cuantos, self._faltan), monotonic() + SEGUNDOS_POR_PIEZA
        with _que_responda("leer", self._llave):
            while len(leidos) < cuantos:
                pieza = self._cuerpo.read1(cuantos - len(leidos))
                if not pieza:
                    raise ConnectionError
                if monotonic() > plazo:
                    raise TimeoutError
                leidos += pieza
        self._faltan -= cuantos
        return bytes(leidos)


class Remoto:
    """A file of the cloud, as what sends files to clients reads one: `seek` asks for it, from there on. Then `tamano`
    is how large all of it is, and `dicha` its digest, as it was said when it was stored, or the empty text."""

    def __init__(self, nube: Nube, llave: str):
        self._nube, self._llave = nube, llave
        self._cuerpo: Cuerpo | None = None
        self.tamano, self.dicha = 0, ""

    def seek(self, desde: int) -> None:
        """Raise EOFError when there is less, and NubeNoResponde at once after a cloud was silent."""
        _silencio.respetar()
        self.close()
        cuerpo = self._cuerpo = self._nube.cuerpo(self._llave, desde)
        self.tamano, self.dicha = desde + cuerpo.tamano, cuerpo.dicha

    def read(self, cuantos: int) -> bytes:
        return self._cuerpo.read(cuantos)

    def close(self) -> None:
        if self._cuerpo:
            self._cuerpo.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()


NUBE = Nube()


def llave_para(ruta: str, lugar: str) -> str:
    """Return the key under which the bucket gets what lies at `lugar`: its `ruta`, unless that is longer than S3
    takes. It doesn't begin with the slash, which some services drop and others refuse."""
    llave = ruta.removeprefix("/")
    if len(llave.encode()) <= MAYOR_LLAVE:
        return llave
    carpeta, _, nombre = llave.rpartition("/")
    return f"{carpeta}/{nombre.partition('_')[0]}_{lugar.replace('/', '')}"


@contextmanager
def _que_responda(que: str, llave: str):
    """Wrap what asks the cloud for something. The log says what it answered; whoever asked hears one sentence."""
    from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
    from urllib3.exceptions import HTTPError
    from urllib3.exceptions import TimeoutError as TardaDemasiado

    try:
        yield
        _silencio.termina()
    except ClientError as error:
        _silencio.termina()
        codigo = error.response.get("Error", {}).get("Code")
        if codigo == "NoSuchKey":
            raise FileNotFoundError(llave) from error
        if codigo == "InvalidRange":
            raise EOFError(llave) from error
        log.warning("La nube no pudo %s: %s", que, _en_breve(error))
        raise NubeNoResponde from error
    except (BotoCoreError, HTTPError, OSError) as error:
        if isinstance(error, (ConnectTimeoutError, ReadTimeoutError, TardaDemasiado, TimeoutError)):
            _silencio.comienza()
        log.warning("La nube no pudo %s: %s", que, type(error).__name__)
        raise NubeNoResponde from error


def _en_breve(error) -> str:
    """Return what an answer says, without its message: that cites the key, which has what people wrote."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return f"{error.response.get('Error', {}).get('Code')} ({status})"


def _cliente(cubeta: Cubeta):
    with _cerrojo:
        return _hacer_cliente(cubeta)


@lru_cache(maxsize=1)
def _hacer_cliente(cubeta: Cubeta):
    from boto3.session import Session
    from botocore.awsrequest import (
        AWSHTTPConnection,
        AWSHTTPConnectionPool,
        AWSHTTPSConnection,
        AWSHTTPSConnectionPool,
    )
    from botocore.config import Config

    AWSHTTPConnectionPool.ConnectionCls = con_plazo(AWSHTTPConnection)
    AWSHTTPSConnectionPool.ConnectionCls = con_plazo(AWSHTTPSConnection)
    como = Config(
        signature_version="s3v4",
        connect_timeout=SEGUNDOS_PARA_CONECTAR,
        read_timeout=SEGUNDOS_PARA_RESPONDER,
        retries={"total_max_attempts": INTENTOS, "mode": "standard"},
        s3={"addressing_style": "path"},
        proxies={},
        max_pool_connections=limits.STREAMS + limits.THREADS,
        # Only what any S3-compatible service knows: what was stored is read again in any case.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return Session().client(
        "s3",
        endpoint_url=cubeta.servidor,
        region_name=cubeta.region,
        aws_access_key_id=cubeta.llave,
        aws_secret_access_key=cubeta.secreto,
        config=como,
    )
