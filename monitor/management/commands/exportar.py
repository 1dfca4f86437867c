import sys
from collections.abc import Iterator
from pathlib import Path

from django.contrib.admin import site
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.management.base import BaseCommand, CommandError
from django.test import RequestFactory
from django.urls import resolve

from monitor.admin.exports import FORMATOS, ExportAdmin
from monitor.admin.routes import route
from monitor.respaldos.frases import PARCIAL, con_frases
from monitor.roles import Rol
from monitor.usuarios.models import Usuario


class Command(BaseCommand):
    help = (
        "Escribe en un archivo todas las filas de una lista del admin, como «Exportar» en su página: las mismas"
        " columnas, en el mismo orden. La terminación del archivo, .csv o .xlsx, dice cómo."
    )

    def add_arguments(self, parser):
        parser.add_argument("lista", choices=sorted(exportables()), help="qué lista")
        parser.add_argument("archivo", type=Path, help="dónde; no debe existir")
        parser.add_argument(
            "--filtros",
            default="",
            help="los de la lista: lo que sigue al «?» en su dirección, como «estados=Salida&q=nissan»",
        )

    def handle(self, *, lista, archivo, filtros, **options):
        formato = archivo.suffix.removeprefix(".").lower()
        if formato not in FORMATOS:
            raise CommandError(f"«{archivo}» debe terminar en .{' o .'.join(FORMATOS)}")
        if archivo.exists():
            raise CommandError(f"Ya hay un «{archivo}»: bórrelo, o escriba con otro nombre")
        try:
            propio = exportables()[lista]
            tabla = propio.export_table(_peticion(propio, filtros))
        except IncorrectLookupParameters as error:
            raise CommandError("Esos filtros no son de esa lista: cópielos de la dirección de su página") from error
        _, como = FORMATOS[formato]
        cuenta = _Cuenta(self.stderr)
        with con_frases():
            _guardar(archivo, como.escribir(tabla._replace(lotes=cuenta.contar(tabla.lotes))))
        self.stdout.write(f"Se escribieron {cuenta.filas:,} filas en {archivo}.")


class _Cuenta:
    """Counts the rows that go by and, at a terminal, shows how many they are."""

    def __init__(self, terminal):
        self.filas, self._terminal = 0, terminal

    def contar(self, lotes) -> Iterator[list]:
        for lote in lotes:
            self.filas += len(lote)
            if sys.stderr.isatty():
                self._terminal.write(f"\r{self.filas:,} filas…", ending="")
                self._terminal.flush()
            yield lote
        if sys.stderr.isatty():
            self._terminal.write("")


def _guardar(archivo: Path, pedazos) -> None:
    """Write a file, which has its name once it is whole. Nothing of it stays when it can't be."""
    parcial = archivo.with_name(f"{archivo.name}{PARCIAL}")
    try:
        with parcial.open("wb") as salida:
            salida.writelines(pedazos)
        parcial.replace(archivo)
    finally:
        parcial.unlink(missing_ok=True)


def exportables() -> dict[str, ExportAdmin]:
    """Return the ModelAdmins whose lists are exported, by the name of their model."""
    return {
        modelo._meta.model_name: propio
        for modelo, propio in site._registry.items()
        if isinstance(propio, ExportAdmin) and propio.export_fields
    }


def _peticion(propio: ExportAdmin, filtros: str):
    """Return the HTTP request for the list with these filters, of somebody who may see everything."""
    ruta = route(propio.model, "changelist")
    peticion = RequestFactory().get(f"{ruta}?{filtros}")
    peticion.resolver_match = resolve(ruta)
    peticion.user = Usuario(rol=Rol.ADMINISTRADOR)
    peticion._messages = _SinAvisos()
    return peticion


class _SinAvisos:
    """Takes the notices that a page would show."""

    def add(self, *args, **kwargs) -> None:
        pass
