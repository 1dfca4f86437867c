"""The counts that the service keeps of itself, for Prometheus: all the workers of the server together (docs/adr/0013).

Counting an HTTP request costs about a microsecond, so every one is counted, whether or not anybody reads /metrics.
"""

from bisect import bisect_left
from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor.metrics.table import Table

# In seconds; the last bucket, which is not among them, takes what is slower.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BOUNDS = [*map(str, BUCKETS), "+Inf"]
# Whoever calls writes the method, and each that is counted takes room.
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
OTHER = "otro"

# The kinds of rows, which begin their keys, and what the numbers of a request's are.
REQUEST, LOGIN, SERVER = "request", "login", "server"
STATEMENTS, SECONDS, FIRST_BUCKET = 0, 1, 2
# How the server is: a gauge for each of these.
OF_THE_SERVER = {
    "busy": ("monitor_server_busy_threads", "Hilos que atienden algo."),
    "waiting": ("monitor_server_waiting_jobs", "Peticiones y trozos de listas que esperan un hilo."),
    "connections": ("monitor_server_connections", "Conexiones abiertas de clientes."),
}

# Whatever else is told when somebody asks registers a Collector here.
REGISTRY = CollectorRegistry()

_table = Table()


def share(workers: int) -> None:
    """Have processes that are forked from now on count together. Each of them calls `begin`."""
    global _table
    _table = Table(workers)


def begin(worker: int) -> None:
    """Count as this worker from now on, going on from where its last process was."""
    _table.take(worker)


def note_request(method: str, route: str, status: int, seconds: float, statements: int) -> None:
    key = (REQUEST, method if method in METHODS else OTHER, route, str(status))
    _table.add(key, statements, seconds, FIRST_BUCKET + bisect_left(BUCKETS, seconds))


def note_refused_login(code: str) -> None:
    _table.add((LOGIN, code), 1)


def note_server(**numbers: int) -> None:
    """Note how this worker is now, by the names of OF_THE_SERVER."""
    for name, number in numbers.items():
        _table.put((SERVER, name), [number])


def page(accept: str) -> tuple[bytes, str]:
    """Return the metrics in the format that an Accept header asks for, and its content type."""
    encoder, content_type = choose_encoder(accept)
    return encoder(REGISTRY), content_type


class _Counted(Collector):
    def collect(self) -> Iterator[Metric]:
        kinds = {kind: {} for kind in (REQUEST, LOGIN, SERVER)}
        for (kind, *labels), row in _table.sums().items():
            kinds[kind][tuple(labels)] = row
        yield from _requests(kinds[REQUEST])
        logins = CounterMetricFamily(
            "monitor_logins_refused", "Accesos rechazados, por la API y por el admin.", labels=["code"]
        )
        for labels, row in kinds[LOGIN].items():
            logins.add_metric(labels, row[0])
        yield logins
        for name, (metric, what) in OF_THE_SERVER.items():
            yield GaugeMetricFamily(metric, what, value=kinds[SERVER].get((name,), [0])[0])


def _requests(rows: dict[tuple, list[float]]) -> Iterator[Metric]:
    requests = CounterMetricFamily(
        "monitor_http_requests", "Peticiones contestadas.", labels=["method", "route", "status"]
    )
    statements = CounterMetricFamily(
        "monitor_http_statements", "Sentencias que mandaron a la base.", labels=["method", "route"]
    )
    seconds = HistogramMetricFamily("monitor_http_seconds", "Lo que tardaron.", labels=["method", "route"])
    together = {}
    for (method, route, status), row in sorted(rows.items()):
        requests.add_metric([method, route, status], sum(row[FIRST_BUCKET:]))
        others = together.get((method, route), [0.0] * len(row))
        together[method, route] = [a + b for a, b in zip(others, row, strict=True)]
    for labels, row in together.items():
        statements.add_metric(labels, row[STATEMENTS])
        seconds.add_metric(labels, _cumulative(row[FIRST_BUCKET:]), row[SECONDS])
    return iter((requests, statements, seconds))


def _cumulative(counts: list[float]) -> list[tuple[str, float]]:
    total, buckets = 0.0, []
    for bound, count in zip(BOUNDS, counts, strict=True):
        total += count
        buckets.append((bound, total))
    return buckets


REGISTRY.register(_Counted())
