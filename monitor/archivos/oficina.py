"""Documents of Office: packages (zip) that say what they are. Those with macros are refused, and those with a part that
isn't what its sum says."""

import zipfile
import zlib
from typing import BinaryIO
from xml.etree import ElementTree
from xml.parsers import expat

from monitor.archivos.errores import Danado
from monitor.paquetes import ACOTADAS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CLASES = {f"{clase}.main+xml": clase for clase in (XLSX, DOCX)}

INDICE = "[Content_Types].xml"
MAYOR_INDICE = 1024 * 1024  # bytes
RELACIONES = ".rels"  # how the names of the parts end that say what the others are to one another
MAYORES_RELACIONES = 16 * 1024 * 1024  # bytes, of all of them
PIEZA = 64 * 1024
MAYOR_DIRECTORIO = 4 * 1024 * 1024  # bytes
PARTES = 10_000
MAYOR_REVISADO = 100 * 1024 * 1024  # bytes that are unpacked, a piece at a time, to see whether they are whole
CON_MACROS = ("macroenabled", "vbaproject", "macrosheet", "dialogsheet", "activex", "ms-office.vba")


class _Enorme(Exception):
    """A package says that its directory is larger than that of any document."""


class _ConMacros(Exception):
    """A package says that it has macros, or what can't be looked at."""


class _DePocoEnPoco:
    """A file of which nothing large is read at once. zipfile reads the directory so, and makes an object of each entry
    before anybody can count them."""

    def __init__(self, archivo: BinaryIO):
        self.seek, self.tell, self.seekable, self._read = archivo.seek, archivo.tell, archivo.seekable, archivo.read

    def read(self, cuantos: int = -1) -> bytes:
        if cuantos > MAYOR_DIRECTORIO:
            raise _Enorme
        return self._read(cuantos)


def clase(archivo: BinaryIO) -> str | None:
    """Return which document a package is, or None for any other package and for one with macros. Raise Danado when it
    can't be read."""
    try:
        with zipfile.ZipFile(_DePocoEnPoco(archivo)) as paquete:
            suya = _clase(paquete)
            if suya:
                _exigir_partes(paquete)
            return suya
    except (_Enorme, _ConMacros):
        return None
    except (
        zipfile.BadZipFile,
        zlib.error,
        ElementTree.ParseError,
        expat.ExpatError,
        NotImplementedError,
        RuntimeError,
        LookupError,
        ValueError,
        OSError,
        EOFError,
    ) as error:
        raise Danado from error


def _clase(paquete) -> str | None:
    nombres = paquete.namelist()
    if INDICE not in nombres or len(nombres) > PARTES or _hay_dos_iguales(nombres):
        return None
    if paquete.getinfo(INDICE).compress_type not in ACOTADAS:
        return None
    with paquete.open(INDICE) as parte:
        indice = parte.read(MAYOR_INDICE + 1)
    latino = indice.replace(b"\0", b"")  # what it declares can be found in UTF-16 too
    if len(indice) > MAYOR_INDICE or b"<!DOCTYPE" in latino or b"<!ENTITY" in latino:
        return None
    dichas = {dicha.get("ContentType", "") for dicha in ElementTree.fromstring(indice)}  # noqa: S314  without entities
    if any(map(_es_rastro, (*dichas, *nombres))):
        return None
    _exigir_relaciones_sin_macros(paquete)
    return next((clase for dicha, clase in CLASES.items() if dicha in dichas), None)


def _hay_dos_iguales(nombres) -> bool:
    """Return whether two parts have one name: programs differ in which they open."""
    return len({nombre.lower() for nombre in nombres}) < len(nombres)


def _es_rastro(texto: str) -> bool:
    return any(rastro in texto.lower() for rastro in CON_MACROS)


def _exigir_relaciones_sin_macros(paquete) -> None:
    """Raise _ConMacros when a part is the macros of another, whatever its name."""
    quedan = MAYORES_RELACIONES
    for parte in paquete.infolist():
        if parte.filename.lower().endswith(RELACIONES):
            if parte.compress_type not in ACOTADAS:
                raise _ConMacros
            quedan -= _leer_relaciones(paquete, parte, quedan)


def _leer_relaciones(paquete, parte, quedan: int) -> int:
    """Look at what a part says of others, and return how many bytes it has, up to so many."""
    lector, leidos = expat.ParserCreate(), 0
    lector.StartElementHandler, lector.StartDoctypeDeclHandler = _mirar_relacion, _rechazar
    with paquete.open(parte) as archivo:
        while pieza := archivo.read(PIEZA):
            leidos += len(pieza)
            if leidos > quedan:
                raise _ConMacros
            lector.Parse(pieza, False)
    lector.Parse(b"", True)
    return leidos


def _mirar_relacion(nombre, atributos):
    if _es_rastro(atributos.get("Type", "")):
        raise _ConMacros


def _rechazar(*partes):
    raise _ConMacros


def _exigir_partes(paquete) -> None:
    """Raise what zipfile raises for a part that isn't what its sum says, up to so many bytes."""
    quedan = MAYOR_REVISADO
    for parte in paquete.infolist():
        if parte.compress_type not in ACOTADAS or parte.file_size > quedan:
            continue
        quedan -= parte.file_size
        with paquete.open(parte) as abierta:
            while abierta.read(PIEZA):
                pass
