"""A real SMTP server on this machine, which behaves as well or as badly as a test wants."""

import asyncio
import threading
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller

from monitor.tests.postgresql import puerto_libre


class Buzon:
    """An SMTP server that keeps what it receives. `rechazos` has the answers that refuse, by address or by SMTP verb
    (MAIL, DATA). `demora` is how many seconds it waits before it takes a message. `muertes` is on how many messages it
    breaks the connection, after it reads them and before it says so."""

    def __init__(self, puerto=None):
        self.puerto = puerto or puerto_libre()
        self.rechazos, self.demora, self.muertes = {}, 0, 0
        self.recibidos: list[EmailMessage] = []
        self.destinos: list[list[str]] = []
        self.intentos = 0
        self.llego = threading.Event()

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if "MAIL" in self.rechazos:
            return self.rechazos["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802  aiosmtpd's name
        if address in self.rechazos:
            return self.rechazos[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.intentos += 1
        self.llego.set()
        if "DATA" in self.rechazos:
            return self.rechazos["DATA"]
        if self.demora:
            await asyncio.sleep(self.demora)
        if self.muertes:
            self.muertes -= 1
            server.transport.abort()
            return "421 se cae"
        self.destinos.append(envelope.rcpt_tos)
        self.recibidos.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    @contextmanager
    def abierto(self):
        controlador = Controller(self, hostname="127.0.0.1", port=self.puerto)
        controlador.start()
        try:
            yield self
        finally:
            controlador.stop()

    def para(self):
        return sorted(mensaje["To"] for mensaje in self.recibidos)
