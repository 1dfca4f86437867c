import json
import random
import stat
from dataclasses import replace
from zipfile import ZIP_BZIP2, ZipFile

import pytest
from django.core.management.base import CommandError

from monitor import paquetes
from monitor.respaldos import contenedor
from monitor.respaldos.contenedor import Respaldo, escribir
from monitor.respaldos.manifiesto import Manifiesto, Tabla

MANIFIESTO = Manifiesto(
    creado="2026-11-26T03:15:00Z",
    base="sqlite",
    version="3.40.1",
    migraciones=[["usuarios", "0001_initial"]],
    tablas={"expediente": Tabla(2, "ab"), "usuario": Tabla(1, "cd")},
    objetos=["index x"],
)
CONTENIDO = b"las paginas de la base " * 1000


@pytest.fixture
def archivo(tmp_path):
    ruta = tmp_path / "uno.respaldo"
    escribir(ruta, MANIFIESTO, "base.sqlite3", lambda parte: parte.write(CONTENIDO))
    return ruta


def test_devuelve_lo_que_se_escribio(archivo):
    with Respaldo(archivo) as respaldo, respaldo.parte("base.sqlite3") as parte:
        assert respaldo.manifiesto == MANIFIESTO
        assert parte.read() == CONTENIDO
        assert respaldo.manifiesto.filas() == 3


def test_solo_lo_lee_su_duenio(archivo):
    assert stat.S_IMODE(archivo.stat().st_mode) == 0o600


def test_es_un_zip_con_espacio_para_mas_partes(archivo):
    with ZipFile(archivo) as partes:
        assert partes.namelist() == ["manifiesto.json", "base.sqlite3"]
        assert json.loads(partes.read("manifiesto.json"))["formato"] == 1


def test_no_pisa_otro(archivo):
    with pytest.raises(FileExistsError):
        escribir(archivo, MANIFIESTO, "base.sqlite3", lambda parte: None)


def test_se_nota_cualquier_byte_que_cambie(archivo):
    bytes_ = archivo.read_bytes()
    azar = random.Random(1)
    for lugar in {0, len(bytes_) - 1, len(bytes_) - 65, *azar.sample(range(len(bytes_)), 200)}:
        archivo.write_bytes(bytes_[:lugar] + bytes([bytes_[lugar] ^ 1]) + bytes_[lugar + 1 :])
        with pytest.raises(CommandError, match="No se tocó nada"):
            Respaldo(archivo)


@pytest.mark.parametrize("cuanto", [1, 64, 65, 1000, -1, -64, -65])
def test_se_nota_que_falta_o_sobra(archivo, cuanto):
    bytes_ = archivo.read_bytes()
    archivo.write_bytes(bytes_[:-cuanto] if cuanto > 0 else bytes_ + b"0" * -cuanto)

    with pytest.raises(CommandError, match="No se tocó nada"):
        Respaldo(archivo)


@pytest.mark.parametrize("bytes_", [b"", b"hola", b"x" * 10_000, b"0" * 64, b"0" * 200])
def test_lo_que_no_es_un_respaldo(tmp_path, bytes_):
    archivo = tmp_path / "foto.respaldo"
    archivo.write_bytes(bytes_)

    with pytest.raises(CommandError, match=r"no es un respaldo de Monitor, o está incompleto|está alterado"):
        Respaldo(archivo)


def sellado(carpeta, datos):
    """Write a file whose digest is right, with that for its manifest."""

    class Otro:
        def como_json(self):
            return datos if isinstance(datos, str) else json.dumps(datos)

    ruta = carpeta / "otro.respaldo"
    escribir(ruta, Otro(), "base.sqlite3", lambda parte: None)
    return ruta


@pytest.mark.parametrize("datos", ["", "{", "[]", "null", "{}", {"formato": "1"}, {"formato": 1, "tablas": []}])
def test_un_zip_de_otro_programa(tmp_path, datos):
    with pytest.raises(CommandError, match="no es un respaldo de Monitor"):
        Respaldo(sellado(tmp_path, datos))


def test_lo_escribio_una_version_posterior(tmp_path):
    with pytest.raises(CommandError, match="lo escribió una versión posterior de Monitor: actualice"):
        Respaldo(sellado(tmp_path, {"formato": 2}))


@pytest.mark.parametrize("migracion", [["usuarios", "9999_futura"], ["llegara", "0001_initial"]])
def test_una_migracion_que_todavia_no_existe(migracion):
    with pytest.raises(CommandError, match=f"que ésta no tiene \\({'.'.join(migracion)}\\): actualice Monitor"):
        replace(MANIFIESTO, migraciones=[migracion]).exigir_migraciones_conocidas()


@pytest.mark.parametrize("migracion", [["usuarios", "0001_initial"], ["usuarios", "0001_que_se_quito"]])
def test_una_migracion_que_ya_paso(migracion):
    replace(MANIFIESTO, migraciones=[migracion]).exigir_migraciones_conocidas()


def test_no_existe(tmp_path):
    with pytest.raises(CommandError, match=r"No existe .*nada\.respaldo\."):
        Respaldo(tmp_path / "nada.respaldo")


def test_si_falla_la_copia_el_error_es_suyo(tmp_path):
    def fallar(parte):
        parte.write(b"algo")
        raise CommandError("pg_dump no pudo")

    with pytest.raises(CommandError, match="pg_dump no pudo"):
        escribir(tmp_path / "uno.respaldo", MANIFIESTO, "base.sqlite3", fallar)


def test_un_zip_comprimido_de_un_modo_sin_limite_no_se_abre(tmp_path, monkeypatch):
    monkeypatch.setattr(contenedor, "ZIP_DEFLATED", ZIP_BZIP2)
    archivo = sellado(tmp_path, MANIFIESTO.como_json())

    with pytest.raises(CommandError, match="no es un respaldo de Monitor"):
        Respaldo(archivo)


def test_tampoco_una_parte_suya(archivo, monkeypatch):
    with Respaldo(archivo) as respaldo:
        monkeypatch.setattr(paquetes, "ACOTADAS", ())
        with pytest.raises(CommandError, match="no es un respaldo de Monitor"):
            respaldo.parte("base.sqlite3")
