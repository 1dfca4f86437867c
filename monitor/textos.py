"""The keeping, comparing and seeing of texts, by Unicode's rules for every script. `monitor.db.functions` gives the
databases the same rules, made of the same tables."""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from functools import cache

# The category Cc: C0, DEL and C1.
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

# Blanks that Unicode doesn't count as such: people can't see them either.
BLANCOS_QUE_NO_LO_PARECEN = "\u2800\u115f\u1160\u3164\uffa0"

# Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt, version 16.0): what is shown as nothing where the
# letter has no glyph for it. Some are marks and some aren't assigned, so their category doesn't tell.
IGNORABLES = (
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x61C, 0x61C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
# These set the direction of what follows, letters of other people included.
QUE_INVIERTEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# These are Unicode's white space. Python's isspace() also counts four control characters, which must be refused.
BLANCOS = "".join(c for c in map(chr, range(0x3001)) if c.isspace() and not "\x1c" <= c <= "\x1f")
BLANCOS_DE_UN_RENGLON = "".join(c for c in BLANCOS if unicodedata.category(c) != "Cc")

# Letters that Unicode doesn't decompose, by the plain ones. Each comes without capitals.
VARIAS = {"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"}
LLANAS = {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "ð": "d"}
COMILLAS = dict.fromkeys("‘’‚‛′‹›ʹʻʼʽ", "'") | dict.fromkeys("“”„‟″«»", '"')
GUIONES_SIN_CATEGORIA = "\u2043\u2212\u02d7"

DEL_ESPANOL = tuple(zip("áéíóúüñÁÉÍÓÚÜÑ", "aeiouunAEIOUUN", strict=True))

# «1500.50», «1,500.50», «-$200»
IMPORTE_A_MANO = re.compile(r"(-?) ?\$? ?((?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?)", re.ASCII)

LETRA_TRAS_LA_N = "n\U0010ffff"  # sorts after each word that begins with n, and before o


def composed(texto: str) -> str:
    """Return the text as it is kept: each letter composed with its accents (NFC)."""
    return texto if texto.isascii() else unicodedata.normalize("NFC", texto)


def is_visible(texto: str) -> bool:
    """Return whether anything of the text can be seen: a text of blanks or invisible characters alone is as good as
    none."""
    return any(c not in BLANCOS and not _is_invisible(c) for c in texto)


def has_invisible(texto: str) -> bool:
    """Return whether the text has characters that nobody sees: with them two texts that differ look the same."""
    return not texto.isascii() and any(map(_is_invisible, texto))


def has_inversion(texto: str) -> bool:
    """Return whether the text sets a direction, which may turn the words after it around."""
    return not QUE_INVIERTEN.isdisjoint(texto)


def _is_invisible(c: str) -> bool:
    if c in BLANCOS_QUE_NO_LO_PARECEN or unicodedata.category(c) == "Cf":
        return True
    return any(primero <= ord(c) <= ultimo for primero, ultimo in IGNORABLES)


def trimmed(texto: str) -> str:
    """Return the text without Unicode's white space at its ends."""
    return texto.strip(BLANCOS)


def with_single_blanks(texto: str) -> str:
    """Return the text, which has no control characters, without blanks at its ends and with one where there were
    several."""
    return re.sub(f"[{BLANCOS_DE_UN_RENGLON}]+", " ", trimmed(texto))


# --- Comparing ---


def case_blind(texto: str) -> str:
    """Return the text without capitals, for comparing names: full case folding and compatibility decomposition. Accents
    stay."""
    if texto.isascii():
        return texto.lower()
    return unicodedata.normalize("NFKD", texto).translate(_sin_mayusculas)


def fold(texto: str) -> str:
    """Return the text without capitals, accents or what can't be seen, and with plain letters, quotes and dashes:
    «Nguyễn» becomes «nguyen» and «Straße», «strasse»."""
    llano = texto
    if not texto.isascii():
        # Hardly any text has other letters than these, and the table takes five times as long.
        for letra, sin_acento in DEL_ESPANOL:
            llano = llano.replace(letra, sin_acento)
    return llano.lower() if llano.isascii() else unicodedata.normalize("NFKD", texto).translate(_llano)


def sort_key(texto: str) -> str:
    """Return the text to sort by: folded, but with ñ as a letter of its own after n, as Spanish has it."""
    if texto.isascii():
        return texto.lower()
    return fold(composed(texto).replace("ñ", LETRA_TRAS_LA_N).replace("Ñ", LETRA_TRAS_LA_N))


def plates(texto: str) -> str:
    """Return the plates to compare them: folded, without blanks or hyphens."""
    return fold(texto).translate(_SIN_SEPARADORES)


def loose_plates(texto: str) -> str:
    """Return the plates to search in them: as `plates`, and with a zero for each O and a one for each I, which people
    take for each other."""
    return plates(texto).translate(_PARECIDAS)


def digits(texto: str) -> str:
    return re.sub("[^0-9]", "", fold(texto))


def words(texto: str) -> list[str]:
    """Return the folded words of a search, each once. There are none when nothing is left after folding. Control
    characters are no part of a word: no text has them, and the texts that are searched have some as marks."""
    return list(dict.fromkeys(CONTROL.sub(" ", fold(texto)).split()))


_SIN_SEPARADORES = str.maketrans("", "", " -")
_PARECIDAS = str.maketrans("oi", "01")


def _minuscula(letra: str) -> str:
    """Return a decomposed letter without its capital."""
    return unicodedata.normalize("NFKD", letra.casefold())


def _simple(letra: str) -> str:
    """Return a decomposed letter as `fold` leaves it."""
    return "".join(_de_una_minuscula(minuscula) for minuscula in _minuscula(letra))


def _de_una_minuscula(letra: str) -> str:
    categoria = unicodedata.category(letra)
    if categoria[0] == "M" or categoria == "Cf" or letra in BLANCOS_QUE_NO_LO_PARECEN:
        return ""
    if categoria == "Pd" or letra in GUIONES_SIN_CATEGORIA:
        return "-"
    return VARIAS.get(letra) or LLANAS.get(letra) or COMILLAS.get(letra) or letra


class _Tabla(dict):
    """A table for str.translate that finds what becomes of a letter at the first use of that letter."""

    def __init__(self, regla):
        super().__init__()
        self._regla = regla

    def __missing__(self, codigo):
        self[codigo] = nueva = self._regla(chr(codigo))
        return nueva


_sin_mayusculas, _llano = _Tabla(_minuscula), _Tabla(_simple)


# --- The same tables, for a database ---

# The planes in which Unicode has letters with capitals, marks or format characters; a surrogate is no character.
CON_REGLAS = (*range(1, 0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE0200))


@cache
def decomposed_letters() -> tuple[str, ...]:
    """Return each character that decomposition leaves as it is: the others don't come out of it."""
    return tuple(c for c in map(chr, CON_REGLAS) if unicodedata.is_normalized("NFKD", c))


@cache
def capitals() -> dict[str, str]:
    """Return the decomposed letters that `case_blind` changes into one other."""
    cambios = {c: _minuscula(c) for c in decomposed_letters()}
    return {c: minuscula for c, minuscula in cambios.items() if minuscula != c and len(minuscula) == 1} | {"ẞ": "ß"}


@cache
def plain_letters() -> dict[str, str]:
    """Return the letters without capitals that `fold` changes into one other."""
    cambios = {c: _de_una_minuscula(c) for c in decomposed_letters() if _minuscula(c) == c}
    return {c: llana for c, llana in cambios.items() if llana != c and len(llana) == 1}


@cache
def dropped() -> list[tuple[str, str]]:
    """Return what `fold` drops, as ranges of characters: the first and the last of each."""
    tramos: list[tuple[str, str]] = []
    for c in decomposed_letters():
        if _de_una_minuscula(c) == "" and _minuscula(c) == c:
            if tramos and ord(c) == ord(tramos[-1][1]) + 1:
                tramos[-1] = (tramos[-1][0], c)
            else:
                tramos.append((c, c))
    return tramos


def enumerar(cosas: Sequence[str], cuantas: int, separador: str = ", ") -> str:
    """Return the first things as a sentence names them, and how many more there are."""
    resto = len(cosas) - cuantas
    return separador.join(cosas[:cuantas]) + (f" y {resto:,} más" if resto > 0 else "")


def amount(texto: str) -> str | None:
    """Return an amount that a person wrote, as programs write it, or None when it could be another: a comma only comes
    before each three digits, because «12,50» is 12.50 for some and 1250 for who drops the comma."""
    leido = IMPORTE_A_MANO.fullmatch(texto)
    return leido and leido[1] + leido[2].replace(",", "")


def exact(value: Decimal) -> str:
    """Return an exact amount as people write it, without trailing zeros."""
    return f"{value.normalize() + 0:f}"
