"""Expedientes that come in a file: last year's, from a spreadsheet, or a list that went out and was corrected.

A line is of the expediente with its No. Siniestro: it is opened when there is none, and otherwise it gets what the file
says. An empty cell leaves what there is. The state is moved to by its verb, with the moment of the import.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.core.exceptions import ValidationError
from django.utils import timezone

from expedientes.estados import Estado
from expedientes.models import OBLIGATORIO, Expediente
from expedientes.numeros import NumeroDejado
from monitor.db.writes import Author
from monitor.errores import DatosInvalidos, ErrorDeDominio
from monitor.importacion.archivo import Errores, citar
from monitor.importacion.destino import ACTUALIZADA, CREADA, SIN_CAMBIOS, Destino, Hecho
from monitor.importacion.tabla import Columnas, Hoja, Renglon, llano, recortada
from monitor.importacion.valores import Referencias, valor

LOTE = 500  # expedientes that are read with one statement
ESTADOS = {llano(nombre): estado for estado in Estado for nombre in (estado.value, estado.label)}


def _es_de_personas(campo) -> bool:
    return campo.attname in Expediente.EDITABLES or campo.name == "estado"


class Importador(Destino):
    modelo = Expediente
    columnas = Columnas(
        {campo.name: campo for campo in Expediente.LEGIBLES if _es_de_personas(campo)},
        ("no_siniestro",),
        tuple(campo for campo in Expediente.LEGIBLES if not _es_de_personas(campo)),
    )

    def escribir(self, hoja: Hoja, errores: Errores, *, por: Author) -> Iterator[Hecho]:
        referencias, renglones = Referencias(de_personas=True), iter(hoja.renglones)
        vistos: dict[str, int] = {}
        while lote := list(islice(renglones, LOTE)):
            claves = [_clave(renglon) for renglon in lote]
            hay = Expediente.objects.select_related("aseguradora").in_bulk(filter(None, claves))
            dejadas = _dejadas([clave for clave in claves if clave and clave not in hay])
            for renglon, clave in zip(lote, claves, strict=True):
                try:
                    _exigir_sola(renglon, clave, vistos)
                    _exigir_no_dejada(clave, dejadas)
                    yield _Escritura(renglon, hay.get(clave), referencias, por).hacer()
                except ErrorDeDominio as error:
                    errores.anotar(renglon.numero, *(frase for _, frase in error.frases()))

    def deshacer_nueva(self, fila, *, por):
        Expediente.objects.archivar(fila.pk, por=por)

    def deshacer_cambio(self, fila, valores, estado, *, por):
        if valores:
            Expediente.objects.actualizar(fila.pk, valores, por=por)
        if estado:
            Expediente.objects.cambiar_estado(fila.pk, estado, por=por)


def _clave(renglon) -> str:
    return Expediente._meta.pk.to_python(renglon.celdas["no_siniestro"])


def _exigir_sola(renglon, clave, vistos) -> None:
    if not clave:
        raise DatosInvalidos(campos={"no_siniestro": [f"no_siniestro: {OBLIGATORIO}"]})
    primera = vistos.setdefault(clave, renglon.numero)
    if primera != renglon.numero:
        raise DatosInvalidos(f"no_siniestro: {citar(clave)} ya está en la línea {primera}: deje una sola")


def _dejadas(claves) -> set[str]:
    """Return which of these numbers an expediente left when it got another."""
    return set(NumeroDejado.objects.filter(no_siniestro__in=claves).values_list("no_siniestro", flat=True))


def _exigir_no_dejada(clave, dejadas) -> None:
    """Raise DatosInvalidos for the number that an expediente had: a file that says it is of before, and would open
    another for the same unit."""
    ahora = NumeroDejado.objects.ahora_es(clave, Expediente.objects.all()) if clave in dejadas else None
    if ahora:
        raise DatosInvalidos(f"no_siniestro: «{clave}» ahora es «{ahora}»: escriba ése")


class _Escritura:
    """A line, and the expediente that there is with its number."""

    def __init__(self, renglon: Renglon, expediente: Expediente | None, referencias: Referencias, por: Author):
        self.renglon, self.expediente, self.referencias, self.por = renglon, expediente, referencias, por

    def hacer(self) -> Hecho:
        valores = self._valores()
        hasta = valores.pop("estado", None)
        if self.expediente is None:
            escrito, que = Expediente.objects.abrir(valores, por=self.por), CREADA
        elif valores:
            escrito, que = Expediente.objects.actualizar(self.expediente.pk, valores, por=self.por), ACTUALIZADA
        else:
            escrito, que = self.expediente, SIN_CAMBIOS
        if hasta in (None, escrito.estado):
            return Hecho(self.renglon.numero, que, escrito)
        desde, que = escrito.estado, que if que == CREADA else ACTUALIZADA
        escrito = Expediente.objects.cambiar_estado(escrito.pk, hasta, por=self.por)
        return Hecho(self.renglon.numero, que, escrito, desde)

    def _valores(self) -> dict:
        """Return what the line says that isn't so already, by attname. Raise DatosInvalidos by column."""
        valores, malas = {}, {}
        for columna, celda in self.renglon.celdas.items():
            campo = Importador.columnas.campos[columna]
            if celda and not (self.expediente and self._es_igual(campo, celda)):
                try:
                    valores[campo.attname] = self._valor(campo, celda)
                except ValidationError as error:
                    malas[columna] = [f"{columna}: {mensaje}" for mensaje in error.messages]
        if malas:
            raise DatosInvalidos(campos=malas)
        return {c: v for c, v in valores.items() if not self.expediente or not _es_el_mismo(self.expediente, c, v)}

    def _es_igual(self, campo, celda) -> bool:
        """Return whether a cell is what the list that goes out says of this expediente: an insurer that was deleted
        since stays, and so do the blanks around a text."""
        if campo.name == "aseguradora":
            return self.expediente.aseguradora is not None and recortada(self.expediente.aseguradora.nombre) == celda
        ahora = getattr(self.expediente, campo.attname)
        return isinstance(ahora, str) and recortada(ahora) == celda

    def _valor(self, campo, celda):
        if campo.name == "estado":
            if llano(celda) not in ESTADOS:
                frase = f"no es un estado: escriba {', '.join(estado.label for estado in Estado)}"
                raise ValidationError(f"{citar(celda)} {frase}")
            return ESTADOS[llano(celda)].value
        leido = valor(campo, celda, self.referencias)
        return leido if campo.is_relation else campo.clean(leido, None)


def _es_el_mismo(expediente, columna, nuevo) -> bool:
    ahora = getattr(expediente, columna)
    if isinstance(nuevo, datetime) and ahora is not None:
        return _al_segundo(ahora) == _al_segundo(nuevo)
    return ahora == nuevo


def _al_segundo(momento) -> datetime:
    """Return a moment as the lists that go out have it: by the clock on the wall, to the second."""
    return timezone.make_naive(momento).replace(microsecond=0)
