"""A cursor is opaque: whatever else comes in its place is refused, before it reaches the database."""

import base64

import pytest

from monitor.api import tokens
from monitor.api.lists import CURSOR_INVALIDO
from monitor.usuarios.tests.factories import UsuarioFactory


@pytest.mark.django_db
@pytest.mark.parametrize(
    "posicion",
    ['[18446744073709551615,"a"]', '[-9223372036854775809,"a"]', '[1,"a\\u0000"]', '["1","a"]', '[true,"a"]', "[1]",
     '{"1": "a"}', "1", "null", ""],
)  # fmt: skip
def test_cursor_imposible_se_rechaza(client, posicion):
    cursor = base64.urlsafe_b64encode(posicion.encode()).decode() or "x"
    cabeceras = {"Authorization": f"Bearer {tokens.issue(UsuarioFactory())}"}

    response = client.get("/api/expedientes", {"por_pagina": 1, "cursor": cursor}, headers=cabeceras)

    assert (response.status_code, response.json()) == (
        400, {"error": CURSOR_INVALIDO, "campos": {"cursor": [CURSOR_INVALIDO]}}
    )  # fmt: skip
