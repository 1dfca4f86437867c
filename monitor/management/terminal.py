"""Our addition to Django's `manage.py`: when the database is to blame, an operator reads one sentence and no
traceback."""

import gc
import logging
import sys
from functools import partial, wraps

from django.core.management import ManagementUtility
from django.core.management.base import CommandError
from django.db import (
    DataError,
    IntegrityError,
    InternalError,
    NotSupportedError,
    ProgrammingError,
    connection,
)
from django.db import Error as DatabaseError

from monitor.db.errors import outage
from monitor.db.state import declare_use, pending_migrations
from monitor.textos import enumerar

# An error of these says that a statement is wrong, which is for us to mend; any other, that the database is.
DE_LA_SENTENCIA = (DataError, IntegrityError, InternalError, NotSupportedError, ProgrammingError)
SIN_PERMISO = "42501"  # PostgreSQL calls it an error of the statement too
NOMBRADAS = 3
# What these say is kept in the system's log, and so the message of an exception isn't said (`monitor.logs`).
SERVICIOS = {"serve", "enviar_correos", "respaldar_nube"}

log = logging.getLogger(__name__)


def main(argv=None):
    argv = argv or sys.argv
    try:
        Terminal(argv).execute()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception:
        if "--traceback" in argv or not SERVICIOS.intersection(argv[1:2]):
            raise
        log.exception("%s terminó por un error", argv[1])
        sys.exit(1)


class Terminal(ManagementUtility):
    def fetch_command(self, subcommand):
        gc.freeze()  # Django is set up by now, and what was imported stays: see manage.py
        gc.enable()
        command = super().fetch_command(subcommand)
        command.execute = _con_frases(command.execute, subcommand)
        # Django 6.1 also asks the database what it is for, unless told not to: a command comes to it in its own time.
        command.check = partial(command.check, databases=[])
        return command


def _con_frases(execute, subcommand):
    """Wrap a command's `execute`, so that it raises CommandError for what an operator can mend. Django prints the
    sentence, and the traceback only with --traceback."""

    @wraps(execute)
    def execute_con_frases(*args, **options):
        try:
            return execute(*args, **options)
        except DatabaseError as error:
            frase = _frase_de(error, subcommand)
            if frase is None:
                raise
            raise CommandError(frase) from error
        except EOFError as error:
            raise CommandError("No hubo respuesta, y no se hizo nada: corra la orden en una terminal.") from error

    return execute_con_frases


def _frase_de(error: DatabaseError, subcommand: str) -> str | None:
    """Return what the operator should do about the error; None when it is a fault of ours."""
    try:
        connection.close()  # it may be broken, or within a transaction that failed
        pendientes = subcommand != "migrate" and migraciones_pendientes()
    except DatabaseError as otro:
        return _no_se_pudo(otro)
    if pendientes:
        return pendientes
    return None if _es_de_la_sentencia(error) else _no_se_pudo(error)


def _es_de_la_sentencia(error: DatabaseError) -> bool:
    sin_permiso = getattr(error.__cause__, "sqlstate", None) == SIN_PERMISO
    return isinstance(error, DE_LA_SENTENCIA) and not sin_permiso and not outage(error)


def _no_se_pudo(error: DatabaseError) -> str:
    """Return the sentence, with the words of the database in one line."""
    return (
        f"No se pudo usar la base de datos de DATABASE_URL: {' '.join(str(error).split())}. "
        "Revise que DATABASE_URL sea la correcta, que la base responda y que nada la tenga ocupada, y repita."
    )


def exigir_migraciones() -> None:
    if frase := migraciones_pendientes():
        raise CommandError(frase)


def declarar_uso() -> None:
    """Keep `restaurar` from exchanging the database while this process serves it."""
    if not declare_use():
        raise CommandError("La base de DATABASE_URL se está restaurando: espere a que termine y repita.")


def migraciones_pendientes() -> str:
    """Return a sentence that names the first migrations that the database lacks, or nothing."""
    pendientes = pending_migrations()
    if not pendientes:
        return ""
    nombres = enumerar(pendientes, NOMBRADAS)
    return f"La base de datos tiene migraciones pendientes ({nombres}). Corra: manage.py migrate"
