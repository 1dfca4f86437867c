"""The e-mails of a request: one function for each, called by the verb that changes it, in its transaction."""

from collections.abc import Callable

from django.conf import settings
from django.template.loader import get_template

from solicitudes import cola
from solicitudes.permisos import Accion

RUTA = "/admin/solicitudes/solicitud/{id}/change/"


def creada(solicitud) -> None:
    cola.encolar(
        [
            _mensaje(
                solicitud,
                solicitud.solicitante,
                "Solicitud registrada",
                f"Su solicitud de transporte quedó registrada y espera la aprobación de {solicitud.nombre_aprobador}.",
            ),
            _mensaje(
                solicitud,
                solicitud.aprobador,
                "Solicitud pendiente de su aprobación",
                f"{solicitud.nombre_solicitante} solicita transporte y espera su aprobación.",
            ),
        ]
    )


def aprobada(solicitud, motivo: str | None) -> None:
    texto = "Su solicitud de transporte fue aprobada."
    cola.encolar([_mensaje(solicitud, solicitud.solicitante, "Solicitud aprobada", texto, motivo)])


def rechazada(solicitud, motivo: str) -> None:
    texto = "Su solicitud de transporte fue rechazada."
    cola.encolar([_mensaje(solicitud, solicitud.solicitante, "Solicitud rechazada", texto, motivo)])


def cancelada(solicitud, motivo: str) -> None:
    texto = "La solicitud de transporte fue cancelada."
    personas = (solicitud.solicitante, solicitud.aprobador)
    cola.encolar([_mensaje(solicitud, persona, "Solicitud cancelada", texto, motivo) for persona in personas])


DECISIONES: dict[Accion, Callable] = {
    Accion.APROBAR: aprobada,
    Accion.RECHAZAR: rechazada,
    Accion.CANCELAR: cancelada,
}


def _mensaje(solicitud, persona, titulo, texto, motivo=None) -> cola.Mensaje:
    contexto = {
        "persona": persona,
        "titulo": titulo,
        "texto": texto,
        "motivo": motivo,
        "solicitud": solicitud,
        "enlace": settings.PUBLIC_URL + RUTA.format(id=solicitud.pk),
    }
    return cola.Mensaje(
        para=persona.email,
        asunto=f"{titulo}: {solicitud.codigo}, {solicitud.asunto}",
        texto=get_template("solicitudes/correos/solicitud.txt").render(contexto),
        html=get_template("solicitudes/correos/solicitud.html").render(contexto),
    )
