"""The checks that tell whether the service is ready: what must work besides the process, each apart (`/readyz`, and a
metric)."""

from collections.abc import Callable, Iterator
from threading import Lock
from time import monotonic

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor.db.state import pending_migrations, takes_changes, trouble
from monitor.metrics import REGISTRY

FRESH = 1  # seconds that what was found holds: anybody may ask, and as often as they like
LATE = 5  # seconds; a database that hasn't answered by then serves nobody

# Returns whether something works. It may ask the database.
Check = Callable[[], bool]

DATABASE = "base_de_datos"
# By name, the checks and what each says when it fails. Those of a round stand on those of the round before.
_rounds: tuple[dict[str, tuple[Check, str]], ...] = ({}, {}, {})


def check(name: str, *, codigo: str, turn: int = 2) -> Callable[[Check], Check]:
    """Register a check."""

    def register(works: Check) -> Check:
        _rounds[turn][name] = works, codigo
        return works

    return register


check(DATABASE, codigo="base_sin_escritura", turn=0)(takes_changes)


@check("migraciones", codigo="migraciones_pendientes", turn=1)
def _has_all_migrations():
    return not pending_migrations()


class _Verdict:
    """The checks that fail, found once in FRESH seconds by one thread. While it looks, others hear what was found
    before."""

    def __init__(self):
        self._failing: dict[str, str] | None = None
        self._until = self._since = 0.0
        self._turn = Lock()

    def failing(self) -> dict[str, str]:
        if monotonic() < self._until:
            return self._failing
        if not self._turn.acquire(blocking=self._failing is None):
            return {DATABASE: "base_ocupada"} if monotonic() - self._since > LATE else self._failing
        try:
            if monotonic() >= self._until:
                self._since = monotonic()
                self._failing = _run()
                self._until = monotonic() + FRESH
            return self._failing
        finally:
            self._turn.release()


def _run() -> dict[str, str]:
    for checks in _rounds:
        found = {name: trouble(works, codigo=codigo) for name, (works, codigo) in checks.items()}
        failing = {name: code for name, code in found.items() if code}
        if failing:
            return failing
    return {}


_verdict = _Verdict()


def failing() -> dict[str, str]:
    """Return why what fails does, by name; nothing when the service is ready. It is at most FRESH seconds old."""
    return _verdict.failing()


class _Ready(Collector):
    def collect(self) -> Iterator[Metric]:
        ready = GaugeMetricFamily("monitor_ready", "1 si funciona lo que hace falta, 0 si no.", labels=["check"])
        failed = failing()
        for name in [name for checks in _rounds for name in checks]:
            ready.add_metric([name], name not in failed)
        yield ready


REGISTRY.register(_Ready())
