import socket
import threading
import time
from collections import Counter
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from catalogos.models import Aseguradora, Departamento, Lugar, TipoPrioridadSolicitud, TipoServicioSolicitud
from expedientes.comentarios.models import Comentario
from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.revision import filas_con_problemas
from expedientes.levantamientos.models import Levantamiento
from expedientes.models import Expediente
from monitor import puerto
from monitor import settings as ajustes
from monitor.cambios.models import Cambio
from monitor.management.commands.demo import corriendo
from monitor.management.dibujos import VISTAS, Unidad, foto
from monitor.origen import fingiendo
from monitor.tests.casa import Casa
from monitor.tests.test_forma import MODULOS
from monitor.usuarios.models import Usuario


@pytest.fixture
def demo(settings, db):
    settings.DEMO = settings.SALIDA_CON_CHECKLIST = True
    call_command("seed_catalogos", "--con-ejemplos", verbosity=0)
    call_command("seed_demo")


def test_seed_demo_crea_las_personas_del_contrato(demo):
    assert list(Usuario.objects.values_list("pk", "nombre", "rol", "es_demo")) == [
        (1, "Juan Pérez", "Administrador", True),
        (2, "Antonio Ramírez", "Tecnico", True),
        (3, "María González", "Operador", True),
    ]


def test_seed_demo_deja_libre_el_siguiente_id(demo):
    assert Usuario.objects.registrar(username="otra", password="mesa-redonda-58", rol="Tecnico", por=None).pk > 3


def test_seed_demo_abre_expedientes_validos_en_todos_los_estados(demo):
    estados = Counter(Expediente.objects.values_list("estado", flat=True))

    assert estados == {"Ingreso": 11, "Restauracion": 12, "Pendiente_de_salida": 8, "Salida": 9}
    for expediente in Expediente.objects.all():
        expediente.full_clean(validate_unique=False)
    assert set(Expediente.objects.values_list("aseguradora", flat=True)) == {
        None,
        *Aseguradora.objects.values_list("pk", flat=True),
    }


def test_seed_demo_guarda_fotos_y_documentos_como_quien_los_sube(demo):
    evidencia = list(Evidencia.objects.order_by("pk"))
    fotos = [una for una in evidencia if una.tipo == "evidencia"]

    assert list(filas_con_problemas()) == []
    assert {una.tipo_mime for una in evidencia} == {"image/jpeg", "application/pdf", "text/plain"}
    assert len(fotos) >= 12
    assert sum(una.tamano for una in evidencia) < 1024 * 1024
    assert all((foto.ancho, foto.alto) == (800, 600) for foto in fotos)
    assert all(timedelta() <= foto.fecha_carga - foto.tomada_en < timedelta(minutes=1) for foto in fotos)
    assert {(foto.latitud, foto.longitud) for foto in fotos if foto.latitud} == {(19.4326389, -99.1334167)}
    assert Comentario.objects.count() >= 10
    assert all(Levantamiento.objects.costo_total(uno.pk) > 0 for uno in Levantamiento.objects.all())


def test_los_expedientes_de_la_demo_tienen_un_pasado_entero(demo):
    ahora = timezone.now()
    for expediente in Expediente.objects.all():
        pasos = list(expediente.historial.order_by("eslabon").values_list("fecha_cambio", flat=True))
        cambios = list(Cambio.objects.filter(uid=expediente.uid).order_by("eslabon").values_list("fecha", flat=True))

        assert pasos == sorted(pasos)
        assert cambios == sorted(cambios)
        assert max(cambios) <= ahora
        assert expediente.en_estado_desde == pasos[-1]
        assert timezone.localdate(pasos[0]) == expediente.fecha_ingreso
    dias = [expediente.dias_en_el_estado for expediente in Expediente.objects.exclude(estado="Salida")]
    assert (min(dias), max(dias)) == (0, 22)
    call_command("verificar_historial")


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


def test_seed_demo_no_toca_una_base_con_usuarios(demo):
    with pytest.raises(CommandError, match="ya tiene usuarios"):
        call_command("seed_demo")

    assert Usuario.objects.count() == 3


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


def test_la_demo_tiene_las_filas_del_contrato(preparar):
    preparar(demo=True)
    Lugar.objects.actualizar(12, {"nombre": "Oficina del Norte"}, por=None)
    preparar(demo=True)

    assert [str(TipoPrioridadSolicitud.objects.get(pk=pk)) for pk in (1, 2)] == ["Urgente", "Normal"]
    assert str(TipoServicioSolicitud.objects.get(pk=1)) == "Transporte de personal"
    assert str(Departamento.objects.get(pk=2)) == "Logística"
    assert [str(Lugar.objects.get(pk=pk)) for pk in (5, 12)] == ["Sede Central", "Oficina del Norte"]


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
