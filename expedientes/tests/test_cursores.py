"""A cursor is opaque. Anything else in its place, even another list's cursor, is refused before the database is asked
for the list."""

import base64
import re

import pytest

from expedientes.tests.factories import ExpedienteFactory
from monitor.api import tokens
from monitor.api.lists import CURSOR_INVALIDO, seal_of
from monitor.api.tests.cliente import Api, respuesta
from monitor.usuarios.tests.factories import UsuarioFactory


@pytest.mark.django_db
@pytest.mark.parametrize(
    "posicion",
    ['[18446744073709551615,"a"]', '[-9223372036854775809,"a"]', '[1,"a\\u0000"]', '["1","a"]', '[true,"a"]', "[1]",
     '{"1": "a"}', "1", "null", ""],
)  # fmt: skip
def test_cursor_imposible_se_rechaza(client, posicion):
    sello = seal_of("lista", {})
    cursor = base64.urlsafe_b64encode(posicion.replace("[", f'["{sello}",', 1).encode()).decode() or "x"
    cabeceras = {"Authorization": f"Bearer {tokens.issue(UsuarioFactory())}"}

    response = client.get("/api/expedientes", {"por_pagina": 1, "cursor": cursor}, headers=cabeceras)

    assert (response.status_code, response.json()) == (
        400, {"error": CURSOR_INVALIDO, "campos": {"cursor": [CURSOR_INVALIDO]}}
    )  # fmt: skip


OTRAS = [
    "/api/expedientes/nube?por_pagina=1",
    "/api/expedientes?por_pagina=1",
    "/api/expedientes?por_pagina=1&estado=Salida",
    "/api/expedientes?por_pagina=1&estado=Ingreso&q=sin",
]


@pytest.mark.django_db
@pytest.mark.parametrize("otra", OTRAS)
def test_un_cursor_sigue_solo_con_la_lista_y_los_filtros_que_lo_dieron(otra):
    for _ in range(3):
        ExpedienteFactory()
    api = Api(UsuarioFactory())
    enlace = api.get("/api/expedientes?por_pagina=1&estado=Ingreso").headers["Link"]
    cursor = re.search(r"cursor=([^&>]+)", enlace)[1]

    assert len(api.get(f"/api/expedientes?estado=Ingreso&por_pagina=2&cursor={cursor}").json()) == 2
    assert respuesta(api.get(f"{otra}&cursor={cursor}"))[1]["campos"] == {"cursor": [CURSOR_INVALIDO]}
