"""Django's sessions in the database, of which a live one is read with a statement that is compiled once: read by the
ORM it was a third of a thumbnail's time, and a page asks for many."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from monitor.db.queries import CompiledQuery, Param


def _campo(nombre):
    return Param(nombre, Session._meta.get_field(nombre))


_viva = CompiledQuery(
    lambda: (
        Session.objects.filter(session_key=_campo("session_key"), expire_date__gt=_campo("expire_date"))
        .order_by()
        .values_list("session_data")
    )
)


class SessionStore(db.SessionStore):
    """Named as Django's, because the name goes into the signature of each session."""

    def load(self):
        filas = _viva.rows(session_key=self.session_key, expire_date=timezone.now())
        if not filas:
            self._session_key = None
            return {}
        return self.decode(filas[0][0])
