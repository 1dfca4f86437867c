"""The page «Importar» of a ModelAdmin: a file goes up, the page says what it would do, row by row, and a button does
it.

Between the two, the file is kept in the page itself, and goes up again with the button: nothing of what nobody imports
stays here.
"""

import zlib
from base64 import b64decode, b64encode
from functools import partial
from pathlib import PurePath

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.text import capfirst

from monitor.admin.routes import route
from monitor.errores import CAMPO, Conflicto, DatosInvalidos, ErrorDeDominio, sin_su_campo
from monitor.importacion.archivo import BYTES_MAXIMOS, MEGAS, Archivo
from monitor.importacion.destino import ACTUALIZADA, CREADA, SIN_CAMBIOS, Avance, Destino, nadie_pregunta
from monitor.importacion.en_vivo import en_vivo
from monitor.importacion.models import Importacion
from monitor.importacion.tabla import FILAS_MAXIMAS
from monitor.importacion.trabajo import MOSTRADAS, Resultado, importar, simular

EN_VIVO_DESDE = 32 * 1024  # bytes of a file beyond which the page tells how far it is
PAGINA, RESULTADO = "admin/importar.html", "admin/importacion/resultado.html"
ARCHIVO, CONTENIDO, NOMBRE, VISTA = "archivo", "contenido", "nombre", "vista"  # the fields of the page
SIN_ARCHIVO = "Elija un archivo de Excel (.xlsx) o CSV."


class ConImportacion:
    """A mixin of a ModelAdmin whose rows may come in files, by whoever may add and change them."""

    importador: Destino | None = None

    def get_urls(self):
        nombre = f"{self.opts.app_label}_{self.opts.model_name}_importar"
        return [path("importar/", self.admin_site.admin_view(self.import_view), name=nombre), *super().get_urls()]

    def has_import_permission(self, request) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def changelist_view(self, request, extra_context=None):
        importar = route(self.model, "importar") if self.has_import_permission(request) else ""
        return super().changelist_view(request, {"importar": importar} | (extra_context or {}))

    def import_view(self, request):
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._pagina(request)
        if CONTENIDO in request.POST:
            verbo = partial(importar, vista=request.POST.get(VISTA, ""))
            return self._responder(request, _del_formulario(request.POST), verbo)
        subido = request.FILES.get(ARCHIVO)
        if subido is None:
            return self._pagina(request, frases=[SIN_ARCHIVO])
        archivo = Archivo(PurePath(subido.name).name, subido.read(BYTES_MAXIMOS + 1))
        return self._responder(request, archivo, simular)

    def _pagina(self, request, **otros) -> HttpResponse:
        return TemplateResponse(request, PAGINA, self._contexto(request) | otros)

    def _contexto(self, request) -> dict:
        plural = str(self.opts.verbose_name_plural)
        return self.admin_site.each_context(request) | {
            "title": f"Importar {plural}",
            "opts": self.opts,
            "lista": route(self.model, "changelist"),
            "columnas": [capfirst(c.verbose_name) for c in self.importador.columnas.campos.values() if c.editable],
            "identifican": [self._titulo(columna) for columna in self.importador.columnas.identifican],
            "megas": MEGAS,
            "filas": f"{FILAS_MAXIMAS:,}",
        }

    def _responder(self, request, archivo, verbo) -> HttpResponse:
        """Do with a file what `verbo` does, and show what came of it; while it is done, when it may take long. A short
        one that was imported leads to its page."""
        if len(archivo.contenido) > EN_VIVO_DESDE:
            return en_vivo(request, PAGINA, self._contexto(request), partial(self._mostrar, request, archivo, verbo))
        hecho = self._hacer(request, archivo, verbo)
        if isinstance(hecho, Resultado) and hecho.importacion:
            self.message_user(request, _se_importo(hecho), messages.SUCCESS)
            return HttpResponseRedirect(route(Importacion, "change", hecho.importacion.pk))
        return self._pagina(request, final=self._pintar(request, archivo, hecho))

    def _mostrar(self, request, archivo, verbo, avance) -> str:
        return self._pintar(request, archivo, self._hacer(request, archivo, verbo, avance))

    def _hacer(self, request, archivo, verbo, avance: Avance = nadie_pregunta) -> Resultado | ErrorDeDominio:
        """Return what came of a file, or why nothing could be done with it."""
        try:
            return verbo(archivo, self.importador, por=request.user, avance=avance)
        except (DatosInvalidos, Conflicto) as error:
            return error

    def _pintar(self, request, archivo, hecho: Resultado | ErrorDeDominio) -> str:
        if isinstance(hecho, ErrorDeDominio):
            return render_to_string(RESULTADO, {"frases": [frase for _, frase in hecho.frases()]})
        return render_to_string(RESULTADO, self._de_resultado(archivo, hecho), request)

    def _de_resultado(self, archivo, resultado: Resultado) -> dict:
        return {
            "resultado": resultado,
            "cuentas": cuentas(resultado),
            "clases": [
                ("Filas nuevas", resultado.hechas[CREADA], resultado.cuentas[CREADA] - MOSTRADAS),
                ("Filas que cambian", resultado.hechas[ACTUALIZADA], resultado.cuentas[ACTUALIZADA] - MOSTRADAS),
            ],
            "rechazos": [(linea, self._en_palabras(frase)) for linea, frase in resultado.rechazos[:MOSTRADAS]],
            "rechazos_de_mas": len(resultado.rechazos) - MOSTRADAS,
            "contenido": b64encode(zlib.compress(archivo.contenido)).decode(),
            "importado": resultado.importacion and route(Importacion, "change", resultado.importacion.pk),
            "se_importo": resultado.importacion and _se_importo(resultado),
        }

    def _en_palabras(self, frase: str) -> str:
        """Return a sentence with the name that people give the column that it begins with."""
        dicho = CAMPO.match(frase)
        return f"{self._titulo(dicho[0].removesuffix(': '))}: {sin_su_campo(frase)}" if dicho else capfirst(frase)

    def _titulo(self, columna: str) -> str:
        campos = self.importador.columnas.campos.values()
        suyos = [campo for campo in campos if columna in (campo.name, campo.attname, campo.column)]
        return capfirst(suyos[0].verbose_name) if suyos else columna


def _se_importo(resultado: Resultado) -> str:
    return f"Se importó «{resultado.archivo}»: {cuentas(resultado)}."


def cuentas(resultado: Resultado) -> str:
    """Return how many rows there are of each kind, in words."""
    nombres = {CREADA: ("nueva", "nuevas"), ACTUALIZADA: ("cambiada", "cambiadas"), SIN_CAMBIOS: ("igual", "iguales")}
    dichas = [(resultado.cuentas[que], *nombres[que]) for que in nombres]
    dichas.append((resultado.rechazadas, "con algo que corregir", "con algo que corregir"))
    return ", ".join(f"{n:,} {una if n == 1 else varias}" for n, una, varias in dichas if n) or "ninguna fila"


def _del_formulario(datos) -> Archivo:
    """Return the file that the page kept. Raise BadRequest when it isn't one."""
    try:
        contenido = zlib.decompressobj().decompress(b64decode(datos[CONTENIDO], validate=True), BYTES_MAXIMOS + 1)
    except (ValueError, zlib.error) as error:
        raise BadRequest from error
    return Archivo("".join(filter(str.isprintable, datos.get(NOMBRE, ""))), contenido)
