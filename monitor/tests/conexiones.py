"""Two transactions at once on PostgreSQL, step by step."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection


def en_otra_conexion(verbo):
    """Run `verbo` in another connection and return what it returns. It raises when it has to wait a second for a
    lock."""

    def correr():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '1s'")
            return verbo()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as hilo:
        return hilo.submit(correr).result()


def esperar_a_que_alguien_espere(segundos=10):
    """Return once another connection waits for a lock of this one; the test fails when none does."""
    fin = time.monotonic() + segundos
    with connection.cursor() as cursor:
        while time.monotonic() < fin:
            cursor.execute("SELECT 1 FROM pg_locks WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))")
            if cursor.fetchone():
                return
            time.sleep(0.02)
    pytest.fail("nadie esperó")
