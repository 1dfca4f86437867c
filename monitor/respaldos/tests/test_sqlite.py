"""The file of SQLite: who has it open, and what stands beside it."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager

import pytest
from django.core.management.base import CommandError

from monitor.respaldos.intercambio import abierta_por
from monitor.respaldos.tests.test_ordenes import interrumpida
from monitor.tests.test_terminal import EN_POSTGRESQL, frase

pytestmark = pytest.mark.skipif(EN_POSTGRESQL, reason="sólo en SQLite")


def con_wal(taller, cuantos=5):
    """Write rows that are only in the `-wal`, as a process that was killed leaves them."""
    programa = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA journal_mode=WAL')\n"
        "insertar = 'INSERT INTO django_session VALUES (?, ?, ?)'\n"
        f"for n in range({cuantos}): c.execute(insertar, (f's{{n}}', '', '2026'))\n"
        "os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", programa, taller.archivo])
    assert taller.archivo.with_name(f"{taller.archivo.name}-wal").stat().st_size > 0


def sesiones(ruta):
    with closing(sqlite3.connect(ruta)) as conexion:
        assert conexion.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        return conexion.execute("SELECT count(*) FROM django_session").fetchone()[0]


def test_lo_que_esta_solo_en_el_wal_se_respalda(taller, otro_taller):
    con_wal(taller)

    otro_taller.orden("restaurar", taller.respaldar())

    assert sesiones(otro_taller.archivo) == 5


def test_se_restaura_junto_a_un_wal_viejo(taller):
    archivo = taller.respaldar()
    con_wal(taller)

    taller.orden("restaurar", archivo, reemplazar=True)

    assert sesiones(taller.archivo) == 0
    [aparte] = [ruta for ruta in taller.casa.glob("*.anterior-*") if ruta.name[-1] == "Z"]
    assert sesiones(aparte) == 5


def test_se_restaura_donde_solo_quedo_el_wal(taller):
    archivo = taller.respaldar()
    con_wal(taller)
    taller.archivo.unlink()

    dicho = taller.orden("restaurar", archivo)

    assert sesiones(taller.archivo) == 0
    assert f"La anterior quedó en {taller.archivo}.anterior-" in dicho
    assert [ruta.name[-4:] for ruta in sorted(taller.casa.glob("*.anterior-*"))] == ["-shm", "-wal"]


def test_se_restaura_sobre_un_archivo_roto(taller):
    """The file that is there can't be read, and stays aside as it is."""
    archivo = taller.respaldar()
    bytes_ = b"esto no es una base " * 100
    taller.archivo.write_bytes(bytes_)

    with pytest.raises(CommandError, match=r"un archivo que no se puede leer \(file is not a database\)"):
        taller.orden("restaurar", archivo)
    taller.orden("restaurar", archivo, reemplazar=True)

    assert sesiones(taller.archivo) == 0
    [aparte] = taller.casa.glob("*.anterior-*")
    assert aparte.read_bytes() == bytes_


def test_una_base_daniada_no_se_respalda_ni_se_lleva_los_respaldos(taller):
    taller.respaldar()
    bytes_ = bytearray(taller.archivo.read_bytes())
    for lugar in range(len(bytes_) // 2, len(bytes_), 4096):
        bytes_[lugar : lugar + 40] = b"\0" * 40
    taller.archivo.write_bytes(bytes_)

    dicho = frase(taller.manage("respaldar --diarios 0"))

    assert dicho.startswith(("CommandError: La base está dañada", "CommandError: El archivo de la base está dañado"))
    assert len(list(taller.respaldos.glob("*.respaldo"))) == 1
    assert len(list(taller.respaldos.iterdir())) == 2


def test_un_indice_danado_se_nota_aunque_las_filas_se_lean(taller):
    with closing(sqlite3.connect(taller.archivo)) as conexion:
        conexion.execute("PRAGMA writable_schema=ON")
        raices = "SELECT rootpage FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'expediente' LIMIT 2"
        (una,), (otra,) = conexion.execute(raices).fetchall()
        conexion.execute(
            f"UPDATE sqlite_schema SET rootpage = {una} + {otra} - rootpage WHERE rootpage IN ({una}, {otra})"
        )
        conexion.commit()

    with pytest.raises(CommandError, match="La base está dañada: no se guardó un respaldo de ella, ni se quitó"):
        taller.orden("respaldar")


def test_mirar_lo_que_hay_no_lo_cambia(taller):
    archivo = taller.respaldar()
    con_wal(taller)
    antes = [ruta.read_bytes() for ruta in (taller.archivo, taller.archivo.with_name(f"{taller.archivo.name}-wal"))]

    with pytest.raises(CommandError, match="  django_session: 5 filas, y en el respaldo 0"):
        taller.orden("restaurar", archivo)

    despues = [ruta.read_bytes() for ruta in (taller.archivo, taller.archivo.with_name(f"{taller.archivo.name}-wal"))]
    assert despues == antes


def test_sin_base_no_hay_nada_que_respaldar(otro_taller):
    with pytest.raises(CommandError, match=r"No existe la base .*: no hay nada que respaldar\."):
        otro_taller.orden("respaldar")

    assert not otro_taller.archivo.exists()


def test_no_se_restaura_mientras_alguien_la_tiene_abierta(taller):
    """Also when it does nothing with it."""
    archivo = taller.respaldar()
    with abierta(taller.archivo) as otro, pytest.raises(CommandError) as error:
        taller.orden("restaurar", archivo, reemplazar=True)

    assert str(error.value).startswith(f"La base {taller.archivo} está en uso ({otro.pid}: {sys.executable} -c")
    assert str(error.value).endswith(
        "Detenga Monitor, su correo y su nube (sudo systemctl stop monitor monitor-correo monitor-nube) y repita."
    )
    assert taller.bases() == [taller.archivo.name]


@contextmanager
def abierta(ruta):
    """Have another process keep an idle connection to the file, in WAL mode as ours are."""
    programa = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA journal_mode=WAL'); print('listo', flush=True)\n"
        "sys.stdin.read(); c.close()"
    )
    orden = [sys.executable, "-c", programa, ruta]
    with subprocess.Popen(orden, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as proceso:
        assert proceso.stdout.readline() == "listo\n"
        yield proceso
        proceso.stdin.close()


def test_no_se_restaura_mientras_se_sirve_aunque_nadie_haya_pedido_nada(taller):
    archivo = taller.respaldar()
    with taller.sirviendo(), pytest.raises(CommandError, match="está en uso"):
        taller.orden("restaurar", archivo, reemplazar=True)

    taller.orden("restaurar", archivo, reemplazar=True)


def test_un_intercambio_interrumpido_no_pierde_nada(taller):
    """It is killed when the `-wal` of the present file is aside, and the new file isn't in its place."""
    archivo = taller.respaldar()
    con_wal(taller)
    interrumpida(taller, f"restaurar {archivo} --reemplazar", "monitor.respaldos.intercambio._poner")

    with pytest.raises(CommandError, match="  django_session: 5 filas, y en el respaldo 0"):
        taller.orden("restaurar", archivo)

    assert list(taller.casa.glob("*.anterior-*")) == []
    assert sesiones(taller.archivo) == 5


def test_quien_abrio_la_anterior_entretanto_no_escribe_en_ella(taller, monkeypatch):
    """It opens the file just before the exchange, and waits for a lock. The exchange waits until it gives up."""
    archivo = taller.respaldar()
    programa = (
        "import sqlite3, sys\n"
        "print('listo', flush=True)\n"
        "c = sqlite3.connect(sys.argv[1], timeout=1, isolation_level=None)\n"
        "try: c.execute(\"INSERT INTO django_session VALUES ('perdida', '', '2026')\")\n"
        "except sqlite3.OperationalError as error: print(error, flush=True)"
    )
    otros = []

    def abrir_antes(ruta, anterior, de=os.link):
        otro = subprocess.Popen([sys.executable, "-c", programa, ruta], stdout=subprocess.PIPE, text=True)
        otros.append(otro)
        while otro.poll() is None and not abierta_por(ruta.stat()):
            time.sleep(0.01)
        de(ruta, anterior)

    monkeypatch.setattr("monitor.respaldos.intercambio.os.link", abrir_antes)
    taller.orden("restaurar", archivo, reemplazar=True)

    [otro] = otros
    assert otro.poll() is not None or abierta_por(taller.archivo.stat()) == []
    assert otro.communicate()[0] == "listo\ndatabase is locked\n"
    [aparte] = taller.casa.glob("*.anterior-*Z")
    assert (sesiones(taller.archivo), sesiones(aparte)) == (0, 0)


def test_el_archivo_restaurado_conserva_sus_permisos(taller):
    archivo = taller.respaldar()
    taller.archivo.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(taller.archivo, 12345, 12345)

    taller.orden("restaurar", archivo, reemplazar=True)

    dato = taller.archivo.stat()
    assert dato.st_mode & 0o777 == 0o640
    assert os.geteuid() != 0 or (dato.st_uid, dato.st_gid) == (12345, 12345)


def test_una_copia_del_archivo_solo_no_sirve(taller):
    """This is why there is a command: the copy lacks what was acknowledged."""
    con_wal(taller)
    copia = taller.casa / "copia.sqlite3"
    shutil.copyfile(taller.archivo, copia)

    assert sesiones(copia) == 0
