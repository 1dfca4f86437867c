import sys
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError

from monitor.db.writes import NOBODY
from monitor.errores import ErrorDeDominio
from monitor.importacion import trabajo
from monitor.importacion.admin import importables
from monitor.importacion.archivo import MEGAS, Archivo
from monitor.importacion.tabla import FILAS_MAXIMAS
from monitor.importacion.vista import ConImportacion, cuentas
from monitor.origen import Origen, entrando_por
from monitor.usuarios.models import Usuario

COMO = "quién lo importa, para el histórico: alguien activo que puede hacerlo en la página; si no, nadie"
ANCHO = 30  # of the bar, in characters
QUE_ARCHIVO = f"""
Un archivo es un libro de Excel (.xlsx) o un CSV, de hasta {MEGAS} MB y {FILAS_MAXIMAS:,} filas, como los que acepta la
página «Importar»: su primera fila nombra las columnas, y una celda vacía deja lo que había. Se importa todo o nada, y
se deshace en el admin, en «Importaciones».
"""


class Command(BaseCommand):
    help = (
        "Importa un archivo en una lista del admin, como «Importar» en su página: crea las filas que faltan y cambia"
        " las demás según lo que el archivo trae."
    )

    def add_arguments(self, parser):
        parser.epilog = QUE_ARCHIVO
        parser.add_argument("lista", choices=sorted(por_modelo()), help="en qué lista")
        parser.add_argument("archivo", type=Path, help="cuál")
        parser.add_argument("--como", metavar="USUARIO", help=COMO)
        parser.add_argument("--simular", action="store_true", help="dice lo que haría y no escribe nada")

    def handle(self, *, lista, archivo, como, simular, **options):
        verbo, propio = trabajo.simular if simular else trabajo.importar, por_modelo()[lista]
        por = _persona(como, propio)
        try:
            with entrando_por(Origen.COMANDO, uuid4().hex):  # a process may import several files
                resultado = verbo(Archivo.de(archivo), propio.importador, por=por, avance=self._avance)
        except ErrorDeDominio as error:
            raise CommandError("\n".join(frase for _, frase in error.frases())) from error
        if resultado.rechazos:
            raise CommandError(_rechazos(resultado))
        self.stdout.write(f"{resultado.archivo}: {cuentas(resultado)}.")
        if resultado.ajenas:
            self.stdout.write(f"Estas columnas son de Monitor y no se importan: {', '.join(resultado.ajenas)}.")
        if simular:
            self.stdout.write("Simulación: no se escribió nada.")

    def _avance(self, hechas, total):
        """Show, at a terminal, how far it is."""
        if sys.stderr.isatty():
            lleno = ANCHO * hechas // total
            barra = f"\r[{'#' * lleno}{'.' * (ANCHO - lleno)}] {hechas:,} de {total:,} filas"
            self.stderr.write(barra, ending="\n" if hechas == total else "")
            self.stderr.flush()


def por_modelo() -> dict:
    """Return the ModelAdmins whose rows come in files, by the name of their model."""
    return {propio.opts.model_name: propio for propio in importables().values()}


def _persona(username, propio: ConImportacion):
    """Return who imports. Raise CommandError when there is no such person, or they may not on the page either."""
    if username is None:
        return NOBODY
    try:
        persona = Usuario.objects.get_by_natural_key(username)
    except Usuario.DoesNotExist as error:
        raise CommandError(f"No hay ningún usuario «{username}»") from error
    if not persona.is_active:
        raise CommandError(f"«{username}» está desactivado; diga con --como quién más importa")
    if not propio.has_import_permission(SimpleNamespace(user=persona)):
        lista, rol = propio.opts.verbose_name_plural, persona.get_rol_display()
        raise CommandError(f"«{username}» es {rol} y no puede importar {lista}; diga con --como quién más importa")
    return persona


def _rechazos(resultado) -> str:
    frases = [f"línea {linea}: {frase}" for linea, frase in resultado.rechazos[: trabajo.MOSTRADAS]]
    resto = len(resultado.rechazos) - trabajo.MOSTRADAS
    frases += [f"y {resto:,} más"] if resto > 0 else []
    return "No se importó nada. Corrija y repita:\n  " + "\n  ".join(frases)
