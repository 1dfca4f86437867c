"""The contents of the sheets of an expediente: its own, and those of its newest checklist and survey."""

from collections.abc import Iterable
from decimal import Decimal

from django.contrib.admin.utils import flatten
from django.db import models

from expedientes.checklist import firmas
from expedientes.checklist.admin import PaginaDeChecklist
from expedientes.checklist.models import Checklist, ChecklistItem, Valor, de_plantilla, punto_de
from expedientes.levantamientos.admin import PaginaDeLevantamiento
from expedientes.levantamientos.models import Levantamiento
from expedientes.models import Expediente
from expedientes.secciones import SECCIONES
from monitor.errores import NoEncontrado
from monitor.exportacion.hoja import MARCA, Bloque, Campo, Campos, Columna, Dibujo, Hoja, Lista, campo_de, limpio

SIN_CHECKLIST = "Checklist no encontrado para este siniestro"
SIN_LEVANTAMIENTO = "Levantamiento de daños no encontrado para este siniestro"
VECES = 3  # that an annex is read again because somebody wrote it meanwhile

PUNTOS_REVISADOS = " · ".join(["Puntos revisados", *Valor.labels])
DE_PUNTOS = (
    Columna("Sistema", 3),
    Columna("Punto", 5),
    *(Columna(valor, 1, "center") for valor in Valor.values),
)
DE_CONCEPTOS = (Columna("Claves", 2), Columna("Concepto", 7), Columna("Costo", 3, "right"))


def del_expediente(no_siniestro: str) -> Hoja:
    expediente = Expediente.objects.select_related("aseguradora", "creado_por").filter(pk=no_siniestro).first()
    if expediente is None:
        raise Expediente.objects.no_encontrado(no_siniestro)
    secciones = [(titulo, flatten(lineas)) for titulo, lineas, _ in SECCIONES]
    cabeza = ("estado", "ubicacion_almacenamiento", "creado_por")
    return _hoja("Expediente", no_siniestro, _secciones(expediente, [("", cabeza), *secciones]))


def del_checklist(no_siniestro: str) -> Hoja:
    checklist, items = _el_ultimo(Checklist, no_siniestro, SIN_CHECKLIST)
    antes, entrega = _secciones(checklist, PaginaDeChecklist.secciones[:-1]), PaginaDeChecklist.secciones[-1:]
    puntos = Lista(PUNTOS_REVISADOS, DE_PUNTOS, [_de_punto(item) for item in _en_orden(items)])
    despues = [*_secciones(checklist, entrega), *_firma(checklist.firma_quien_recibe)]
    return _hoja("Checklist de salida", no_siniestro, [*antes, puntos, *despues])


def del_levantamiento(no_siniestro: str) -> Hoja:
    levantamiento, conceptos = _el_ultimo(Levantamiento, no_siniestro, SIN_LEVANTAMIENTO)
    filas = [[limpio(uno.claves), limpio(uno.concepto), uno.costo] for uno in conceptos]
    total = sum((uno.costo for uno in conceptos if uno.costo is not None), Decimal())
    lista = Lista("Conceptos", DE_CONCEPTOS, filas, Campo("Total", total))
    return _hoja(
        "Levantamiento de daños", no_siniestro, [*_secciones(levantamiento, PaginaDeLevantamiento.secciones), lista]
    )


def _hoja(titulo: str, no_siniestro: str, bloques: list[Bloque]) -> Hoja:
    return Hoja(titulo, Campo("No. Siniestro", no_siniestro), bloques)


def _secciones(fila: models.Model, secciones: Iterable[tuple[str, Iterable[str]]]) -> list[Campos]:
    return [Campos(titulo, [campo_de(fila, nombre) for nombre in nombres]) for titulo, nombres in secciones]


def _el_ultimo(modelo: type[models.Model], no_siniestro: str, ninguno: str) -> tuple[models.Model, list]:
    """Return the newest annex of an expediente and the rows of its list, of the same version: what is signed was so at
    some moment."""
    for _ in range(VECES):
        anexo = modelo.objects.filter(expediente__no_siniestro=no_siniestro).order_by("-id").first()
        if anexo is None:
            raise NoEncontrado(ninguno)
        partes = list(modelo.objects.partes_de(anexo))
        if modelo.objects.filter(pk=anexo.pk, version=anexo.version).exists():
            break
    return anexo, partes


# --- A checklist ---


def _en_orden(items: Iterable[ChecklistItem]) -> list[dict]:
    """Return the points as the verbs take them: first those of our form, marked or not, and then the others."""
    suyos = {punto_de(item.en_datos()): item.en_datos() for item in items}
    de_la_hoja = [punto | {"valor": suyos.pop(punto_de(punto), punto)["valor"]} for punto in de_plantilla()]
    return [*de_la_hoja, *suyos.values()]


def _de_punto(item: dict) -> list:
    marcas = [MARCA if item["valor"] == valor else None for valor in Valor.values]
    return [limpio(item["sistema"]), limpio(item["nombre_item"]), *marcas]


def _firma(guardada: str | None) -> list[Bloque]:
    """Return the signature: as it was drawn, or as it was written, or room for one."""
    titulo, firma = "Firma de quien recibe", firmas.leer(guardada)
    if firma.texto:
        return [Campos("", [Campo(titulo, limpio(firma.texto), largo=True)])]
    return [Dibujo(titulo, firma.dibujo)]
