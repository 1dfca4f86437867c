import socket
import threading
import time
from contextlib import nullcontext

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from catalogos.models import Aseguradora, Departamento, Lugar
from monitor import puerto
from monitor import settings as ajustes
from monitor.management.commands.demo import corriendo
from monitor.management.dibujos import VISTAS, Unidad, foto
from monitor.origen import fingiendo
from monitor.tests.casa import Casa
from monitor.tests.test_forma import MODULOS
from monitor.usuarios.models import Usuario


def test_solo_la_demostracion_finge_un_momento(settings):
    settings.DEMO = False
    with pytest.raises(RuntimeError), fingiendo(timezone.now()):
        pytest.fail("entró")

    fingen = {modulo for modulo, archivo in MODULOS.items() if "fingiendo(" in archivo.read_text(encoding="utf-8")}
    assert fingen == {"monitor.origen", "monitor.management.commands.seed_demo"}


def test_los_dibujos_son_siempre_los_mismos():
    unidad = Unidad("7/846162", "XCR-599-A", "Ford Figo", "Hatchback", "Vino")
    tomada = timezone.localtime()

    for vista in VISTAS:
        assert foto(vista, unidad, tomada) == foto(vista, unidad, tomada)


@pytest.mark.django_db
def test_seed_demo_solo_en_la_demo():
    with pytest.raises(CommandError, match="DEMO=on"):
        call_command("seed_demo")

    assert not Usuario.objects.exists()


@pytest.mark.django_db
def test_seed_demo_sin_los_catalogos_de_muestra(settings):
    settings.DEMO = True
    call_command("seed_catalogos", verbosity=0)
    with pytest.raises(CommandError) as error:
        call_command("seed_demo")

    assert str(error.value) == (
        "Faltan los catálogos de muestra: corra antes «manage.py seed_catalogos --con-ejemplos»."
    )
    assert not Usuario.objects.exists()


@pytest.fixture
def preparar(db, settings, monkeypatch):
    """Run the demo as far as serving it."""
    monkeypatch.setattr("monitor.management.commands.demo.corriendo", lambda *_: nullcontext())
    monkeypatch.setattr("monitor.management.commands.serve.Command.handle", lambda *_, **__: None)

    def preparar(*, demo):
        settings.DEMO = demo
        call_command("demo")

    return preparar


def test_sin_demo_no_se_carga_la_institucion_de_muestra(preparar):
    preparar(demo=False)

    assert (Departamento.objects.count(), Lugar.objects.count(), Usuario.objects.count()) == (0, 0, 0)
    assert Aseguradora.objects.count() == 3


def test_corriendo_detiene_tambien_al_que_apenas_arranca(monkeypatch):
    """The end may come while the process is being started, and nobody could wait for a process that wasn't told to
    stop."""
    terminado = threading.Event()

    class Lento:
        def __init__(self, *_, **__):
            time.sleep(0.3)

        def wait(self):
            terminado.wait(5)
            return 0

        def terminate(self):
            terminado.set()

    monkeypatch.setattr("monitor.management.commands.demo.subprocess.Popen", Lento)

    with corriendo("enviar_correos"):
        pass

    assert terminado.is_set()


def test_make_run_mira_su_puerto_antes_que_nada(tmp_path):
    casa = Casa(tmp_path)
    with socket.create_server(("127.0.0.1", casa.puerto)):
        dicho = casa.correr()

    assert f"El puerto {casa.puerto} de 127.0.0.1 está ocupado" in dicho
    assert [archivo.name for archivo in casa.carpeta.iterdir() if archivo.name in (".env", "staticfiles")] == []


def test_el_puerto_del_archivo_env(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(puerto, "ENV", tmp_path / ".env")
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setenv("HOST", "")
    with socket.create_server(("127.0.0.1", 0)) as ocupado:
        numero = ocupado.getsockname()[1]
        puerto.ENV.write_text(f"# PORT=1\nPORT='{numero}'\nOTRA=ñ\n", encoding="utf-8")

        with pytest.raises(SystemExit, match=f"El puerto {numero} de 127"):
            puerto.main()
    with pytest.raises(SystemExit) as libre:
        puerto.main()
    assert libre.value.code is None


@pytest.mark.lenta
@pytest.mark.skipif("postgresql" in ajustes.BASE_DE_DATOS["ENGINE"], reason="La demostración usa la base embebida")
def test_make_run_sirve_y_la_segunda_vez_no_pierde_nada(tmp_path):
    casa = Casa(tmp_path)

    primera, segunda = casa.correr(), casa.correr()

    assert "Demostración: 3 personas y 40 expedientes." in primera
    assert f"http://127.0.0.1:{casa.puerto}/admin/" in primera
    assert "juan.perez" in primera
    assert "Demostración: 3 personas" not in segunda
    assert "juan.perez" in segunda
    assert "Traceback" not in primera + segunda
    # Nothing is collected that no page asks for.
    recogidos = casa.carpeta / "staticfiles"
    suyos = {"admin", "drf_spectacular_sidecar", "monitor", "solicitudes"}
    assert {hay.name for hay in recogidos.iterdir() if hay.is_dir()} == suyos
    assert [hay.name for hay in (recogidos / "drf_spectacular_sidecar").iterdir()] == ["swagger-ui-dist"]
