"""A watch over the mail queue, for whoever watches the service: `/readyz` says that it is late; `/metrics`, how long it
is."""

from collections.abc import Iterator
from datetime import timedelta

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor import readiness
from monitor.metrics import REGISTRY
from solicitudes.correo import cola

# A worker takes a mail within seconds; one that has waited for longer than this says that nobody delivers, or that the
# mail server takes nothing.
DEMORA = timedelta(minutes=15)


@readiness.check("correo", codigo="correo_demorado")
def avanza():
    return cola.espera() <= DEMORA


class Cola(Collector):
    def collect(self) -> Iterator[Metric]:
        if readiness.DATABASE in readiness.failing():
            return
        yield GaugeMetricFamily("monitor_mail_queue", "Correos por entregar.", value=cola.largo())
        yield GaugeMetricFamily(
            "monitor_mail_queue_oldest_seconds",
            "Cuánto lleva esperando, desde que le tocaba, el correo que más.",
            value=cola.espera().total_seconds(),
        )


REGISTRY.register(Cola())
