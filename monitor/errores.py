"""The errors of the domain, in Python's terms.

Models and verbs raise these; `monitor.api.errors` makes HTTP of them and `monitor.admin` makes messages.
`mensaje` is a Spanish sentence for people. `codigo` is a stable word for programs, from the table of docs/contrato.md:
the word of the class, unless whoever raises the error names a closer cause.
"""

import re

CAMPO = re.compile(r"\A[\w.\[\]]+: ")


def sin_su_campo(frase: str) -> str:
    """Return a sentence without the name of the field that it begins with, for a place that says it already."""
    return CAMPO.sub("", frase)


class ErrorDeDominio(Exception):
    codigo: str

    def __init__(self, mensaje: str, *, codigo: str | None = None):
        super().__init__(mensaje)
        self.mensaje = mensaje
        self.codigo = codigo or self.codigo

    def frases(self) -> list[tuple[str, str]]:
        """Return every sentence with the field that it is about, or the empty text."""
        return [("", self.mensaje)]


class DatosInvalidos(ErrorDeDominio):
    """The data that were sent are wrong in themselves. `campos` maps each broken field to its sentences, in the order
    in which they are shown."""

    codigo = "datos_invalidos"

    SIN_CAMBIOS = "No se proporcionaron campos para actualizar"  # both the API and the verbs say it

    def __init__(
        self, mensaje: str | None = None, *, campos: dict[str, list[str]] | None = None, codigo: str | None = None
    ):
        self.campos = campos or {}
        mensaje = mensaje or next(iter(self.campos.values()))[0]
        super().__init__(mensaje, codigo=codigo or ("campos_invalidos" if campos else None))

    def frases(self):
        por_campo = [(campo, frase) for campo, frases in self.campos.items() for frase in frases]
        return por_campo or super().frases()


class NoAutenticado(ErrorDeDominio):
    codigo = "no_autenticado"

    CREDENCIALES = "Credenciales inválidas"  # both the API and the admin say it


class SinPermiso(ErrorDeDominio):
    codigo = "sin_permiso"


class NoEncontrado(ErrorDeDominio):
    codigo = "no_encontrado"


class ArchivoNoPermitido(ErrorDeDominio):
    """The file is of a kind that isn't taken."""

    codigo = "archivo_no_permitido"


class ReglaIncumplida(ErrorDeDominio):
    """The data that were sent are well-formed but break rules. `reglas` has one sentence for each."""

    codigo = "regla_incumplida"

    def __init__(self, reglas: list[str], *, codigo: str | None = None):
        super().__init__(reglas[0], codigo=codigo)
        self.reglas = reglas

    def frases(self):
        return [(frase.partition(": ")[0], frase) for frase in self.reglas]


class Conflicto(ErrorDeDominio):
    """The request contradicts the present state of the data."""

    codigo = "conflicto"


class Desactualizado(ErrorDeDominio):
    """The row isn't in the state that the writer saw."""

    codigo = "desactualizado"


class NubeNoResponde(ErrorDeDominio):
    """The cloud doesn't answer, or doesn't do what it says. What it had done stays done."""

    codigo = "nube_no_responde"

    def __init__(self, mensaje: str = "La nube no responde"):
        super().__init__(mensaje)


class DemasiadosIntentos(ErrorDeDominio):
    """Too many logins failed. `espera` is how many seconds to wait before the next attempt."""

    codigo = "demasiados_intentos"

    def __init__(self, mensaje: str, *, espera: int):
        super().__init__(mensaje)
        self.espera = espera
