"""The e-mails about a solicitud. Each change has a function, which the change's verb calls to queue the mails that it
returns."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.conf import settings
from django.template.loader import get_template
from django.utils.dateformat import format as escribir_fecha
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from solicitudes.correo.avisos import Aviso
from solicitudes.correo.cola import Mensaje, Sobre
from solicitudes.permisos import APROBADOR, SOLICITANTE, Accion

RUTA = "/admin/solicitudes/solicitud/{id}/change/"
SANGRIA = "\n" + " " * len("    antes: ")
LUGARES_MAXIMO = 30  # the most places that a mail lists: a solicitud with 500 would make mails of half a megabyte
OTRA = {SOLICITANTE: APROBADOR, APROBADOR: SOLICITANTE}

TITULOS: dict[Aviso, str] = {
    Aviso.REGISTRADA: "Solicitud registrada",
    Aviso.PENDIENTE: "Solicitud pendiente de su aprobación",
    Aviso.CAMBIADA: "Solicitud cambiada",
    Aviso.YA_NO_SOLICITA: "Solicitud que ya no está a su nombre",
    Aviso.YA_NO_APRUEBA: "Solicitud que ya no necesita su decisión",
    Aviso.APROBADA: "Solicitud aprobada",
    Aviso.RECHAZADA: "Solicitud rechazada",
    Aviso.CANCELADA: "Solicitud cancelada",
    Aviso.ELIMINADA: "Solicitud eliminada",
}


class Dato(NamedTuple):
    """A value that people wrote, with its name. It keeps its line breaks. It doesn't keep runs of blanks, which could
    move its words to what looks like a line of the mail's own."""

    nombre: str
    valor: str

    @property
    def html(self) -> SafeString:
        return _con_saltos(_lineas(self.valor))

    @property
    def citado(self) -> str:
        """Return the value for a text mail. Every line after the first is set off, so that none can pass for the mail's
        own."""
        return "\n> ".join(_lineas(self.valor))


class Parada(NamedTuple):
    """A place of a solicitud, with its number in it."""

    numero: int
    lugar: int
    dicho: str

    @property
    def html(self) -> SafeString:
        """Return what is said of the place. In a list, its lines after the first are set off too: they could pass for
        the places that follow."""
        primera, *otras = self.dicho.split("\n")
        apartadas = format_html("<blockquote>{}</blockquote>", _con_saltos(otras)) if otras else ""
        return format_html("{}{}", primera, apartadas)

    @property
    def citado(self) -> str:
        return self.dicho.replace("\n", "\n> ")


class Recorrido(NamedTuple):
    """Some places of a solicitud: those that fit in a mail, and how many more there are."""

    paradas: list[Parada]
    resto: int

    nombre = "Lugares"

    @classmethod
    def de(cls, paradas: list[Parada], cuantas: int = LUGARES_MAXIMO) -> "Recorrido":
        return cls(paradas[:cuantas], max(len(paradas) - cuantas, 0))

    @property
    def html(self) -> SafeString:
        paradas = [format_html("{}. {}", parada.numero, parada.html) for parada in self.paradas]
        return format_html_join("", "<div>{}</div>", ([linea] for linea in self._lineas(paradas)))

    @property
    def citado(self) -> str:
        """Return the places for a text mail, each below the one before."""
        return SANGRIA.join(self._lineas([f"{parada.numero}. {parada.citado}" for parada in self.paradas]))

    def _lineas(self, paradas: list[str]) -> list[str]:
        return paradas + ([f"… y {self.resto} más"] if self.resto else []) or ["—"]


class Cambio(NamedTuple):
    nombre: str
    antes: Dato | Recorrido
    ahora: Dato | Recorrido


class Carta(NamedTuple):
    """A letter before it is written: what is told to the person with the part `parte` in the solicitud `de`."""

    aviso: Aviso
    parte: str
    texto: str
    de: object
    cambios: Sequence[Cambio] = ()


def creada(solicitud, por) -> list[Mensaje]:
    solicitante, aprobador = solicitud.referidas.solicitante, solicitud.referidas.aprobador
    if por.pk == solicitud.solicitante_id:
        espera = f"Su solicitud de transporte quedó registrada y espera la aprobación de {aprobador}."
        pide = f"{solicitante} solicita transporte y espera su aprobación."
    else:
        registro, espera_a = f"{nombre_de(por)} registró a", "una solicitud de transporte, que espera"
        espera = f"{registro} su nombre {espera_a} la aprobación de {aprobador}."
        pide = f"{registro} nombre de {solicitante} {espera_a} su aprobación."
    return _mensajes(
        solicitud,
        Carta(Aviso.REGISTRADA, SOLICITANTE, espera, solicitud),
        Carta(Aviso.PENDIENTE, APROBADOR, pide, solicitud),
    )


def cambiada(antes, ahora, por) -> list[Mensaje]:
    """Return the mails to the people whom a change concerns, in a solicitud that waits for approval."""
    cartas = []
    if antes.solicitante_id != ahora.solicitante_id:
        cartas += _de_otro_solicitante(antes, ahora, nombre_de(por))
    if antes.aprobador_id != ahora.aprobador_id:
        cartas += _de_otro_aprobador(antes, ahora, nombre_de(por))
    elif cambios := _cambios(antes, ahora):
        texto = f"{nombre_de(por)} cambió una solicitud de transporte que espera su aprobación."
        cartas.append(Carta(Aviso.CAMBIADA, APROBADOR, texto, ahora, cambios))
    return _mensajes(ahora, *cartas)


def _de_otro_solicitante(antes, ahora, quien) -> list[Carta]:
    suya = f"{quien} puso a su nombre una solicitud de transporte, que espera la aprobación de"
    ajena = f"{quien} puso a nombre de {ahora.referidas.solicitante} una solicitud de transporte que era de usted."
    return [
        Carta(Aviso.REGISTRADA, SOLICITANTE, f"{suya} {ahora.referidas.aprobador}.", ahora),
        Carta(Aviso.YA_NO_SOLICITA, SOLICITANTE, ajena, antes),
    ]


def _de_otro_aprobador(antes, ahora, quien) -> list[Carta]:
    cual = f"la solicitud de transporte de {ahora.referidas.solicitante}"
    pide = f"{quien} dejó en sus manos {cual}, que espera su aprobación."
    ajena = f"{quien} dejó en manos de {ahora.referidas.aprobador} {cual}: ya no necesita la decisión de usted."
    return [
        Carta(Aviso.PENDIENTE, APROBADOR, pide, ahora),
        Carta(Aviso.YA_NO_APRUEBA, APROBADOR, ajena, antes),
    ]


def aprobada(solicitud, motivo: str | None, por) -> list[Mensaje]:
    texto = f"{nombre_de(por)} aprobó su solicitud de transporte."
    return _mensajes(solicitud, Carta(Aviso.APROBADA, SOLICITANTE, texto, solicitud), motivo=motivo)


def rechazada(solicitud, motivo: str, por) -> list[Mensaje]:
    texto = f"{nombre_de(por)} rechazó su solicitud de transporte."
    return _mensajes(solicitud, Carta(Aviso.RECHAZADA, SOLICITANTE, texto, solicitud), motivo=motivo)


def cancelada(solicitud, motivo: str, por) -> list[Mensaje]:
    texto = f"{nombre_de(por)} canceló la solicitud de transporte."
    return _a_los_dos(solicitud, Aviso.CANCELADA, texto, motivo)


def eliminada(solicitud, por) -> list[Mensaje]:
    texto = f"{nombre_de(por)} eliminó la solicitud de transporte, que ya no se puede ver en Monitor."
    return _a_los_dos(solicitud, Aviso.ELIMINADA, texto)


DECISIONES: dict[Accion, Callable] = {
    Accion.APROBAR: aprobada,
    Accion.RECHAZAR: rechazada,
    Accion.CANCELAR: cancelada,
}


def nombre_de(por) -> str:
    return por.nombre or por.username


def _a_los_dos(solicitud, aviso, texto, motivo=None) -> list[Mensaje]:
    cartas = [Carta(aviso, parte, texto, solicitud) for parte in (SOLICITANTE, APROBADOR)]
    return _mensajes(solicitud, *cartas, motivo=motivo)


def _mensajes(solicitud, *cartas: Carta, motivo=None) -> list[Mensaje]:
    """Return the mails that the letters make. A person without an address gets none."""
    cartas = [carta for carta in cartas if _persona(carta).email]
    if not cartas:
        return []
    detalle = {"datos": _datos(solicitud), "recorrido": Recorrido.de(paradas_de(solicitud))}
    comun = {
        # These are written once for all the mails of a change.
        "detalle_txt": _escribir("detalle.txt", detalle),
        "detalle_html": _escribir("detalle.html", detalle),
        "enlace": settings.PUBLIC_URL + RUTA.format(id=solicitud.pk),
    }
    motivos = [Dato("Motivo", motivo)] if motivo else []
    return [_mensaje(solicitud, comun, motivos, carta) for carta in cartas]


def _mensaje(solicitud, comun, motivos, carta) -> Mensaje:
    persona, titulo = _persona(carta), TITULOS[carta.aviso]
    contexto = comun | {
        "persona": _linea(persona.nombre),
        "titulo": titulo,
        "texto": _linea(carta.texto),
        "cambios": carta.cambios,
        "citas": motivos + (_porque(solicitud) if carta.aviso == Aviso.PENDIENTE else []),
        "enlace": "" if carta.aviso == Aviso.ELIMINADA else comun["enlace"],
    }
    return Mensaje(
        para=persona.email,
        asunto=_linea(f"{titulo}: {solicitud.codigo}, {solicitud.asunto}"),
        texto=_escribir("solicitud.txt", contexto),
        html=_escribir("solicitud.html", contexto),
        sobre=_sobre(solicitud, carta),
    )


def _persona(carta):
    return getattr(carta.de.referidas, carta.parte)


def _sobre(solicitud, carta) -> Sobre:
    """Return the envelope. The other party is the present one. When a person left one part and took the other, it is
    whoever now has the part that they left."""
    persona, de_ahora = (getattr(de, f"{carta.parte}_id") for de in (carta.de, solicitud))
    otra = getattr(solicitud, f"{OTRA[carta.parte]}_id")
    return Sobre(carta.aviso, solicitud.pk, persona, de_ahora if otra == persona else otra)


def _escribir(plantilla, contexto) -> str:
    return get_template(f"solicitudes/correos/{plantilla}").render(contexto)


# --- What a solicitud says ---


def para_decidir(solicitud) -> list[Dato | Recorrido]:
    """Return all that whoever decides has to know. The solicitud has what it refers to (`con_todo`)."""
    _, _, *otros = _datos(solicitud)  # the code and the subject are the title
    paradas = paradas_de(solicitud)
    return [*otros, Recorrido.de(paradas, len(paradas)), *_porque(solicitud)]


def _datos(solicitud) -> list[Dato]:
    nombres = f" ({solicitud.nombres_pasajeros})" if solicitud.nombres_pasajeros else ""
    return [
        Dato("Código", solicitud.codigo),
        Dato("Asunto", solicitud.asunto),
        Dato("Servicio", _momento(solicitud)),
        Dato("Tipo de servicio", solicitud.referidas.servicio.nombre),
        Dato("Prioridad", solicitud.referidas.prioridad.nombre),
        Dato("Solicita", f"{solicitud.referidas.solicitante} ({solicitud.referidas.departamento.nombre})"),
        Dato("Aprueba", str(solicitud.referidas.aprobador)),
        Dato("Pasajeros", f"{solicitud.cantidad_pasajeros}{nombres}"),
    ]


def _porque(solicitud) -> list[Dato]:
    """Return why the solicitud is made, which the approver has to know."""
    datos = (
        Dato("Descripción", solicitud.descripcion),
        Dato("Justificación", solicitud.justificacion),
        Dato("Observaciones", solicitud.observaciones),
    )
    return [dato for dato in datos if dato.valor]


def _cambios(antes, ahora) -> list[Cambio]:
    """Return what changed of what the approver has to know again, with its value before and now."""
    cambios = [
        Cambio(nombre, Dato(nombre, decir(antes)), Dato(nombre, decir(ahora)))
        for nombre, (columnas, decir) in QUE_IMPORTA.items()
        if antes.en_datos(columnas) != ahora.en_datos(columnas)
    ]
    return cambios + _cambio_de_lugares(antes, ahora)


def _cambio_de_lugares(antes, ahora) -> list[Cambio]:
    """Return the change with the places that differ, or nothing when none does."""
    viejas, nuevas = (_paradas(solicitud, _homonimos(antes, ahora)) for solicitud in (antes, ahora))
    if viejas == nuevas:
        return []
    comunes = set(viejas) & set(nuevas)
    distintas = ([parada for parada in paradas if parada not in comunes] for paradas in (viejas, nuevas))
    return [Cambio(Recorrido.nombre, *map(Recorrido.de, distintas))]


def paradas_de(solicitud) -> list[Parada]:
    return _paradas(solicitud, _homonimos(solicitud))


def _paradas(solicitud, homonimos) -> list[Parada]:
    paradas = enumerate(solicitud.lugares_en_orden, 1)
    return [Parada(i, p.lugar_id, "\n".join(_lineas(_lugar(p, homonimos)))) for i, p in paradas]


def _homonimos(*solicitudes) -> set[str]:
    """Return the names that more than one of the places has."""
    nombres = {p.lugar_id: p.sitio.nombre for solicitud in solicitudes for p in solicitud.lugares_en_orden}
    return {nombre for nombre, veces in Counter(nombres.values()).items() if veces > 1}


def _lugar(parada, homonimos) -> str:
    """Return a place in one line: «Sede Central (origen), Av. Principal 123: salida; llegada 10:30 h»."""
    partes = [
        parada.sitio.nombre,
        f" ({parada.sitio.codigo or f'Id {parada.lugar_id}'})" if parada.sitio.nombre in homonimos else "",
        " (origen)" if parada.es_origen else "",
        f", {parada.sitio.direccion}" if parada.sitio.direccion else "",
        f": {parada.descripcion}" if parada.descripcion else "",
        f"; llegada {_hora(parada.hora_llegada)}" if parada.hora_llegada else "",
        _retorno(parada) if parada.requiere_retorno else "",
    ]
    return "".join(partes)


def _retorno(parada) -> str:
    otro_dia = parada.hora_llegada and parada.hora_retorno < parada.hora_llegada
    return f"; retorno {_hora(parada.hora_retorno)}{' (día siguiente)' if otro_dia else ''}"


def _momento(solicitud) -> str:
    fecha = escribir_fecha(solicitud.fecha_servicio, r"j \d\e F \d\e Y").lower()
    return f"{fecha}, {_hora(solicitud.hora_servicio)}"


def _hora(hora) -> str:
    return f"{hora:%H:%M:%S} h" if hora.second else f"{hora:%H:%M} h"


# What the approver has to know again when it changes, besides the places: its columns, and how it is told.
QUE_IMPORTA: dict[str, tuple[tuple[str, ...], Callable]] = {
    "Servicio": (("fecha_servicio", "hora_servicio"), _momento),
    "Tipo de servicio": (("servicio_id",), lambda solicitud: solicitud.referidas.servicio.nombre),
    "Prioridad": (("prioridad_id",), lambda solicitud: solicitud.referidas.prioridad.nombre),
    "Pasajeros": (("cantidad_pasajeros",), lambda solicitud: str(solicitud.cantidad_pasajeros)),
}


def _linea(texto: str) -> str:
    return " ".join(texto.split())


def _con_saltos(lineas: list[str]) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}", ([linea] for linea in lineas))


def _lineas(texto: str) -> list[str]:
    """Return the lines of a text, split at whatever some reader shows as a line break. A run of blanks becomes one."""
    return [_linea(linea) for linea in texto.strip().splitlines()]
