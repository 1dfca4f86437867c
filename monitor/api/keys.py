"""The keys of programs, as bearers of an identity (docs/adr/0015).

A key says nothing in itself. One small statement finds whose it is and when it expires, which never changes, so the
process keeps it. Whether it was revoked is settled like that of a person's token: by each action's own statement.
"""

import logging
import time
from datetime import UTC, datetime
from math import inf

from django.apps import apps
from django.db import Error

from monitor import secretos
from monitor.api.tokens import INVALIDO, Token
from monitor.db.state import without_waiting
from monitor.errores import NoAutenticado

log = logging.getLogger(__name__)

BETWEEN_NOTES = 60  # seconds

# By digest, the keys that were good when they came; and by user, when a use was last noted. There are no more of either
# than an Administrador has made.
_known: dict[str, Token] = {}
_noted: dict[int, float] = {}


def verify(key: str) -> Token:
    """Return what is known of a key. Raise NoAutenticado when there is none that is good."""
    huella, now = secretos.huella(key), time.time()
    token = _known.get(huella)
    if token is None or token.exp <= now:
        token = _known[huella] = _look_up(huella, now)
    return token


def knows(key: str) -> bool:
    """Return whether a key was good when it came before, without asking the database."""
    token = _known.get(secretos.huella(key))
    return token is not None and token.exp > time.time()


def forget(huella: str) -> None:
    """Look the key up when it comes again, as one that nobody knows."""
    _known.pop(huella, None)


def _look_up(huella: str, now: float) -> Token:
    found = _keys().de_huella(huella, datetime.fromtimestamp(now, UTC))
    if found is None:
        raise NoAutenticado(INVALIDO, codigo="token_invalido")
    usuario, vence = found
    return Token(usuario, _keys().model.VERSION, vence.timestamp() if vence else inf, huella)


def note_use(token: Token) -> None:
    """Note that a key was used, after all that its request does, and once a minute. Nobody waits for the note or hears
    that it failed: the next minute has another."""
    now = time.time()
    if 0 <= now - _noted.get(token.id, 0) < BETWEEN_NOTES:
        return
    _noted[token.id] = now
    try:
        with without_waiting():
            _keys().anotar_uso(token.id, datetime.fromtimestamp(now, UTC))
    except Error as error:
        log.warning("No se apuntó el uso de la llave %s: %s", token.id, str(error).partition("\n")[0])


def _keys():
    return apps.get_model("usuarios", "Llave").objects
