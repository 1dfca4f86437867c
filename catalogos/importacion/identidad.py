"""What tells a row of a catalogue from the others: its key or, in one that may go without it and does, its name."""

from collections import defaultdict

from catalogos.base import Catalogo
from monitor.db.functions import case_blind
from monitor.errores import DatosInvalidos

Identidad = tuple[str, str]  # the column, and its value as the database compares it


def identidad(modelo: type[Catalogo], clave: str | None, nombre: str | None) -> Identidad | None:
    """Return the identity of a row, and None when nothing tells which it is."""
    campo = modelo._meta.get_field(modelo.clave)
    if clave:
        return modelo.clave, case_blind(campo.to_python(clave))
    return ("nombre", case_blind(nombre.strip())) if nombre and campo.null else None


class Existentes:
    """The rows that a catalogue has, by their identity, also those that are deleted and those that are being loaded."""

    def __init__(self, modelo: type[Catalogo]):
        self.modelo = modelo
        self.por_pk: dict[int, Catalogo] = {}
        self._por_identidad: dict[Identidad, list[Catalogo]] = defaultdict(list)
        self._por_nombre: dict[str, list[Catalogo]] = defaultdict(list)
        # Those of a name without a key may be several: the last one first, after those that aren't deleted.
        for fila in modelo.objects.order_by("eliminado", "-pk"):
            self.agregar(fila)

    def agregar(self, fila: Catalogo) -> None:
        self.por_pk[fila.pk] = fila
        self._por_identidad[identidad(self.modelo, getattr(fila, self.modelo.clave), fila.nombre)].append(fila)
        if not fila.eliminado:
            self._por_nombre[case_blind(fila.nombre)].append(fila)

    def de(self, cual: Identidad) -> Catalogo | None:
        """Raise DatosInvalidos when nobody could tell which it is."""
        fila, otra, *_ = [*self._por_identidad.get(cual, ()), None, None]
        if otra and not otra.eliminado:
            clave = self.modelo.clave
            frase = f"hay varias filas «{fila}» sin {clave}: póngaselo en la administración, y aquí"
            raise DatosInvalidos(f"{cual[0]}: {frase}")
        return fila

    def exigir_id_libre(self, pk: int | None, fila: Catalogo | None) -> None:
        if fila and pk not in (None, fila.pk):
            raise DatosInvalidos(f"id: «{fila}» ya existe con el {fila.pk}")
        if fila is None and pk in self.por_pk:
            raise DatosInvalidos(f"id: el {pk} ya es de otra fila")

    def exigir_inequivoca(self, valores: dict) -> None:
        """Refuse a new row beside another of its name when either has no key: nobody could tell which is which."""
        clave, nombre = self.modelo.clave, valores.get("nombre")
        for otra in self._por_nombre.get(case_blind(nombre), ()) if nombre and clave != "nombre" else ():
            suya = getattr(otra, clave)
            if not suya or not valores.get(clave):
                frase = (
                    f"con el {clave} {suya}: escríbalo aquí" if suya else f"sin {clave}: póngaselo en la administración"
                )
                raise DatosInvalidos(f"{clave}: ya existe «{otra}» {frase}, o dé otro nombre a esta fila")
