"""The relations between the lines of a file: several lines of the same row, and a row with its parent."""

from collections.abc import Callable, Iterable

from django.core.exceptions import ValidationError

from catalogos.base import Catalogo
from catalogos.importacion.archivo import Errores, citar
from catalogos.importacion.identidad import Identidad, identidad
from catalogos.importacion.tabla import Renglon, columnas_de
from catalogos.importacion.valores import valor
from catalogos.models import CICLO


class Lineas:
    def __init__(self, modelo: type[Catalogo], renglones: list[Renglon], errores: Errores):
        self.modelo, self.renglones, self.errores = modelo, renglones, errores
        self.campos = columnas_de(modelo)
        self.padre = next((campo for campo in self.campos.values() if campo.related_model is modelo), None)
        self._por_identidad = self._anotar_repetidas(self.identidad_de)
        self._anotar_repetidas(self._id_de)

    def identidad_de(self, renglon: Renglon) -> Identidad | None:
        return identidad(self.modelo, renglon.celdas.get(self.modelo.clave), renglon.celdas.get("nombre"))

    def padre_de(self, renglon: Renglon) -> Renglon | None:
        """Return the line of this row's parent, or None when the parent isn't in the file."""
        celda = self.padre and renglon.celdas.get(self.padre.name)
        return self._por_identidad.get(identidad(self.modelo, celda, None)) if celda else None

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

    def _id_de(self, renglon) -> tuple[str, int] | None:
        try:
            pk = valor(self.campos["id"], renglon.celdas.get("id", ""))
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
