"""The values that the text of a cell means in each column."""

import re
from datetime import date, datetime, time

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.lookups import Exact
from django.utils import timezone

from monitor.db.functions import CaseBlind
from monitor.exportacion.como_xlsx import LETRAS, SIGUE
from monitor.importacion.archivo import CORTADO, citar
from monitor.textos import fold

SI_O_NO = dict.fromkeys("si verdadero true 1 x".split(), True) | dict.fromkeys("no falso false 0".split(), False)
# «1.0» is one, «1.000» is a thousand, and so is «1,000.0».
MILES = re.compile(
    r"([-+]?[1-9][0-9]{0,2}(?:(?P<sep>[., ’'])[0-9]{3})(?:(?P=sep)[0-9]{3}){0,4})(?:(?!(?P=sep))[.,]0+)?"
)
ENTERO = re.compile(r"([-+]?[0-9]{1,18})(?:[.,]0+)?")
DECIMAL = re.compile(r"[-+]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:E[-+]?[0-9]{1,3})?", re.IGNORECASE)

# A day as Excel writes it in Spanish, or as programs do. A year of two digits could be of either century.
DIA = re.compile(
    r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<a>\d{4})|(?P<a2>\d{4})[-/](?P<m2>\d{1,2})[-/](?P<d2>\d{1,2})"
)
HORA = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?\s*(?:(?P<mitad>[ap])\.?\s?m\.?)?"
    r"(?P<zona>Z|[-+](?:[01][0-9]|2[0-3]):?[0-5][0-9])?",
    re.IGNORECASE,
)
COMO_DIA = "escríbala como 31/12/2026"
# What Excel makes of a long number that it takes for a quantity; the last digits are lost.
REDONDEADO = re.compile(r"[-+]?\d[.,]\d+E\+\d{2,}")

DE_EXCEL = re.compile(r"#(?:#+|N/[AD]|¡?(?:REF|VALOR|VALUE|NUM|DIV/0|NULO|NULL)!|¿?(?:NOMBRE|NAME)\?)")


def valor(campo: models.Field, celda: str, referencias: "Referencias"):
    """Return what `celda` means for a field: the field's default when it is empty, and an id for a reference. Raise
    ValidationError, whose sentence doesn't name the column."""
    if not celda:
        return campo.get_default()
    if DE_EXCEL.fullmatch(celda):
        raise ValidationError(f"{citar(celda)} es un error de Excel: corrija la celda y guárdelo otra vez")
    if campo.is_relation:
        return referencias.de(campo.related_model, celda)
    leer = next((leer for clase, leer in LECTORES.items() if isinstance(campo, clase)), None)
    return leer(celda) if leer else campo.to_python(_texto(celda))


class Referencias:
    """The ids of the rows that cells refer to by their key. What was looked for once isn't looked for again, found or
    not. In a file of people (`de_personas`), a cell may also be the name of one row alone, as in the lists that go out,
    or an id."""

    def __init__(self, *, de_personas: bool = False):
        self._de_personas = de_personas
        self._buscadas: dict[tuple[type[models.Model], str], int | ValidationError] = {}

    def de(self, modelo: type[models.Model], celda: str) -> int:
        if (modelo, celda) not in self._buscadas:
            self._buscadas[modelo, celda] = self._buscar(modelo, celda)
        hallada = self._buscadas[modelo, celda]
        if isinstance(hallada, ValidationError):
            raise ValidationError(hallada.messages)
        return hallada

    def _buscar(self, modelo, celda) -> int | ValidationError:
        """Return the id, or the error that says why there is none."""
        try:
            pk = self._por_clave(modelo, celda)
            if pk is None and self._de_personas:
                pk = _por_nombre(modelo, celda) or _por_id(modelo, celda)
        except ValidationError as error:
            return error
        return ValidationError(f"no existe {citar(celda)}") if pk is None else pk

    def _por_clave(self, modelo, celda):
        clave = getattr(modelo, "clave", None)
        try:
            return modelo._default_manager.get_by_natural_key(_limpia(modelo, clave, celda) if clave else celda).pk
        except modelo.DoesNotExist:
            return None


def _limpia(modelo, columna, celda):
    return modelo._meta.get_field(columna).to_python(celda)


def _por_nombre(modelo, celda):
    iguales = Exact(CaseBlind("nombre"), CaseBlind(models.Value(_limpia(modelo, "nombre", celda))))
    pks = list(_elegibles(modelo).filter(iguales).order_by().values_list("pk", flat=True)[:2])
    if len(pks) > 1:
        clave = getattr(modelo, "clave", "username")
        raise ValidationError(f"hay más de un {citar(celda)}: escriba su {clave}")
    return pks[0] if pks else None


def _por_id(modelo, celda):
    es_id = celda.isdecimal() and len(celda) < 10
    return _elegibles(modelo).filter(pk=int(celda)).values_list("pk", flat=True).first() if es_id else None


def _elegibles(modelo) -> models.QuerySet:
    filas = modelo._default_manager
    return filas.vigentes() if hasattr(filas, "vigentes") else filas.personas()


def _dia(celda) -> date:
    hallado = DIA.match(celda)
    if hallado is None:
        raise ValidationError(f"{citar(celda)} no es una fecha: {COMO_DIA}")
    resto = celda[hallado.end() :].strip(" T")
    if resto and _hora(resto)[0] != time():
        raise ValidationError(f"{citar(celda)} trae también una hora: {COMO_DIA}")
    partes = [hallado[nombre] or hallado[f"{nombre}2"] for nombre in "amd"]
    try:
        return date(*map(int, partes))
    except ValueError as error:
        raise ValidationError(f"{citar(celda)} no es un día del calendario: {COMO_DIA}") from error


def _momento(celda) -> datetime:
    """Return a moment. Without a time zone it is of the shop's, and without an hour it is when its day begins."""
    hallado = DIA.match(celda)
    resto = celda[hallado.end() :].strip(" T") if hallado else ""
    dia = _dia(celda[: hallado.end()] if hallado else celda)
    hora, zona = _hora(resto) if resto else (time(), None)
    if zona:
        return datetime.fromisoformat(f"{dia.isoformat()}T{hora.isoformat()}{zona.upper()}")
    return timezone.make_aware(datetime.combine(dia, hora))


def _hora(celda) -> tuple[time, str | None]:
    hallada = HORA.fullmatch(celda)
    try:
        hora, minuto, segundo = (int(parte or 0) for parte in hallada.groups()[:3])
        if hallada["mitad"]:
            hora = hora % 12 + 12 * (hallada["mitad"].lower() == "p")
        return time(hora, minuto, segundo, int((hallada[4] or "0").ljust(6, "0"))), hallada["zona"]
    except (ValueError, AttributeError) as error:  # nothing was found
        raise ValidationError(f"{citar(celda)} no es una hora: escríbala como 16:30") from error


def _texto(celda):
    if REDONDEADO.fullmatch(celda):
        frase = "es un número que Excel redondeó: dé a la columna formato de texto, escríbalo otra vez y guarde"
        raise ValidationError(f"{citar(celda)} {frase}")
    if _es_cortado(celda):
        raise ValidationError(f"{citar(celda)} es {CORTADO}")
    return celda


def _es_cortado(celda) -> bool:
    """Return whether a text was cut to what a cell of Excel can have. The ends of its lines may have had a letter
    more."""
    return celda.endswith(SIGUE) and len(celda) <= LETRAS <= len(celda) + celda.count("\n")


def _si_o_no(celda):
    if fold(celda) not in SI_O_NO:
        raise ValidationError(f"{citar(celda)} no se entiende: escriba sí o no")
    return SI_O_NO[fold(celda)]


def _entero(celda):
    entero = MILES.fullmatch(celda) or ENTERO.fullmatch(celda)
    if entero is None:
        raise ValidationError(f"{citar(celda)} no es un número entero")
    return int(re.sub("[., ’']", "", entero[1]))


def _decimal(celda):
    """Return a number whose decimals come after a point or a comma. Coordinates have no thousands to separate. Raise
    ValidationError when it isn't a number."""
    if not DECIMAL.fullmatch(celda):
        raise ValidationError(f"{citar(celda)} no es un número")
    return float(celda.replace(",", "."))


# A moment is a day too, for Django.
LECTORES = {
    models.BooleanField: _si_o_no,
    models.IntegerField: _entero,
    models.FloatField: _decimal,
    models.DateTimeField: _momento,
    models.DateField: _dia,
}
