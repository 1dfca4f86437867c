"""The relations between the lines of a file: several lines of the same row, and a row with its parent."""

from collections.abc import Callable, Iterable

from django.core.exceptions import ValidationError

from catalogos.base import Catalogo
from catalogos.importacion.identidad import Identidad, identidad
from catalogos.models import CICLO
from monitor.importacion.archivo import Errores, citar
from monitor.importacion.tabla import Columnas, Renglon
from monitor.importacion.valores import Referencias, valor
from monitor.textos import case_blind


def columnas_de(modelo: type[Catalogo]) -> Columnas:
    campos = [c for c in modelo._meta.concrete_fields if c.primary_key or (c.editable and not c.auto_created)]
    otros = [c for c in modelo._meta.concrete_fields if c.name in ("creado_en", "actualizado_en")]
    identifican = (modelo.clave, "nombre") if modelo._meta.get_field(modelo.clave).null else (modelo.clave,)
    return Columnas({campo.name: campo for campo in campos}, identifican, tuple(otros))


class Lineas:
    """The lines of a file. In one of people (`de_personas`), an id tells apart two rows without a key that have the
    same name, and a parent may go by its name."""

    def __init__(
        self, modelo: type[Catalogo], renglones: list[Renglon], errores: Errores, *, de_personas: bool = False
    ):
        self.modelo, self.renglones, self.errores, self.de_personas = modelo, renglones, errores, de_personas
        self.campos, self.referencias = columnas_de(modelo).campos, Referencias(de_personas=de_personas)
        self.padre = next((campo for campo in self.campos.values() if campo.related_model is modelo), None)
        self._por_identidad = self._anotar_repetidas(self._identidad_sola)
        self._por_nombre = {case_blind(r.celdas.get("nombre", "")): r for r in renglones} if de_personas else {}
        self._anotar_repetidas(self.id_de)

    def identidad_de(self, renglon: Renglon) -> Identidad | None:
        return identidad(self.modelo, renglon.celdas.get(self.modelo.clave), renglon.celdas.get("nombre"))

    def _identidad_sola(self, renglon) -> Identidad | None:
        """Return what no other line may be, or None when the line has an id that tells it from those of its name."""
        sin_clave = not renglon.celdas.get(self.modelo.clave)
        return None if self.de_personas and sin_clave and self.id_de(renglon) else self.identidad_de(renglon)

    def padre_de(self, renglon: Renglon) -> Renglon | None:
        """Return the line of this row's parent, or None when the parent isn't in the file."""
        celda = self.padre and renglon.celdas.get(self.padre.name)
        if not celda:
            return None
        return self._por_identidad.get(identidad(self.modelo, celda, None)) or self._por_nombre.get(case_blind(celda))

    def padres_primero(self) -> Iterable[Renglon]:
        """Return the lines, each after that of its parent. Note an error on every line of a circle of parents."""
        orden, vistas = [], set()
        for renglon in self.renglones:
            camino = {}
            while renglon and renglon.numero not in vistas:
                vistas.add(renglon.numero)
                camino[renglon.numero] = renglon
                renglon = self.padre_de(renglon)
            if renglon and renglon.numero in camino:
                self._anotar_circulo(list(camino)[list(camino).index(renglon.numero) :])
            orden += reversed(camino.values())
        return orden

    def _anotar_circulo(self, numeros):
        con_cuales = f" (líneas {', '.join(map(str, sorted(numeros)))})" if len(numeros) > 1 else ""
        for numero in numeros:
            self.errores.anotar(numero, f"{self.padre.name}: {CICLO}{con_cuales}")

    def id_de(self, renglon) -> tuple[str, int] | None:
        try:
            pk = valor(self.campos["id"], renglon.celdas.get("id", ""), self.referencias)
        except ValidationError:
            return None
        return ("id", pk) if pk is not None else None

    def _anotar_repetidas(self, cual_es: Callable[[Renglon], tuple | None]) -> dict[tuple, Renglon]:
        """Return the first line for each thing that `cual_es` gives, and note an error on the others."""
        primeras = {}
        for renglon in self.renglones:
            cual = cual_es(renglon)
            primera = cual and primeras.setdefault(cual, renglon)
            if primera and primera is not renglon:
                frase = f"{citar(renglon.celdas[cual[0]])} ya está en la línea {primera.numero}: deje una sola"
                self.errores.anotar(renglon.numero, f"{cual[0]}: {frase}")
        return primeras
