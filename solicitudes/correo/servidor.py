"""The dialogue with the mail server: handing a message over, and telling what a refusal means."""

import re
import smtplib
from email.utils import parseaddr
from enum import Enum

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from solicitudes.correo.direcciones import escrita

CLASE = re.compile(r"5\.(\d{1,3})\.\d{1,3}\b")  # an RFC 3463 code, as in «550 5.1.1 No such user»
DE_LA_PERSONA, DE_SEGURIDAD = "1", "7"  # the second number of that code
NO_EXISTE = (550, 551, 553)
NO_NOS_DEJA = (503, 530, 535)  # the server wants us to log in first, or doesn't believe who we are
NO_CABE = 552


class Rechazo(Enum):
    PASAJERO = "the mail is tried again later, some number of times"
    DEFINITIVO = "this person can't be reached"
    NUESTRO = "no mail of ours would be taken: all of them wait"


def entregar(mensaje: EmailMessage, servidor: BaseEmailBackend) -> None:
    """Hand the message over for its one recipient, whose address `escrita` gave. The address goes to the server as it
    is, because smtplib and Django would each parse it again in their own way. Raise the server's error, or ValueError
    when the message can't be made."""
    conexion = getattr(servidor, "connection", None)
    if not isinstance(conexion, smtplib.SMTP):  # the mail goes to files, or to the console
        servidor.send_messages([mensaje])
        return
    conexion.rcpt = lambda para, opciones=(): conexion.docmd("RCPT", f"TO:<{para}>")
    remitente = escrita(parseaddr(mensaje.from_email)[1])
    conexion.sendmail(remitente, mensaje.to, _escrito(mensaje))


def _escrito(mensaje) -> bytes:
    """Return the message as it travels. Its addresses are written here, because Django 6 parses them to fold them, and
    forgets the backslash of `escrita`."""
    direcciones = {"To": mensaje.to, "Reply-To": mensaje.reply_to}
    renglones = [f"{nombre}: {valor}".encode() for nombre, valores in direcciones.items() for valor in valores]
    resto = mensaje.message()
    for nombre in direcciones:
        del resto[nombre]
    return b"\r\n".join([*renglones, *resto.as_bytes().splitlines(), b""])


def rechazo_de(error: Exception) -> Rechazo:
    """Return whom the error of a delivery concerns, and so what is to be done."""
    if isinstance(error, ValueError):  # no message can be made from the mail, now or later
        return Rechazo.DEFINITIVO
    codigo, clase = _respuesta(error)
    if clase == DE_SEGURIDAD or codigo in NO_NOS_DEJA or _no_nos_quiere(error, codigo):
        return Rechazo.NUESTRO
    if clase == DE_LA_PERSONA or (clase is None and codigo in NO_EXISTE):
        return Rechazo.DEFINITIVO
    return Rechazo.PASAJERO


def en_breve(error: Exception) -> str:
    """Return the error for the log, without what may quote an address; the mail's page in the admin has it whole."""
    if isinstance(error, smtplib.SMTPException):
        return f"{type(error).__name__} {_respuesta(error)[0] or ''}".rstrip()
    return str(error) if isinstance(error, OSError) else type(error).__name__


def _no_nos_quiere(error, codigo) -> bool:
    """Return whether the server refused our greeting or our address. A mail that is too big is refused at our address
    too, but that concerns the mail alone."""
    if isinstance(error, smtplib.SMTPSenderRefused):
        return codigo >= 500 and codigo != NO_CABE
    return isinstance(error, smtplib.SMTPHeloError)


def _respuesta(error) -> tuple[int, str | None]:
    """Return the code of a refusal, and its class or None when the answer gives no class. The code is 0 for any other
    error."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        [(codigo, texto)] = error.recipients.values()
    else:
        codigo, texto = getattr(error, "smtp_code", 0), getattr(error, "smtp_error", b"")
    clase = CLASE.match(texto.decode(errors="replace") if isinstance(texto, bytes) else str(texto))
    return codigo, clase and clase[1]
