"""The words for an operator: sizes, and one sentence for each thing of the machine that can fail."""

import errno
import sqlite3
from contextlib import contextmanager

import psycopg
from django.core.management.base import CommandError

UNIDADES = ("B", "kB", "MB", "GB", "TB")
# EFBIG is the limit of a file's size, of the system or of whoever runs the command.
SIN_ESPACIO = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SIN_PERMISO = (errno.EACCES, errno.EPERM, errno.EROFS)
DE_LA_RUTA = {
    errno.ENOENT: "no existe, o no existe su carpeta: revise la ruta y repita",
    errno.ENOTDIR: "en la ruta hay algo que no es una carpeta: revísela y repita",
    errno.EISDIR: "es una carpeta: escriba la ruta de un archivo y repita",
    errno.EEXIST: "ya existe: bórrelo, o escriba otro nombre, y repita",
    errno.ENAMETOOLONG: "el nombre es demasiado largo: escriba otro y repita",
}
PARCIAL = ".parcial"  # how the name of a file ends while it is written


def tamanio(cuantos: float) -> str:
    """Return a number of bytes as people read it: «31.2 MB»."""
    unidades = iter(UNIDADES)
    unidad = next(unidades)
    while cuantos >= 1000 and unidad != UNIDADES[-1]:
        cuantos, unidad = cuantos / 1000, next(unidades)
    return f"{cuantos:.0f} {unidad}" if unidad == "B" else f"{cuantos:.1f} {unidad}"


@contextmanager
def con_frases():
    """Raise CommandError instead of what the disk and the databases raise."""
    try:
        yield
    except OSError as error:
        raise CommandError(_del_disco(error)) from error
    except sqlite3.Error as error:
        raise CommandError(_de_sqlite(error)) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise CommandError(f"PostgreSQL no lo permite: {_en_una_linea(error)}.") from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise CommandError(
            f"No se pudo usar PostgreSQL: {_en_una_linea(error)}. Revise DATABASE_URL y que el servidor responda."
        ) from error


def _del_disco(error: OSError) -> str:
    donde = f" ({error.filename})" if error.filename else ""
    if error.errno in SIN_ESPACIO:
        return f"No hay espacio en el disco{donde}, y no quedó nada a medias: libere espacio y repita."
    if error.errno in SIN_PERMISO:
        return (
            f"No hay permiso{donde}. Corra la orden como el usuario de Monitor, con una ruta en que él pueda escribir."
        )
    if error.errno in DE_LA_RUTA:
        return f"No se pudo usar «{str(error.filename).removesuffix(PARCIAL)}»: {DE_LA_RUTA[error.errno]}."
    return f"No se pudo usar el disco{donde}: {error.strerror}."


def _de_sqlite(error: sqlite3.Error) -> str:
    nombre = getattr(error, "sqlite_errorname", "") or ""
    if nombre.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return "No hay espacio en el disco, o falló, y no quedó nada a medias: libere espacio y repita."
    if nombre.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return f"El archivo de la base está dañado: {_en_una_linea(error)}. Restaure un respaldo anterior."
    return f"No se pudo usar la base SQLite: {_en_una_linea(error)}."


def _en_una_linea(error) -> str:
    return " ".join(str(error).split()).rstrip(".")
