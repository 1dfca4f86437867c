"""`respaldar`, `restaurar` and `simulacro` as operators use them, on both databases."""

import os
import re
import resource
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.core.management.base import CommandError

from monitor.respaldos.carpeta import NOMBRE
from monitor.respaldos.contenedor import Respaldo, escribir
from monitor.respaldos.manifiesto import Tabla
from monitor.tests.test_terminal import EN_POSTGRESQL, frase

PARTE = "base.pgdump" if EN_POSTGRESQL else "base.sqlite3"
DESPUES = [
    "UPDATE expediente SET color = 'otro' WHERE no_siniestro IN (SELECT min(no_siniestro) FROM expediente)",
    "DELETE FROM post_office_email",
]

pytestmark = pytest.mark.con_su_base


def estropear(taller):
    for sentencia in DESPUES:
        taller.consultar(sentencia)


def rehacer(ruta, **cambios):
    """Write the backup again with another manifest, as somebody would who knows how."""
    otra = ruta.with_name("rehecho.respaldo")
    with Respaldo(ruta) as respaldo, respaldo.parte(PARTE) as parte:
        manifiesto = replace(respaldo.manifiesto, **cambios)
        escribir(otra, manifiesto, PARTE, lambda destino: destino.write(parte.read()))
    return otra


def test_respaldar_y_restaurar_devuelve_todo(taller):
    antes = taller.contenido()
    respaldado = taller.manage("respaldar")
    [archivo] = taller.respaldos.glob("monitor-*.respaldo")
    estropear(taller)

    restaurado = taller.manage(f"restaurar {archivo} --reemplazar")

    assert (respaldado.returncode, respaldado.stderr) == (0, "")
    assert re.search(r": \d+\.\d kB, \d+ tablas, [\d,]+ filas\.\n$", respaldado.stdout)
    assert (restaurado.returncode, restaurado.stderr) == (0, "")
    assert "Todo es igual: " in restaurado.stdout
    assert "Lo que se revocó o se desactivó después, hágalo otra vez." in restaurado.stdout
    assert taller.contenido() == antes
    assert taller.manage("createsuperuser --noinput --username ana").returncode == 0


def test_lo_que_habia_queda_aparte(taller):
    archivo = taller.respaldar()
    estropear(taller)
    habia = taller.contenido()

    dicho = taller.orden("restaurar", archivo, reemplazar=True)

    aparte = re.search(r"La anterior quedó en (\S+)\. Cuando no haga falta: (rm|dropdb) \1", dicho)[1]
    taller.url, taller.archivo = taller.url.replace(taller.nombre, aparte), aparte
    assert taller.contenido() == habia


def test_el_archivo_y_la_carpeta_son_de_su_duenio(taller):
    archivo = taller.respaldar()

    assert re.fullmatch(r"monitor-\d{4}-\d\d-\d\dT\d{6}Z\.respaldo", archivo.name)
    assert stat.S_IMODE(archivo.stat().st_mode) == 0o600
    assert stat.S_IMODE(taller.respaldos.stat().st_mode) == 0o700


def test_en_una_base_que_no_esta_no_hace_falta_decir_nada_mas(taller, otro_taller):
    dicho = otro_taller.orden("restaurar", taller.respaldar())

    assert "La anterior" not in dicho
    assert otro_taller.contenido() == taller.contenido()
    assert otro_taller.bases() == [otro_taller.archivo.name if not EN_POSTGRESQL else otro_taller.nombre]


def test_una_base_con_tablas_se_reemplaza_solo_si_se_pide(taller):
    [(correos,)] = taller.consultar("SELECT count(*) FROM post_office_email")
    archivo = taller.respaldar()
    estropear(taller)
    habia = taller.contenido()

    with pytest.raises(CommandError) as error:
        taller.orden("restaurar", archivo)

    titulo, *lineas = str(error.value).splitlines()
    assert "no está vacía, y no se tocó nada. Con --reemplazar" in titulo
    assert "  expediente: 40 filas, y en el respaldo 40" in lineas
    assert f"  post_office_email: 0 filas, y en el respaldo {correos}" in lineas
    assert taller.contenido() == habia
    assert len(taller.bases()) == 1


@pytest.mark.una_vez
def test_no_se_restaura_lo_que_esta_alterado(taller):
    archivo = taller.respaldar()
    bytes_ = bytearray(archivo.read_bytes())
    bytes_[len(bytes_) // 2] ^= 1
    archivo.write_bytes(bytes_)
    habia = taller.contenido()

    dicho = frase(taller.manage(f"restaurar {archivo} --reemplazar"))

    assert dicho.startswith(f"CommandError: {archivo} está alterado")
    assert taller.contenido() == habia


def test_no_se_restaura_el_de_una_version_posterior(taller):
    archivo = taller.respaldar()
    with Respaldo(archivo) as respaldo:
        migraciones = [*respaldo.manifiesto.migraciones, ["expedientes", "9999_futura"]]

    with pytest.raises(CommandError, match=r"con migraciones que ésta no tiene \(expedientes\.9999_futura\)"):
        taller.orden("restaurar", rehacer(archivo, migraciones=migraciones), reemplazar=True)

    assert len(taller.bases()) == 1


def test_el_de_una_version_anterior_se_restaura_y_pide_migrar(taller):
    taller.consultar("DELETE FROM django_migrations WHERE app = 'sessions'")

    dicho = taller.orden("restaurar", taller.respaldar(), reemplazar=True)

    assert dicho.endswith("El respaldo es de una versión anterior de Monitor. Corra: manage.py migrate\n")


def test_no_se_restaura_en_otra_clase_de_base(taller):
    de, en = ("SQLite", "PostgreSQL") if EN_POSTGRESQL else ("PostgreSQL", "SQLite")
    otro = rehacer(taller.respaldar(), base=de.lower())

    with pytest.raises(CommandError) as error:
        taller.orden("restaurar", otro, reemplazar=True)

    assert str(error.value) == (
        f"El respaldo es de {de}, y DATABASE_URL es de {en}: un respaldo se restaura en una base de su clase."
        f" Ponga en DATABASE_URL una de {de} y repita. No se tocó nada."
    )


def alterar_tabla(manifiesto):
    return {"tablas": manifiesto.tablas | {"usuario": manifiesto.tablas["usuario"]._replace(sha256="0" * 64)}}


def alterar_cuenta(manifiesto):
    return {"tablas": manifiesto.tablas | {"usuario": Tabla(4, "0" * 64), "falta": Tabla(0, "")}}


def alterar_objetos(manifiesto):
    return {"objetos": [*manifiesto.objetos, "trigger que_no_esta"]}


@pytest.mark.parametrize(
    ("alterar", "frases"),
    [
        (alterar_tabla, ["usuario: tiene las 3 filas, pero no todas son iguales"]),
        (alterar_cuenta, ["falta la tabla falta", "usuario: eran 4 filas, y son 3"]),
        (alterar_objetos, ["falta trigger que_no_esta"]),
    ],
)
@pytest.mark.parametrize("orden", ["restaurar", "simulacro"])
def test_lo_restaurado_se_compara_con_lo_que_se_respaldo(taller, orden, alterar, frases):
    archivo = taller.respaldar()
    with Respaldo(archivo) as respaldo:
        otro = rehacer(archivo, **alterar(respaldo.manifiesto))
    habia = taller.contenido()

    with pytest.raises(CommandError) as error:
        taller.orden(orden, otro, **{"reemplazar": True} if orden == "restaurar" else {})

    assert [linea.strip() for linea in str(error.value).splitlines()[1:]] == frases
    assert taller.contenido() == habia
    assert len(taller.bases()) == 1


def test_el_simulacro_lo_prueba_todo_y_no_deja_nada(taller):
    habia = taller.contenido()

    proceso = taller.manage("simulacro --muestra 5")

    assert (proceso.returncode, proceso.stderr) == (0, "")
    assert "todo es igual, en " in proceso.stdout
    assert re.search(r"Monitor leyó (\d+) filas; \1 son como las de la base en servicio y 0 cambiaron", proceso.stdout)
    assert proceso.stdout.endswith("El simulacro salió bien: el respaldo sirve.\n")
    assert taller.contenido() == habia
    assert len(taller.bases()) == 1
    assert [ruta.name for ruta in taller.respaldos.iterdir()] == [".monitor-respaldos"]


def test_el_simulacro_del_ultimo_respaldo(taller):
    taller.respaldar()
    estropear(taller)

    proceso = taller.manage("simulacro --ultimo")

    assert (proceso.returncode, proceso.stderr) == (0, "")
    leidas, iguales, otras = map(int, re.search(r"leyó (\d+) filas; (\d+) son .* y (\d+) c", proceso.stdout).groups())
    assert (leidas, otras > 0) == (iguales + otras, True)


def test_sin_respaldos_no_hay_ultimo(taller):
    with pytest.raises(CommandError, match=r"No hay respaldos en .*\. Haga uno con: manage\.py respaldar"):
        taller.orden("simulacro", ultimo=True)


@pytest.mark.parametrize(
    ("orden", "opciones", "frase_esperada"),
    [
        ("respaldar", {"diarios": -1}, "--diarios, --semanales y --mensuales son enteros de 0 en adelante."),
        ("simulacro", {"muestra": -1}, "--muestra es un entero de 0 en adelante."),
        ("simulacro", {"archivo": "x", "ultimo": True}, "Diga un archivo o --ultimo, no los dos."),
    ],
)
def test_opciones_raras(taller, orden, opciones, frase_esperada):
    with pytest.raises(CommandError) as error:
        taller.orden(orden, **opciones)

    assert str(error.value) == frase_esperada


def test_quita_los_viejos_cuando_el_nuevo_esta(taller):
    taller.respaldos.mkdir()
    hoy = datetime.now(UTC)
    viejos = [taller.respaldos / (hoy - timedelta(days=dias)).strftime(NOMBRE) for dias in (40, 30, 3)]
    for viejo in viejos:
        viejo.touch()

    dicho = taller.orden("respaldar", diarios=2, semanales=0, mensuales=0)

    assert [f"Se quitó {viejo}" for viejo in viejos[:2]] == dicho.splitlines()[-2:]
    assert viejos[2].exists()
    assert len(list(taller.respaldos.glob("*.respaldo"))) == 2


def test_una_base_sin_migrar_no_se_respalda(taller):
    taller.consultar("DROP TABLE django_migrations")

    with pytest.raises(CommandError, match="no es de Monitor, o falta migrarla: no hay nada que respaldar"):
        taller.orden("respaldar")


# --- What stops halfway ---


def interrumpida(taller, orden, donde):
    """Run the command, and kill it with SIGKILL where it enters a function."""
    modulo, _, funcion = donde.rpartition(".")
    programa = (
        f"import os, signal; import {modulo} as m\n"
        f"m.{funcion} = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"from monitor.management.terminal import main\nmain(['manage.py', *{orden.split()!r}])"
    )
    entorno = os.environ | taller.variables() | {"DJANGO_SETTINGS_MODULE": "monitor.settings"}
    proceso = subprocess.run([sys.executable, "-c", programa], cwd=settings.BASE_DIR, env=entorno, timeout=60)
    assert proceso.returncode == -signal.SIGKILL


@pytest.mark.una_vez
@pytest.mark.parametrize(
    "donde", ["monitor.respaldos.contenedor._sellar", "monitor.management.commands.respaldar.guardar"]
)
def test_un_respaldo_interrumpido_no_deja_nada_con_su_nombre(taller, donde):
    interrumpida(taller, "respaldar", donde)
    restos = list(taller.respaldos.glob(".monitor-en-curso-*/*"))

    taller.respaldar()

    assert restos
    assert {ruta.suffix for ruta in taller.respaldos.iterdir()} == {"", ".respaldo"}
    assert len(list(taller.respaldos.iterdir())) == 2


@pytest.mark.una_vez
@pytest.mark.parametrize("orden", ["simulacro", "restaurar"])
def test_lo_que_deja_uno_interrumpido_lo_limpia_el_siguiente(taller, orden):
    archivo = taller.respaldar()
    habia = taller.contenido()
    opciones = "--reemplazar" if orden == "restaurar" else ""
    interrumpida(taller, f"{orden} {archivo} {opciones}", f"monitor.management.commands.{orden}.exigir_igual")

    assert taller.contenido() == habia
    assert taller.manage(f"{orden} {archivo} {opciones}").returncode == 0

    assert taller.contenido() == habia
    assert [base for base in taller.bases() if "anterior" not in base] == [
        taller.nombre if EN_POSTGRESQL else taller.archivo.name
    ]
    assert list(taller.casa.rglob(".monitor-en-curso-*")) == []


@pytest.mark.una_vez
def test_sin_espacio_no_queda_nada_a_medias(taller):
    """The limit of a file's size stands for a full disk."""
    taller.respaldar()
    tope = 20_000 if EN_POSTGRESQL else 300_000

    proceso = subprocess.run(
        [sys.executable, "manage.py", "respaldar"],
        cwd=settings.BASE_DIR,
        env=os.environ | taller.variables() | {"DJANGO_SETTINGS_MODULE": "monitor.settings"},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (tope, tope)),
    )

    assert frase(proceso).startswith("CommandError: No hay espacio en el disco")
    assert len(list(taller.respaldos.iterdir())) == 2


# --- The chain of the histories ---


def test_el_simulacro_verifica_la_cadena_de_lo_restaurado(taller):
    """Somebody with the database's password changes a state after the first backup: that one is good, and the next one
    isn't."""
    archivo = taller.respaldar()
    taller.consultar("UPDATE expediente SET estado = 'Salida' WHERE estado = 'Ingreso'")

    bueno, malo = taller.manage(f"simulacro {archivo}"), taller.manage("simulacro")

    assert (bueno.returncode, bueno.stderr) == (0, "")
    assert "Todas las historias son como se escribieron." in bueno.stdout
    assert "está en Salida, y la última palabra de su historia es Ingreso." in malo.stderr
    assert frase(malo).startswith("CommandError: No todo es como se escribió: 11 hallazgos.")
    assert len(taller.bases()) == 1
    assert list(taller.casa.rglob(".monitor-en-curso-*")) == []
