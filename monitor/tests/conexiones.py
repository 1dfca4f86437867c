"""Two transactions at once, step by step."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from monitor.tests.paciencia import esperar_a


def en_otra_conexion(verbo):
    """Run `verbo` in another connection and return what it returns. On PostgreSQL it raises when it has to wait a
    second for a lock."""

    def correr():
        try:
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '1s'")
            return verbo()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as hilo:
        return hilo.submit(correr).result()


def esperar_a_que_alguien_espere():
    """Return once another connection waits for a lock of this one."""
    with connection.cursor() as cursor:

        def alguien():
            cursor.execute("SELECT 1 FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))")
            return cursor.fetchone()

        esperar_a(alguien)
