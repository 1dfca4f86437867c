"""The panel of solicitudes, and the filter by month of their list."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from monitor.tests.formularios import frases
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory

PANEL, LISTA = "/admin/panel/", "/admin/solicitudes/solicitud/"
# In UTC it is March already; for whoever asks for transport, the last evening of February.
NOCHE = datetime(2026, 3, 1, 5, 59, tzinfo=UTC)
AHORA = datetime(2026, 3, 18, 12, 0, tzinfo=UTC)


@pytest.fixture
def juan(db, monkeypatch):
    """Make some solicitudes, the first two of Juan, a Técnico, and return him."""

    def ahora(momento):
        monkeypatch.setattr("django.utils.timezone.now", lambda: momento)

    juan = UsuarioFactory(tecnico=True)
    ahora(NOCHE)
    SolicitudFactory(asunto="De febrero", solicitante=juan)
    ahora(datetime(2026, 3, 1, 6, 0, tzinfo=UTC))
    aprobada = SolicitudFactory(asunto="De marzo", solicitante=juan)
    Solicitud.objects.aprobar(aprobada.pk, por=aprobada.aprobador)
    SolicitudFactory(asunto="De otro")
    borrada = SolicitudFactory(asunto="Borrada")
    Solicitud.objects.eliminar(borrada.pk, por=borrada.solicitante)
    ahora(datetime(2025, 3, 15, 12, 0, tzinfo=UTC))
    SolicitudFactory(asunto="De hace un año", fecha_servicio=datetime(2025, 3, 20, tzinfo=UTC).date())
    ahora(AHORA)
    return juan


def filas(response) -> dict[str, list[tuple[str, str]]]:
    html = response.content.decode().split('<h2 id="solicitudes">')[1].split("<tbody>")[1]
    return {
        titulo: [(texto, unescape(lista)) for lista, texto in re.findall(r'<a href="([^"]*)">([^<]*)', fila)]
        for titulo, fila in re.findall(r'<th scope="row">([^<]*)</th>(.*?)</tr>', html)
    }


def numeros(response):
    return {titulo: " ".join(texto for texto, _ in cuentas) for titulo, cuentas in filas(response).items()}


def test_por_mes_y_estado(client, juan):
    client.force_login(UsuarioFactory())

    meses = numeros(client.get(PANEL))

    assert (len(meses), next(iter(meses))) == (12, "Abril 2025")
    assert {mes: n for mes, n in meses.items() if not n.startswith("0")} == {
        "Febrero 2026": "1 1 0 0 0 0 0",
        "Marzo 2026": "2 1 1 0 0 0 0",
    }


def test_un_tecnico_cuenta_las_suyas(client, juan):
    client.force_login(juan)

    assert numeros(client.get(PANEL))["Marzo 2026"] == "1 0 1 0 0 0 0"


def test_cada_numero_lleva_a_las_que_cuenta(client, juan):
    client.force_login(juan)

    for mes, cuentas in filas(client.get(PANEL)).items():
        for texto, lista in cuentas:
            assert len(client.get(lista).context["cl"].result_list) == int(texto), (mes, lista)


def test_un_mes_que_la_lista_no_ofrece_se_dice(client, juan):
    client.force_login(juan)

    assert frases(client.get(LISTA, {"mes": "2019-01"}, follow=True)) == [
        "El filtro no es válido: se muestra la lista sin filtros."
    ]
    assert "Mes en que se creó: <strong>Febrero 2026" in client.get(LISTA, {"mes": "2026-02"}).content.decode()
