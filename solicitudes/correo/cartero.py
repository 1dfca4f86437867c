"""The worker that delivers the mails in the queue."""

import logging
import ssl
from contextlib import closing

from django.core import mail

from monitor.background import Worker
from solicitudes.correo import cola
from solicitudes.correo.entrega import NoSeEntrega, preparar
from solicitudes.correo.servidor import Rechazo, en_breve, entregar, rechazo_de

log = logging.getLogger(__name__)

LOTE = 100


class Cartero(Worker):
    """A worker. Several may work at once. While the mail server doesn't answer, or takes nothing from us, no mail uses
    up its attempts."""

    def _work(self) -> bool:
        """Deliver every mail whose time has come. Return False when the mail server didn't answer, or takes nothing
        from us."""
        try:
            while not self._stopping.is_set() and (lote := cola.pendientes(LOTE)):
                self._repartir(lote)
        except OSError as error:
            log.warning("El servidor de correo no responde, o no acepta nada de Monitor: %s", en_breve(error))
            return False
        return True

    def _repartir(self, lote):
        """Deliver a batch until the first failure, after which the connection may be of no use. Raise OSError when the
        server doesn't answer or takes nothing from us."""
        with closing(_servidor()) as servidor:
            servidor.open()
            for pk in lote:
                correo = None if self._stopping.is_set() else cola.tomar(pk)
                if correo and not _entregar(correo, servidor):
                    return


def _servidor():
    """Return the mail server of the settings, not yet connected. Django 6.1 has `mail.mailers`, and warns about
    `get_connection`, which is all that earlier versions have."""
    servidor = mail.mailers.default if hasattr(mail, "mailers") else mail.get_connection()
    if getattr(servidor, "use_tls", False) or getattr(servidor, "use_ssl", False):
        servidor.ssl_context.minimum_version = ssl.TLSVersion.TLSv1_2  # Debian's Python leaves it to OpenSSL
    return servidor


def _entregar(correo, servidor) -> bool:
    """Deliver the mail, or note why not, and return whether the connection is still of use. Raise the server's error
    when it takes nothing from us."""
    try:
        entregar(preparar(correo), servidor)
    except NoSeEntrega as razon:
        cola.anotar_omision(correo, str(razon))
        return True
    except (OSError, ValueError) as error:
        rechazo = rechazo_de(error)
        if rechazo == Rechazo.NUESTRO:
            cola.devolver(correo)
            raise
        cola.anotar_fallo(correo, error, definitivo=rechazo == Rechazo.DEFINITIVO)
        log.warning("No se entregó %s: %s", correo.message_id, en_breve(error))
        return False
    cola.anotar_entregado(correo)
    return True
