"""The measure of the tests that draw requests at random: they try little and always the same, or as much as EJEMPLOS
says and something else each time (`make fuzz`)."""

import os
import random

from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from monitor.api.tests.cliente import Api

EJEMPLOS = int(os.environ.get("EJEMPLOS") or 0)


def algunos(casos: list) -> list:
    """Return the cases to try: one of every twenty, others on each database, or all of them."""
    return casos if EJEMPLOS else casos[10 * (connection.vendor == "postgresql") :: 20]


def semillas(pocas: int) -> list[int]:
    return [random.getrandbits(32) for _ in range(EJEMPLOS)] if EJEMPLOS else list(range(pocas))


class Vida(RuleBasedStateMachine):
    """A life of requests: what people do with the server, one after another. What a life did is undone at its end.

    A subclass compares each answer with that of its model, and notes in `visto` what was answered. `personas` are who
    may ask, each a user.
    """

    personas, visto = (), frozenset()

    def __init__(self):
        super().__init__()
        self.apis = [Api(persona) for persona in self.personas]
        self.todo = transaction.atomic()
        self.todo.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.todo.__exit__(None, None, None)


def vivir(vida: type[Vida], pocas: int = 12, pasos: int = 30, **lo_que_hay) -> set:
    """Live some lives of at most so many steps, and return what was answered in them. The test fails when one of them
    isn't as the model says, with the shortest that isn't. `lo_que_hay` are attributes of the class."""
    opciones = settings(
        max_examples=EJEMPLOS or pocas,
        stateful_step_count=pasos,
        derandomize=not EJEMPLOS,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    propia = type(vida.__name__, (vida,), lo_que_hay | {"visto": set()})
    run_state_machine_as_test(propia, settings=opciones)
    return propia.visto


def sin_ver(respuestas: dict[str, list[int]], visto: set) -> set:
    """Return what lives should have come across and didn't: with few of them, the first status of each verb; with many,
    all."""
    return {
        (verbo, status) for verbo, todos in respuestas.items() for status in todos[: None if EJEMPLOS else 1]
    } - visto
