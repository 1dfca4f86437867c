"""The page that shows how the shop does: tables of numbers, each with its chart, that the ModelAdmins give."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from monitor.admin.charts import Bar, Chart, horizontal, vertical


class Cuenta(NamedTuple):
    """A number, None when there is nothing to tell, and the address of the list of what it counts."""

    valor: float | None
    lista: str

    def __str__(self):
        return "—" if self.valor is None else f"{round(self.valor, 1):,g}" if self.valor < 1000 else f"{self.valor:,}"


class Fila(NamedTuple):
    """A row of a table. `corto` is its name in the chart."""

    titulo: str
    cuentas: Sequence[Cuenta]
    corto: str = ""


class Opcion(NamedTuple):
    titulo: str
    ruta: str
    elegida: bool


class Seccion(NamedTuple):
    """A table and its chart. The first of `columnas` is of the rows' names. The chart piles up `series`: the place of
    each among the numbers of a row, with its colour (panel.css). Over each bar it says the number in the place `total`.
    """

    clave: str
    titulo: str
    columnas: Sequence[str]
    filas: Sequence[Fila]
    series: Sequence[tuple[int, str]]
    total: int = 0
    nota: str = ""
    opciones: Sequence[Opcion] = ()
    en_columnas: bool = False  # its bars stand up
    encimadas: bool = False  # each number of a bar includes the one before
    barras: int = 100  # the most rows that are drawn

    @property
    def tabla(self) -> list[tuple[str, list[tuple[str, Cuenta]]]]:
        """Return the rows: the name of each, and its numbers with what each is."""
        return [(fila.titulo, list(zip(self.columnas[1:], fila.cuentas, strict=True))) for fila in self.filas]

    @property
    def leyenda(self) -> list[tuple[str, str]]:
        """Return the name and the colour of each serie."""
        return [(self.columnas[serie + 1], color) for serie, color in self.series]

    @property
    def grafica(self) -> Chart | None:
        barras = [self._barra(fila) for fila in self.filas[: self.barras]]
        if not any(valor for barra in barras for valor, *_ in barra.parts):
            return None
        return (vertical if self.en_columnas else horizontal)(barras)

    def _barra(self, fila: Fila) -> Bar:
        partes, antes = [], 0
        for serie, color in self.series:
            cuenta, titulo = fila.cuentas[serie], self.columnas[serie + 1]
            valor = (cuenta.valor or 0) - antes
            antes += valor if self.encimadas else 0
            partes.append((valor, color, cuenta.lista, f"{fila.titulo}, {titulo.lower()}: {cuenta}"))
        total = fila.cuentas[self.total]
        return Bar(fila.corto or fila.titulo, str(total), total.lista, partes)


def secciones_de(de_modelos: Iterable, request) -> Iterator[Seccion]:
    """Yield what each ModelAdmin with a `panel` shows of what the person may see."""
    for propio in de_modelos:
        dar = getattr(propio, "panel", None)
        if dar and propio.has_view_permission(request):
            yield from dar(request)
