"""The e-mails of a request: one function for each change, called by its verb, which queues what it gives."""

from collections.abc import Callable

from django.conf import settings
from django.template.loader import get_template
from django.utils.dateformat import format as escribir_fecha

from solicitudes.correo.cola import Mensaje
from solicitudes.permisos import Accion

RUTA = "/admin/solicitudes/solicitud/{id}/change/"


def creada(solicitud) -> list[Mensaje]:
    espera = f"Su solicitud de transporte quedó registrada y espera la aprobación de {solicitud.referidas.aprobador}."
    pide = f"{solicitud.referidas.solicitante} solicita transporte y espera su aprobación."
    return _mensajes(
        solicitud,
        (solicitud.referidas.solicitante, "Solicitud registrada", espera),
        (solicitud.referidas.aprobador, "Solicitud pendiente de su aprobación", pide),
    )


def aprobada(solicitud, motivo: str | None) -> list[Mensaje]:
    texto = "Su solicitud de transporte fue aprobada."
    return _mensajes(solicitud, (solicitud.referidas.solicitante, "Solicitud aprobada", texto), motivo=motivo)


def rechazada(solicitud, motivo: str) -> list[Mensaje]:
    texto = "Su solicitud de transporte fue rechazada."
    return _mensajes(solicitud, (solicitud.referidas.solicitante, "Solicitud rechazada", texto), motivo=motivo)


def cancelada(solicitud, motivo: str) -> list[Mensaje]:
    texto = "La solicitud de transporte fue cancelada."
    personas = (solicitud.referidas.solicitante, solicitud.referidas.aprobador)
    avisos = [(persona, "Solicitud cancelada", texto) for persona in personas]
    return _mensajes(solicitud, *avisos, motivo=motivo)


DECISIONES: dict[Accion, Callable] = {
    Accion.APROBAR: aprobada,
    Accion.RECHAZAR: rechazada,
    Accion.CANCELAR: cancelada,
}


def _mensajes(solicitud, *avisos: tuple, motivo=None) -> list[Mensaje]:
    """Each of `avisos` is (person, title, text). A person without an address is skipped."""
    lugares = [_lugar(parada) for parada in solicitud.lugares_en_orden]
    detalle = {"datos": _datos(solicitud), "lugares": lugares}
    comun = {
        "motivo": motivo,
        # Written once for all the messages of a change.
        "detalle_txt": _escribir("detalle.txt", detalle),
        "detalle_html": _escribir("detalle.html", detalle),
        "enlace": settings.PUBLIC_URL + RUTA.format(id=solicitud.pk),
    }
    return [_mensaje(solicitud, comun, *aviso) for aviso in avisos if aviso[0].email]


def _mensaje(solicitud, comun, persona, titulo, texto) -> Mensaje:
    contexto = comun | {"persona": str(persona), "titulo": titulo, "texto": texto}
    return Mensaje(
        para=persona.email,
        asunto=f"{titulo}: {solicitud.codigo}, {solicitud.asunto}",
        texto=_escribir("solicitud.txt", contexto),
        html=_escribir("solicitud.html", contexto),
    )


def _escribir(plantilla, contexto) -> str:
    return get_template(f"solicitudes/correos/{plantilla}").render(contexto)


def _datos(solicitud) -> list[tuple[str, str]]:
    fecha = escribir_fecha(solicitud.fecha_servicio, r"j \d\e F \d\e Y").lower()
    nombres = f" ({solicitud.nombres_pasajeros})" if solicitud.nombres_pasajeros else ""
    return [
        ("Código", solicitud.codigo),
        ("Asunto", solicitud.asunto),
        ("Servicio", f"{fecha}, {_hora(solicitud.hora_servicio)}"),
        ("Tipo de servicio", solicitud.referidas.servicio.nombre),
        ("Prioridad", solicitud.referidas.prioridad.nombre),
        ("Solicita", f"{solicitud.referidas.solicitante} ({solicitud.referidas.departamento.nombre})"),
        ("Aprueba", str(solicitud.referidas.aprobador)),
        ("Pasajeros", f"{solicitud.cantidad_pasajeros}{nombres}"),
    ]


def _lugar(parada) -> str:
    """«Sede Central (origen), Av. Principal 123: salida; llegada 10:30 h»."""
    partes = [
        parada.sitio.nombre,
        " (origen)" if parada.es_origen else "",
        f", {parada.sitio.direccion}" if parada.sitio.direccion else "",
        f": {parada.descripcion}" if parada.descripcion else "",
        f"; llegada {_hora(parada.hora_llegada)}" if parada.hora_llegada else "",
        f"; retorno {_hora(parada.hora_retorno)}" if parada.requiere_retorno else "",
    ]
    return "".join(partes)


def _hora(hora) -> str:
    return f"{hora:%H:%M} h"
