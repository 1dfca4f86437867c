"""Preparing a queued mail for delivery, because things may have changed since it was written."""

from django.core.mail import EmailMessage
from post_office.models import Email

from monitor.usuarios.models import Usuario
from solicitudes.correo import cola
from solicitudes.correo.avisos import Situacion, vigente
from solicitudes.correo.direcciones import escrita
from solicitudes.models import Solicitud

SIN_DESTINO = "No se envía: la persona está desactivada o no tiene dirección."
SUPERADO = "No se envía: un cambio posterior de la solicitud lo dejó sin objeto."


class NoSeEntrega(Exception):
    """The mail isn't to be delivered, now or later. The exception carries the reason, in Spanish."""


def preparar(correo: Email) -> EmailMessage:
    """Return the message, addressed to where the person has their mail now. Raise NoSeEntrega, or ValueError for an
    address that can't be written."""
    sobre = cola.sobre_de(correo)
    if sobre is None:
        return cola.mensaje_de(correo)
    direcciones = _direcciones(sobre)
    if not direcciones.get(sobre.persona):
        raise NoSeEntrega(SIN_DESTINO)
    hoy = Solicitud.objects.filter(pk=sobre.solicitud).values_list(*Situacion._fields).first()
    if hoy is None or not vigente(sobre.aviso, Situacion(*hoy), sobre.persona) or cola.llega_tarde(correo):
        raise NoSeEntrega(SUPERADO)
    cola.cambiar_para(correo, direcciones[sobre.persona])
    mensaje = cola.mensaje_de(correo)
    mensaje.reply_to = _respuesta_a(direcciones.get(sobre.otra))
    return mensaje


def _direcciones(sobre) -> dict[int, str | None]:
    """Return the addresses of the two parties, by id, leaving out whoever isn't active."""
    activos = Usuario.objects.filter(pk__in=(sobre.persona, sobre.otra), is_active=True)
    return dict(activos.values_list("pk", "email"))


def _respuesta_a(direccion) -> list[str]:
    try:
        return [escrita(direccion)] if direccion else []
    except ValueError:  # the mail is still of use without Reply-To
        return []
