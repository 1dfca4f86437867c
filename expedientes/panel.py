"""The tables of the panel about expedientes."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from catalogos.models import Aseguradora
from expedientes.admin_filters import EnTallerFilter, EstadosFilter
from expedientes.cuentas import abiertos, entregas, estancias, lunes_de, percentil
from expedientes.estados import ABIERTOS, Estado
from monitor.admin.panel import Cuenta, Fila, Opcion, Seccion
from monitor.admin.routes import list_routes
from monitor.admin.verbs import VerbAdmin

SEMANAS, PROXIMAS = 12, 2  # the weeks of the deliveries: up to this one, and after it
PERIODOS, PERIODO = (30, 90, 180), 90  # the days in which the stays that are measured ended, as a person may choose
BARRAS = 12  # insurers that are drawn
DIAS = "dias"  # the parameter of the page with one of PERIODOS
TALLER, ESTADOS = EnTallerFilter.parameter_name, EstadosFilter.parameter_name
SIN_ASEGURADORA = "Sin aseguradora"


class ConPanel(VerbAdmin):
    """A ModelAdmin that gives the panel its tables of expedientes."""

    def panel(self, request: HttpRequest) -> list[Seccion]:
        return Panel(self, request).secciones()


class Panel:
    def __init__(self, propio: ConPanel, request: HttpRequest):
        self.lista = list_routes(propio, request)
        self.hoy = timezone.localdate()
        self.lunes = lunes_de(self.hoy) - timedelta(weeks=SEMANAS - 1)
        pedido = request.GET.get(DIAS)
        self.dias = int(pedido) if pedido in map(str, PERIODOS) else PERIODO

    def secciones(self) -> list[Seccion]:
        hasta = self.lunes + timedelta(weeks=SEMANAS + PROXIMAS, days=-1)
        self.en_taller, self.promesas = abiertos(self.hoy), list(entregas(self.lunes, hasta))
        return [self.por_estado(), self.dias_en_cada_estado(), self.por_semana(), self.por_aseguradora()]

    # --- Those in the shop ---

    def por_estado(self) -> Seccion:
        filas = [
            Fila(e.label, self._en_taller([a for a in self.en_taller if a.estado == e], {ESTADOS: e.value}))
            for e in ABIERTOS
        ]
        filas.append(Fila("En todo el taller", self._en_taller(self.en_taller, {})))
        return Seccion(
            "estados",
            "Unidades en el taller",
            ("Estado", "Abiertos", "Atrasados"),
            filas,
            series=((1, "mal"), (0, "azul")),
            encimadas=True,
            barras=len(ABIERTOS),
            nota="Abiertos: los que no han salido. Atrasados: los que se prometieron para un día que ya pasó.",
        )

    def _en_taller(self, grupos, filtro) -> list[Cuenta]:
        """Return the numbers of the open ones and of the late ones among them."""
        abiertas = filtro if ESTADOS in filtro else filtro | {TALLER: EnTallerFilter.ABIERTOS}
        atrasadas = filtro | {TALLER: EnTallerFilter.ATRASADOS}
        return [
            Cuenta(sum(grupo.todos for grupo in grupos), self.lista(abiertas, "dias")),
            Cuenta(sum(grupo.atrasados for grupo in grupos), self.lista(atrasadas, "entrega")),
        ]

    # --- The days in each state ---

    def dias_en_cada_estado(self) -> Seccion:
        cuantas = estancias(self.hoy - timedelta(days=self.dias))
        return Seccion(
            "dias",
            "Días en cada estado",
            ("Estado", "Mediana", "Percentil 90", "Estancias"),
            [self._dias(estado, cuantas[estado]) for estado in Estado],
            series=((0, "azul"), (1, "neutro")),
            total=1,
            encimadas=True,
            nota=(
                f"De las estancias que terminaron en los últimos {self.dias} días, por el calendario: la mitad duró la"
                " mediana o menos, y nueve de cada diez, el percentil 90 o menos. Ninguna lista tiene las estancias"
                " terminadas: cada cifra lleva a las unidades que hoy están en ese estado, primero las que más llevan."
                " En Salida cuentan las que volvieron al taller."
            ),
            opciones=[
                Opcion(f"{dias} días", f"{reverse('admin:panel')}?{DIAS}={dias}#dias", dias == self.dias)
                for dias in PERIODOS
            ],
        )

    def _dias(self, estado: Estado, cuantas: Counter) -> Fila:
        hoy_ahi = self.lista({ESTADOS: estado.value}, "dias")
        valores = (percentil(cuantas, 0.5), percentil(cuantas, 0.9), cuantas.total())
        return Fila(estado.label, [Cuenta(valor, hoy_ahi) for valor in valores])

    # --- The promised deliveries ---

    def por_semana(self) -> Seccion:
        return Seccion(
            "entregas",
            "Entregas por semana",
            ("Semana", "Prometidas", "A tiempo", "Tarde", "Sin salir"),
            [self._semana(self.lunes + timedelta(weeks=n)) for n in range(SEMANAS + PROXIMAS)],
            series=((1, "bien"), (2, "mal"), (3, "neutro")),
            en_columnas=True,
            nota=(
                "Por el día para el que se prometió la entrega, de lunes a domingo. A tiempo: salieron ese día o antes."
                " De una unidad que volvió al taller cuenta la última salida."
            ),
        )

    def _semana(self, lunes: date) -> Fila:
        domingo = lunes + timedelta(days=6)
        cuentas = self._promesas([p for p in self.promesas if p.semana == lunes], _entrega(lunes, domingo))
        esta = " (esta)" if lunes <= self.hoy <= domingo else ""
        return Fila(f"{lunes:%d/%m} al {domingo:%d/%m}{esta}", cuentas, f"{lunes:%d/%m}")

    def _promesas(self, promesas, filtro) -> list[Cuenta]:
        """Return the numbers of what was promised, and of what became of it."""
        que_fue = {
            "prometidas": {},
            "a_tiempo": {TALLER: EnTallerFilter.A_TIEMPO},
            "tarde": {TALLER: EnTallerFilter.TARDE},
            "abiertos": {TALLER: EnTallerFilter.ABIERTOS},
        }
        return [
            Cuenta(sum(getattr(promesa, nombre) for promesa in promesas), self.lista(filtro | propio, "entrega"))
            for nombre, propio in que_fue.items()
        ]

    # --- By insurer ---

    def por_aseguradora(self) -> Seccion:
        hasta = self.lunes + timedelta(weeks=SEMANAS, days=-1)
        filas = [self._aseguradora(clave, nombre, hasta) for clave, nombre in self._aseguradoras()]
        filas.sort(key=lambda fila: (-fila.cuentas[0].valor, fila.titulo))
        return Seccion(
            "aseguradoras",
            "Por aseguradora",
            ("Aseguradora", "Abiertos", "Atrasados", "Prometidas", "A tiempo", "Tarde", "Sin salir"),
            filas,
            series=((1, "mal"), (0, "azul")),
            encimadas=True,
            barras=BARRAS,
            nota=(
                f"Abiertos y atrasados, hoy; las entregas, las prometidas del {self.lunes:%d/%m/%Y} al"
                f" {hasta:%d/%m/%Y}."
                + (f" La gráfica tiene las {BARRAS} con más abiertos." if len(filas) > BARRAS else "")
            ),
        )

    def _aseguradoras(self) -> Iterable[tuple[int | None, str]]:
        claves = {grupo.aseguradora for grupo in (*self.en_taller, *self.promesas)}
        nombres = dict(Aseguradora.objects.filter(pk__in=claves - {None}).values_list("pk", "nombre"))
        return [(clave, nombres.get(clave, SIN_ASEGURADORA)) for clave in claves]

    def _aseguradora(self, clave, nombre, hasta: date) -> Fila:
        filtro = {"aseguradora__isnull": "True"} if clave is None else {"aseguradora__id__exact": clave}
        en_taller = [grupo for grupo in self.en_taller if grupo.aseguradora == clave]
        promesas = [p for p in self.promesas if p.aseguradora == clave and p.semana <= hasta]
        entregas = self._promesas(promesas, filtro | _entrega(self.lunes, hasta))
        return Fila(nombre, [*self._en_taller(en_taller, filtro), *entregas])


def _entrega(desde: date, hasta: date) -> dict:
    return {"fecha_entrega__gte": desde, "fecha_entrega__lte": hasta}
