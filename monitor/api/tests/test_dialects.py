"""How instants are written, from a value or from the text that each database has of it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitor.api.dialects import DIRECT

DE_LA_BASE = DIRECT.from_text[datetime]


@pytest.mark.parametrize(
    ("fraccion", "milisegundos"),
    [("", "000"), (".5", "500"), (".05", "050"), (".005", "005"), (".120", "120"), (".123456", "123")],
)
@pytest.mark.parametrize("huso", ["", "+00"])
def test_instante_de_la_base_lleva_sus_milisegundos_a_la_derecha(fraccion, milisegundos, huso):
    """PostgreSQL cuts the zeros at the end and adds its offset; SQLite does neither."""
    assert DE_LA_BASE(f"2024-03-20 10:30:00{fraccion}{huso}") == f"2024-03-20T10:30:00.{milisegundos}Z"


def test_instante_de_otro_huso_se_escribe_en_utc():
    mexico = timezone(timedelta(hours=-6))

    assert DIRECT.moment(datetime(2024, 3, 20, 20, 30, 1, 500_000, tzinfo=mexico)) == "2024-03-21T02:30:01.500Z"
    assert DIRECT.moment(datetime(2024, 3, 21, 2, 30, 1, 5000, tzinfo=UTC)) == "2024-03-21T02:30:01.005Z"
