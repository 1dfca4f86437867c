"""PostgreSQL's own programs, who is connected, and what a role may do."""

import os
import shutil
from contextlib import closing

import psycopg
import pytest
from django.core.management.base import CommandError

from monitor.respaldos.cliente import Cliente
from monitor.respaldos.tests.conftest import al_servidor
from monitor.tests.test_terminal import frase

pytestmark = pytest.mark.postgresql

CLAVE = "una clave que nadie debe ver"


@pytest.fixture
def programas(tmp_path, monkeypatch):
    """A folder that comes first in the PATH."""
    carpeta = tmp_path / "programas"
    carpeta.mkdir()
    monkeypatch.setenv("PATH", f"{carpeta}{os.pathsep}{os.environ['PATH']}")
    return carpeta


def programa(carpeta, nombre, guion):
    ruta = carpeta / nombre
    ruta.write_text(f"#!/bin/sh\n{guion}\n")
    ruta.chmod(0o755)


@pytest.fixture
def de_un_rol(taller, otro_taller):
    """A database of a role that isn't a superuser, and the name of the role."""
    rol = f"rol_{otro_taller.nombre}"
    with al_servidor() as servidor:
        servidor.execute(f"CREATE ROLE {rol} LOGIN CREATEDB PASSWORD '{CLAVE}'")
        otro_taller.url = otro_taller.url.replace("monitor@", f"{rol}:{CLAVE.replace(' ', '%20')}@")
        restaurado = otro_taller.manage(f"restaurar {taller.respaldar()}")
        assert (restaurado.returncode, restaurado.stderr) == (0, "")
        yield otro_taller, rol
        otro_taller.tirar()
        servidor.execute(f"DROP ROLE {rol}")


def test_la_clave_no_esta_en_las_ordenes_ni_en_lo_que_se_dice(de_un_rol, programas):
    taller, rol = de_un_rol
    bitacora = programas / "bitacora"
    for nombre in ("pg_dump", "pg_restore"):
        programa(programas, nombre, f'echo "$0 $@ [$PGPASSWORD]" >> {bitacora}\nexec {shutil.which(nombre)} "$@"')

    simulacro = taller.manage("simulacro")

    lineas = [linea for linea in bitacora.read_text().splitlines() if "--version" not in linea]
    assert len(lineas) == 2
    assert all(f"user={rol}" in linea and linea.endswith(f" [{CLAVE}]") for linea in lineas)
    assert [linea for linea in lineas if CLAVE in linea.removesuffix(f"[{CLAVE}]")] == []
    assert (simulacro.returncode, simulacro.stderr) == (0, "")
    assert CLAVE not in simulacro.stdout


def test_sin_permiso_de_crear_bases_se_dice_como_se_da(de_un_rol):
    taller, rol = de_un_rol
    with al_servidor() as servidor:
        servidor.execute(f"ALTER ROLE {rol} NOCREATEDB")
    archivo = max(taller.respaldos.glob("*.respaldo"))

    for orden in (f"restaurar {archivo} --reemplazar", "simulacro"):
        assert frase(taller.manage(orden)) == (
            f"CommandError: El usuario {rol} de PostgreSQL no puede crear la base en que se restaura y se revisa, y no"
            f' se tocó nada. Permítaselo (sudo -u postgres psql -c "ALTER ROLE {rol} CREATEDB") y repita.'
        )


def test_falta_el_programa(taller, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(CommandError, match=r"^Falta pg_dump: instale postgresql-client-\d+ o posterior y repita\. No"):
        taller.orden("respaldar")

    assert list(taller.respaldos.glob("*.respaldo")) == []


@pytest.mark.parametrize("dicho", ["pg_dump (PostgreSQL) 9.6.24", "otra cosa", ""])
def test_el_programa_es_anterior_al_servidor(taller, programas, dicho):
    programa(programas, "pg_dump", f"echo '{dicho}'")

    with pytest.raises(CommandError, match=r"^pg_dump \(.*\) es anterior a PostgreSQL \d+: instale postgresql-client-"):
        taller.orden("respaldar")


def test_el_programa_dice_por_que_no_pudo(taller, programas):
    de_verdad = shutil.which("pg_dump")
    programa(programas, "pg_dump", f'[ "$1" = --version ] && exec {de_verdad} --version\necho "se cayó" >&2\nexit 3')

    with pytest.raises(CommandError, match=r"^pg_dump no pudo, y no se tocó nada: se cayó$"):
        taller.orden("respaldar")

    assert [ruta.name for ruta in taller.respaldos.iterdir()] == [".monitor-respaldos"]


def test_si_pg_restore_falla_a_medias_la_base_sigue_como_estaba(taller, programas):
    archivo = taller.respaldar()
    habia = taller.contenido()
    de_verdad = shutil.which("pg_restore")
    guion = f'[ "$1" = --version ] && exec {de_verdad} --version\nhead -c 100 >/dev/null\necho "no cabe" >&2\nexit 1'
    programa(programas, "pg_restore", guion)

    with pytest.raises(CommandError, match=r"^pg_restore no pudo, y no se tocó nada: no cabe$"):
        taller.orden("restaurar", archivo, reemplazar=True)

    assert taller.contenido() == habia
    assert taller.bases() == [taller.nombre]


def test_no_se_restaura_mientras_alguien_esta_conectado(taller):
    archivo = taller.respaldar()

    with closing(psycopg.connect(taller.url, application_name="curioso")), pytest.raises(CommandError) as error:
        taller.orden("restaurar", archivo, reemplazar=True)

    assert str(error.value).startswith(f"La base {taller.nombre} está en uso (")
    assert "curioso" in str(error.value)
    assert taller.bases() == [taller.nombre]


def test_quien_se_conecta_entretanto_detiene_el_cambio(taller, monkeypatch):
    archivo = taller.respaldar()
    conectados = []

    def conectarse(*_):
        conectados.append(psycopg.connect(taller.url))

    monkeypatch.setattr("monitor.management.commands.restaurar.exigir_igual", conectarse)
    with pytest.raises(CommandError, match="está en uso"):
        taller.orden("restaurar", archivo, reemplazar=True)

    conectados[0].close()
    assert taller.bases() == [taller.nombre]


def test_un_simulacro_no_tira_la_base_de_otro(taller):
    """Only what nobody works with is left over."""
    archivo = taller.respaldar()
    ajena = f"{taller.nombre}_prueba_1"
    with al_servidor() as otro:
        otro.execute(f"CREATE DATABASE {ajena}")
        otro.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [ajena])
        taller.orden("restaurar", archivo, reemplazar=True)
        assert ajena in taller.bases()
    taller.orden("restaurar", archivo, reemplazar=True)

    assert ajena not in taller.bases()


def test_cliente_conecta_con_lo_que_dice_la_url():
    cliente = Cliente({"dbname": "x", "user": "ana", "password": CLAVE, "sslmode": "require", "cursor_factory": 1})

    assert cliente._parametros == {"dbname": "x", "user": "ana", "password": CLAVE, "sslmode": "require"}
