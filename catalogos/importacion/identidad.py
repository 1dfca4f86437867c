"""The identity of a row, which tells it from the others of its catalogue: its key or, for a row without one where the
key may be missing, its name."""

from collections import defaultdict

from catalogos.base import Catalogo
from monitor.errores import DatosInvalidos
from monitor.textos import case_blind

Identidad = tuple[str, str]  # a column, and the value in it as the database compares it


def identidad(modelo: type[Catalogo], clave: str | None, nombre: str | None) -> Identidad | None:
    """Return the identity of a row, or None when nothing tells which row it is."""
    campo = modelo._meta.get_field(modelo.clave)
    if clave:
        return modelo.clave, case_blind(campo.to_python(clave))
    return ("nombre", case_blind(modelo._meta.get_field("nombre").to_python(nombre))) if nombre and campo.null else None


class Existentes:
    """The rows of a catalogue by their identity, including the deleted ones and those that the load creates."""

    def __init__(self, modelo: type[Catalogo]):
        self.modelo = modelo
        self.por_pk: dict[int, Catalogo] = {}
        self._por_identidad: dict[Identidad, list[Catalogo]] = defaultdict(list)
        self._nombres: dict[int, str] = {}
        self._por_nombre: dict[str, dict[int, Catalogo]] = defaultdict(dict)  # without the deleted ones
        # Several rows without a key may have the same name. Those that aren't deleted go first, and the latest goes
        # before the earlier ones.
        for fila in modelo.objects.order_by("eliminado", "-pk"):
            self.agregar(fila)

    def agregar(self, fila: Catalogo) -> None:
        self.por_pk[fila.pk] = fila
        self._por_identidad[identidad(self.modelo, getattr(fila, self.modelo.clave), fila.nombre)].append(fila)
        if not fila.eliminado:
            self.nombrar(fila)

    def nombrar(self, fila: Catalogo) -> None:
        """Take note of the name that a row has now."""
        viejo, nuevo = self._nombres.get(fila.pk), case_blind(fila.nombre)
        self._por_nombre[viejo].pop(fila.pk, None)
        self._por_nombre[nuevo][fila.pk], self._nombres[fila.pk] = fila, nuevo

    def de(self, cual: Identidad) -> Catalogo | None:
        """Return the row of this identity, or None. Raise DatosInvalidos when several that aren't deleted have it,
        because nobody could tell which one is meant."""
        fila, otra, *_ = [*self._por_identidad.get(cual, ()), None, None]
        if otra and not otra.eliminado:
            clave = self.modelo.clave
            frase = f"hay varias filas «{fila}» sin {clave}: póngaselo en la administración, y aquí"
            raise DatosInvalidos(f"{cual[0]}: {frase}")
        return fila

    def con_id(self, pk: int | None, cual: Identidad) -> Catalogo | None:
        """Return the row with this id, if it is one of those of this identity."""
        return next((fila for fila in self._por_identidad.get(cual, ()) if fila.pk == pk), None)

    def exigir_id_libre(self, pk: int | None, fila: Catalogo | None) -> None:
        if fila and pk not in (None, fila.pk):
            raise DatosInvalidos(f"id: «{fila}» ya existe con el {fila.pk}")
        if fila is None and pk in self.por_pk:
            raise DatosInvalidos(f"id: el {pk} ya es de otra fila")

    def exigir_inequivoca(self, fila: Catalogo | None, valores: dict) -> None:
        """Raise DatosInvalidos for a row that gets a name, because it is new, was deleted or had another, beside
        another of that name that isn't deleted, when either has no key: nobody could tell which is which."""
        clave, nombre = self.modelo.clave, case_blind(valores.get("nombre") or "")
        if clave == "nombre" or not nombre or (fila and self._nombres.get(fila.pk) == nombre):
            return
        for otra in self._por_nombre[nombre].values():
            suya = getattr(otra, clave)
            if not suya or not valores.get(clave):
                frase = (
                    f"con el {clave} {suya}: escríbalo aquí" if suya else f"sin {clave}: póngaselo en la administración"
                )
                raise DatosInvalidos(f"{clave}: ya existe «{otra}» {frase}, o dé otro nombre a esta fila")
