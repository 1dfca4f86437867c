"""The worker that delivers the mails in the queue."""

import logging
import threading
from collections.abc import Callable
from contextlib import closing

from django.core import mail
from django.db import Error as ErrorDeBase
from django.db import connection

from monitor.db.errors import outage
from solicitudes.correo import cola
from solicitudes.correo.entrega import NoSeEntrega, preparar
from solicitudes.correo.servidor import Rechazo, en_breve, entregar, rechazo_de

log = logging.getLogger(__name__)

LOTE = 100
DESCANSO = 1  # seconds between looks at the queue when it is empty
DESCANSO_MAXIMO = 60  # seconds between tries while the mail server or the database doesn't answer


class Cartero:
    """A worker. Several may work at once. While the mail server doesn't answer, or takes nothing from us, no mail uses
    up its attempts."""

    def __init__(self):
        self._fin = threading.Event()

    def terminar(self, *_) -> None:
        """Stop after the mail that is being delivered. It also serves as a signal handler."""
        self._fin.set()

    def trabajar(self, mientras: Callable[[], bool] = lambda: True) -> None:
        descanso = DESCANSO
        while not self._fin.is_set() and mientras():
            descanso = DESCANSO if self.repartir() else min(descanso * 2, DESCANSO_MAXIMO)
            self._fin.wait(descanso)

    def repartir(self) -> bool:
        """Deliver every mail whose time has come. Return False when the mail server or the database didn't answer, or
        when the server takes nothing from us."""
        try:
            while not self._fin.is_set() and (lote := cola.pendientes(LOTE)):
                self._repartir(lote)
        except ErrorDeBase as error:
            connection.close()
            if not outage(error):
                raise
            log.warning("La base de datos no responde: %s", error)
            return False
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
                correo = None if self._fin.is_set() else cola.tomar(pk)
                if correo and not _entregar(correo, servidor):
                    return


def _servidor():
    """Return the mail server of the settings, not yet connected. Django 6.1 has `mail.mailers`, and warns about
    `get_connection`, which is all that earlier versions have."""
    return mail.mailers.default if hasattr(mail, "mailers") else mail.get_connection()


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
