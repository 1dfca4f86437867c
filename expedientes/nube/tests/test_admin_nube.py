"""The cloud in the admin."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from expedientes.archivo import ExpedienteArchivado
from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.tests.formas import FOTO, con_archivo, subida
from expedientes.models import Expediente
from expedientes.nube.models import Respaldo, Resultado, Tipo
from expedientes.nube.tests.conftest import salido
from expedientes.nube.tests.cubeta import que_corte_la_subida
from monitor.api.tests.cliente import Api
from monitor.archivos import ALMACEN
from monitor.archivos.nube import NUBE
from monitor.archivos.tests.muestras import PDF
from monitor.db.writes import NOBODY
from monitor.usuarios.tests.factories import UsuarioFactory

PAGINA = "/admin/expedientes/expediente/SIN_2F1/change/"
RUTA = "/admin/expedientes/expediente/SIN_2F1/evidencia"
BOTONES = ("Respaldar a la nube", "Restaurar de la nube", "Revisar integridad")


def botones(client) -> list[str]:
    pagina = client.get(PAGINA).content.decode()
    return [boton for boton in BOTONES if f">{boton}</button>" in pagina]


def decir(client, verbo) -> str:
    """Press a button, and return the page that follows."""
    pagina = client.post(f"{RUTA}/{verbo}/", follow=True)
    assert pagina.redirect_chain == [(f"{PAGINA}#evidencia", 302)]
    return pagina.content.decode()


@pytest.fixture
def dos(db):
    salido("SIN/1")
    quien = Api(UsuarioFactory())
    return subida(quien, "SIN/1"), subida(quien, "SIN/1", con_archivo(PDF, "póliza.pdf"))


def test_respaldar_restaurar_y_revisar(client, como_administrador, nube, dos):
    assert botones(client) == [BOTONES[0], BOTONES[2]]
    assert "En el servidor del taller</span>" in client.get(PAGINA).content.decode()
    nube.falla = lambda paso: paso.path.endswith(".pdf") and que_corte_la_subida(paso)
    frase = "La nube no responde. Lo que ya pasó se queda en la nube; repita para seguir con lo que falta."
    assert frase in decir(client, "respaldar")
    assert botones(client) == [*BOTONES]
    assert "1 en el taller y 1 en la nube" in client.get(PAGINA).content.decode()
    nube.falla = None
    assert "Pasaron a la nube: 1." in decir(client, "respaldar")
    assert botones(client) == [*BOTONES[1:]]
    assert client.get(f"{RUTA}/{dos[0]['id']}/archivo/").content == FOTO
    assert client.get(f"{RUTA}/{dos[0]['id']}/miniatura/").status_code == 200
    assert "Se leyeron otra vez las 2: todas son como llegaron." in decir(client, "integridad")
    NUBE.borrar(Evidencia.objects.get(pk=dos[1]["id"]).llave_nube)
    frase = f"De 2, 1 son como llegaron. Faltan: «póliza.pdf» ({dos[1]['id']}). Avise a quien opera el servidor"
    assert frase in decir(client, "integridad")
    assert f"Evidencias alteradas o ausentes en la nube: {dos[1]['id']}." in decir(client, "restaurar")
    assert botones(client) == [*BOTONES]


def test_se_ve_cuando_se_reviso_y_que_se_hallo(client, como_administrador, almacen, dos):
    def a_la_vista():
        dicho = re.search(r'<span class="integridad (\w+)">(.*?)</span>', client.get(PAGINA).content.decode())
        return dicho[1], dicho[2].split(" · ")[0]

    assert a_la_vista() == ("falta", "Sin revisar si están como llegaron")
    decir(client, "integridad")
    assert a_la_vista() == ("bien", "Todas como llegaron")
    assert " · revisadas el " in client.get(PAGINA).content.decode()
    tercera = subida(Api(como_administrador), "SIN/1", con_archivo(FOTO, "otra.jpg"))
    assert a_la_vista() == ("falta", "Como llegaron, salvo 1 sin revisar")
    ALMACEN.borrar(Evidencia.objects.get(pk=tercera["id"]).lugar)
    with pytest.raises(CommandError):
        call_command("revisar_evidencias", stdout=StringIO())
    assert a_la_vista() == ("mal", "Alteradas o ausentes: 1")
    Expediente.objects.archivar("SIN/1", por=como_administrador)
    Expediente.objects.restaurar(ExpedienteArchivado.objects.get().pk, por=como_administrador)
    assert a_la_vista() == ("mal", "Alteradas o ausentes: 1")


def test_cada_rol_ve_lo_suyo(client, nube, dos):
    esperado = {"tecnico": [], "operador": [BOTONES[0], BOTONES[2]]}
    for rol, suyos in esperado.items():
        client.force_login(UsuarioFactory(tecnico=rol == "tecnico"))
        assert botones(client) == suyos
        assert client.post(f"{RUTA}/restaurar/").status_code == 403
        assert client.get(f"{RUTA}/respaldar/").status_code == 405
    assert Evidencia.objects.en_la_nube().count() == 0


def test_sin_nube_no_se_ofrece(client, como_administrador, almacen, dos):
    assert botones(client) == [BOTONES[2]]
    assert "La nube no está configurada." in decir(client, "respaldar")


def test_la_lista_de_los_respaldos_se_mira_y_nada_mas(client, como_administrador):
    respaldo = Respaldo.objects.anotar(Tipo.NUBE, Resultado.PARCIAL, "Evidencias subidas: 2.", por=NOBODY)
    lista = client.get("/admin/expedientes/respaldo/").content.decode()
    assert "Evidencias subidas: 2." in lista
    assert client.get("/admin/expedientes/respaldo/add/").status_code == 403
    assert client.get(f"/admin/expedientes/respaldo/{respaldo.pk}/delete/").status_code == 403
    assert "Guardar" not in client.get(f"/admin/expedientes/respaldo/{respaldo.pk}/change/").content.decode()
    client.force_login(UsuarioFactory())
    assert client.get("/admin/expedientes/respaldo/").status_code == 403
