"""A data file as it arrives (a name and bytes), the text of those bytes, and the errors of its lines.

Spreadsheets in Spanish write UTF-8 with or without BOM, UTF-16 with BOM («texto Unicode») and Windows-1252 («CSV»).
"""

import codecs
import re
from pathlib import Path
from typing import NamedTuple

from monitor.errores import DatosInvalidos
from monitor.exportacion.como_xlsx import SIGUE

MEGAS = 5
BYTES_MAXIMOS = MEGAS * 1_000_000
COMO_GUARDARLO = "ábralo en Excel y guárdelo como «CSV UTF-8 (delimitado por comas)»"
COMO_LIBRO = "ábralo en Excel y guárdelo como «Libro de Excel (.xlsx)»"

# What a list that goes out as a book has of a text that is too long for a cell, whatever it is saved as later.
CORTADO = (
    f"un texto que Excel no pudo tener entero (termina en «{SIGUE}»): deje vacía esa celda, o use «Exportar a CSV»"
)

BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
VACIO = "está vacío: escriba los nombres de las columnas y, debajo, las filas"

LIBRO, LIBRO_VIEJO = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # the first bytes of .xlsx files, and of .xls files
PERDIDA = "\ufffd"  # programs write this for a letter that they couldn't read
# A file that isn't UTF-8 as a whole but has some letters in UTF-8 (which in Windows-1252 are «Ã» or «Â» before a sign)
# is a mixture.
EN_UTF8 = re.compile(rb"[\xc2\xc3][\x80-\xbf]|\xef\xbf\xbd")
# What a right file never has, and one of «CSV (MS-DOS)» or «CSV (Macintosh)» that is read as Windows-1252 does. In
# Spanish these signs stand for accented letters; where they are right, they don't touch a word in this way.
NI_WINDOWS = re.compile(
    "|".join(
        (
            "[¤‚]",  # MS-DOS: ñ, é
            r"[^\W\d_][¥¢£„]|[¥¢£ƒ][^\W\d_]",  # MS-DOS: Ñ, ó, ú; Macintosh: Ñ, É; «£100» and «50¢» are right
            r"[^\W\d_]¡[^\W\d_]",  # MS-DOS: í
            r"[^\W\d_µ]µ|µ(?!mol\b)[^\W\d_]{3}",  # MS-DOS: Á; «µm» and «µmol» are right
            "Ö[AO]|[A-Z]à[A-Z]|Gš[EI]",  # MS-DOS: Í, Ó, Ü
            r"[^\W\d_]‡|‡[^\W\d_]",  # Macintosh: á
            "[a-z]Ž|[A-Za-z]Ž[a-z]",  # Macintosh: é; «Žižek» is right
            "[a-z]–?—[a-z]",  # Macintosh: ó
            r"[a-z][–’][ao]s?\b|[a-z]–or",  # Macintosh: ñ, í; «lunes–viernes» and «O’Higgins» are right
            r"[a-z]œ(?![uin])|\bœ[lt]",  # Macintosh: ú; «œuvre» is right
            r"\bç(?![aou])",  # Macintosh: Á
            "[a-z]Ÿ[a-z]",  # Macintosh: ü
        )
    )
)


class Archivo(NamedTuple):
    nombre: str
    contenido: bytes

    @classmethod
    def de(cls, ruta: Path) -> "Archivo":
        """Read a file of this machine, no further than is needed to know that it is too large. Raise DatosInvalidos
        when it doesn't exist or can't be opened."""
        try:
            with ruta.open("rb") as abierto:
                return cls(ruta.name, abierto.read(BYTES_MAXIMOS + 1))
        except FileNotFoundError as error:
            raise archivo_invalido(ruta.name, f"no existe «{ruta}»: revise su nombre y su carpeta") from error
        except OSError as error:
            frase = f"no se pudo abrir «{ruta}»: revise que sea un archivo y que su usuario pueda leerlo"
            raise archivo_invalido(ruta.name, frase) from error

    @property
    def es_libro(self) -> bool:
        return self.contenido.startswith(LIBRO)

    def exigir_que_quepa(self) -> None:
        if len(self.contenido) > BYTES_MAXIMOS:
            frase = f"pesa más de {MEGAS} MB: divídalo en varios y cárguelos uno por uno"
            raise archivo_invalido(self.nombre, frase)


def archivo_invalido(nombre: str, frase: str) -> DatosInvalidos:
    """Return the error of a file as a whole, under its name."""
    return DatosInvalidos(campos={nombre: [f"{nombre}: {frase}"]})


def citar(celda: str) -> str:
    """Return the text of a cell as a sentence quotes it: on one line, visible, and cut after 60 characters."""
    visible = "".join(letra if letra.isprintable() else " " for letra in celda[:61])
    return f"«{visible[:60]}…»" if len(visible) > 60 else f"«{visible}»"


class Errores:
    """The errors of the lines of a file, collected to be said all at once, in the order of the lines."""

    def __init__(self, nombre: str):
        self.nombre = nombre
        self._por_linea: dict[int, list[str]] = {}

    def __contains__(self, linea: int) -> bool:
        return linea in self._por_linea

    def anotar(self, linea: int, *frases: str) -> None:
        self._por_linea.setdefault(linea, []).extend(frases)

    def todas(self) -> list[tuple[int, str]]:
        """Return every sentence with its line, in the order of the lines."""
        return [(n, frase) for n, suyas in sorted(self._por_linea.items()) for frase in suyas]

    def lanzar(self) -> None:
        """Raise DatosInvalidos with every sentence, when there is any."""
        if self._por_linea:
            frases = [f"{self.nombre}, línea {n}: {frase}" for n, frase in self.todas()]
            raise DatosInvalidos(campos={self.nombre: frases})


def texto_de(archivo: Archivo) -> str:
    """Return the text of a file. Raise DatosInvalidos when it isn't text or is empty."""
    if archivo.contenido.startswith(LIBRO_VIEJO):
        raise archivo_invalido(archivo.nombre, f"es un libro de un Excel viejo (.xls), o con contraseña: {COMO_LIBRO}")
    texto = _decodificar(archivo)
    if "\0" in texto:
        raise archivo_invalido(archivo.nombre, f"no es texto: {COMO_GUARDARLO}")
    if not texto.strip():
        raise archivo_invalido(archivo.nombre, VACIO)
    return texto


def _decodificar(archivo):
    """Return the text, read as its BOM says. Without a BOM, read it as UTF-8 if it can be, and otherwise as
    Windows-1252. Raise DatosInvalidos when some letter can't be read."""
    contenido = archivo.contenido
    marcada = next((codigo for bom, codigo in BOMS.items() if contenido.startswith(bom)), None)
    texto = contenido.decode(marcada or "utf-8", "replace")
    if PERDIDA not in texto:
        return texto
    if marcada or EN_UTF8.search(contenido):
        raise _ilegible(archivo, texto.partition(PERDIDA)[0])
    try:
        texto = contenido.decode("cp1252")
    except UnicodeDecodeError as error:
        raise archivo_invalido(archivo.nombre, f"no es texto: {COMO_GUARDARLO}") from error
    if otra := NI_WINDOWS.search(texto):
        raise _ilegible(archivo, texto[: otra.start()])
    return texto


def _ilegible(archivo, legible):
    linea = len(re.findall("\r\n|\r|\n", legible)) + 1
    return archivo_invalido(archivo.nombre, f"hay letras que no se pueden leer en la línea {linea}: {COMO_GUARDARLO}")
