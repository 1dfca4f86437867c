import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management.base import CommandError

from monitor.respaldos.carpeta import NOMBRE, Regla, guardar, mesa, quitar_viejos, respaldos
from monitor.respaldos.frases import tamanio

AHORA = datetime(2026, 11, 26, 9, 15, tzinfo=UTC)  # a Thursday
NINGUNO = Regla(0, 0, 0)


def noches(cuantas):
    return [AHORA - timedelta(days=n) for n in reversed(range(cuantas))]


def dias(momentos):
    return sorted(momento.strftime("%m-%d") for momento in momentos)


def test_se_quedan_los_ultimos_de_cada_dia():
    assert dias(Regla(7, 0, 0).se_quedan(noches(30), AHORA)) == [f"11-{dia}" for dia in range(20, 27)]


def test_se_queda_el_ultimo_de_cada_semana():
    assert dias(Regla(0, 4, 0).se_quedan(noches(60), AHORA)) == ["11-08", "11-15", "11-22", "11-25", "11-26"]


def test_se_queda_el_ultimo_de_cada_mes():
    quedan = dias(Regla(0, 0, 3).se_quedan(noches(120), AHORA))

    assert quedan == ["09-30", "10-31", "11-25", "11-26"]


def test_la_regla_de_un_anio_y_medio():
    quedan = Regla().se_quedan(noches(550), AHORA)

    assert len(quedan) == 7 + 2 + 11  # the present week and month are among the days
    assert min(quedan) == datetime(2025, 12, 31, 9, 15, tzinfo=UTC)


def test_la_misma_semana_de_otro_anio_es_otra():
    un_anio_antes = datetime(2025, 11, 26, 9, 15, tzinfo=UTC)

    assert Regla(0, 2, 0).se_quedan([un_anio_antes, AHORA], AHORA) == {un_anio_antes, AHORA}


def test_los_dias_sin_respaldo_no_cuentan():
    """Whatever wasn't made for months, the last ones stay."""
    viejos = [AHORA - timedelta(days=n) for n in (300, 200, 199, 198)]

    assert Regla(2, 0, 0).se_quedan(viejos, AHORA) == set(viejos[-2:])


def test_de_los_ultimos_dos_dias_se_quedan_todos():
    hoy = [AHORA - timedelta(hours=n) for n in (60, 47, 30, 29, 1, 0)]

    assert NINGUNO.se_quedan(hoy, AHORA) == set(hoy[1:])


def test_el_ultimo_se_queda_siempre():
    viejo = [AHORA - timedelta(days=900)]

    assert NINGUNO.se_quedan(viejo, AHORA) == set(viejo)
    assert NINGUNO.se_quedan([], AHORA) == set()


def test_solo_se_quitan_respaldos(tmp_path):
    for momento in noches(5):
        (tmp_path / momento.strftime(NOMBRE)).touch()
    for ajeno in ("monitor-2020-01-01.respaldo", "monitor-2020-01-01T000000Z.respaldo.bak", "fotos.zip"):
        (tmp_path / ajeno).touch()

    quitados = quitar_viejos(tmp_path, NINGUNO, AHORA)

    assert [ruta.name for ruta in quitados] == [momento.strftime(NOMBRE) for momento in noches(5)[:3]]
    assert list(respaldos(tmp_path)) == noches(5)[3:]
    assert len(list(tmp_path.iterdir())) == 5


def test_guardar_no_pisa_otro(tmp_path):
    for nombre in ("nuevo", "viejo"):
        (tmp_path / nombre).write_text(nombre)

    with pytest.raises(CommandError, match=r"Ya existe .*/viejo\. No se tocó"):
        guardar(tmp_path / "nuevo", tmp_path / "viejo")

    assert (tmp_path / "viejo").read_text() == "viejo"


def test_la_mesa_se_limpia_al_final_y_tambien_de_lo_que_otro_dejo(tmp_path):
    (tmp_path / ".monitor-en-curso-x").mkdir()
    (tmp_path / ".monitor-en-curso-x" / "base.sqlite3").touch()

    with mesa(tmp_path, print) as lugar:
        (lugar / "algo").touch()
        assert [ruta.name for ruta in tmp_path.glob(".monitor-en-curso-*")] == [lugar.name]

    assert [ruta.name for ruta in tmp_path.iterdir()] == [".monitor-respaldos"]


def test_en_una_carpeta_se_trabaja_por_turnos(tmp_path):
    """The second one says that it waits, and begins when the first one is done."""
    orden = (
        "import sys; from pathlib import Path; from monitor.respaldos.carpeta import mesa\n"
        "with mesa(Path(sys.argv[1]), lambda frase: print(frase, flush=True)): print('listo', flush=True)"
    )
    with mesa(tmp_path, print) as lugar:
        otro = subprocess.Popen(
            [sys.executable, "-c", orden, tmp_path],
            cwd=settings.BASE_DIR,
            env=os.environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert otro.stdout.readline() == (
            f"Otro respaldo o simulacro trabaja en {tmp_path}: se espera a que termine.\n"
        )
        while otro.poll() is None and not espera_un_cerrojo(otro.pid):
            time.sleep(0.01)
        assert (otro.poll(), lugar.exists()) == (None, True)
    assert otro.communicate()[0] == "listo\n"


def espera_un_cerrojo(pid):
    """Return whether the process waits for a lock. The system lists it as «1: -> FLOCK ADVISORY WRITE 4321 …»."""
    return re.search(rf"^\d+: -> FLOCK +ADVISORY +WRITE {pid} ", Path("/proc/locks").read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    ("bytes_", "frase"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (31_249_000, "31.2 MB"), (5e15, "5000.0 TB")],
)
def test_tamanio(bytes_, frase):
    assert tamanio(bytes_) == frase
