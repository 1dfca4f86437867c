"""Bar charts drawn at the server as SVG. Lengths across are percentages, so that a chart fits any width without a
script or a style of its own, and its texts keep their size."""

from collections.abc import Sequence
from typing import NamedTuple

BAND, BAR = 40, 14  # pixels from one horizontal bar to the next, and of the bar itself
COLUMNS = 160  # pixels of the highest column
ABOVE, BELOW = 18, 22  # pixels for the total over a column and for its name under it
FILLED = 0.7  # of the place of a column, what the column takes


class Bar(NamedTuple):
    """A bar of a chart, in parts one after another: the value of each, its colour, where it leads, and what it says."""

    name: str
    total: str
    link: str
    parts: Sequence[tuple[float, str, str, str]]


class Rect(NamedTuple):
    x: str
    y: str
    width: str
    height: str
    colour: str
    link: str
    says: str


class Text(NamedTuple):
    x: str
    y: str
    anchor: str
    text: str
    link: str = ""
    every_other: bool = False  # it is left out where there is little room


class Chart(NamedTuple):
    height: int
    rects: list[Rect]
    texts: list[Text]


def horizontal(bars: Sequence[Bar]) -> Chart:
    """Return a chart with a bar under each name."""
    highest, rects, texts = _highest(bars), [], []
    for i, bar in enumerate(bars):
        texts.append(Text("0", str(i * BAND + 14), "start", bar.name))
        texts.append(Text("100%", str(i * BAND + 14), "end", bar.total, bar.link))
        for begins, size, *which in _stacked(bar):
            x, width = _percent(begins / highest), _percent(size / highest)
            rects.append(Rect(x, str(i * BAND + 19), width, str(BAR), *which))
    return Chart(len(bars) * BAND, _seen(rects), texts)


def vertical(bars: Sequence[Bar]) -> Chart:
    """Return a chart with a column over each name."""
    highest, rects, texts = _highest(bars), [], []
    place = 1 / max(len(bars), 1)
    floor = ABOVE + COLUMNS
    for i, bar in enumerate(bars):
        middle, top = _percent((i + 0.5) * place), floor
        for begins, size, *which in _stacked(bar):
            top = floor - (begins + size) / highest * COLUMNS
            x, width = _percent((i + (1 - FILLED) / 2) * place), _percent(FILLED * place)
            rects.append(Rect(x, f"{top:.1f}", width, f"{size / highest * COLUMNS:.1f}", *which))
        texts.append(Text(middle, f"{top - 5:.1f}", "middle", bar.total, bar.link))
        texts.append(Text(middle, str(floor + 16), "middle", bar.name, every_other=i % 2 == 1))
    return Chart(floor + BELOW, _seen(rects), texts)


def _stacked(bar: Bar):
    """Yield the parts of a bar, each after where it begins."""
    begins = 0
    for part in bar.parts:
        yield begins, *part
        begins += part[0]


def _highest(bars) -> float:
    return max((sum(part[0] for part in bar.parts) for bar in bars), default=0) or 1


def _percent(part: float) -> str:
    return f"{part * 100:.2f}%"


def _seen(rects: list[Rect]) -> list[Rect]:
    return [rect for rect in rects if 0 not in (float(rect.width.rstrip("%")), float(rect.height))]
