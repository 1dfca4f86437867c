from contextlib import contextmanager

from django.db import connection


@contextmanager
def sin_disparadores():
    """Do what the owner of a database can: with the triggers off."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield cursor
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            disparadores = cursor.fetchall()
            for nombre, _ in disparadores:
                cursor.execute(f"DROP TRIGGER {nombre}")
            yield cursor
            for _, sql in disparadores:
                cursor.execute(sql)
