"""The store: a file is there whole or not at all, under a name of ours."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from monitor.archivos.almacen import Carpeta, huella

pytestmark = pytest.mark.una_vez


@pytest.fixture
def almacen(tmp_path):
    return Carpeta(tmp_path / "a" / "archivos")


def archivos(almacen):
    return [ruta for ruta in almacen.raiz.rglob("*") if ruta.is_file()]


def guardar(almacen, *piezas) -> str:
    with almacen.recibir() as entrante:
        for pieza in piezas:
            entrante.write(pieza)
        entrante.guardar()
    return entrante.lugar


def test_lo_guardado_se_lee_como_llego(almacen):
    with almacen.recibir() as entrante:
        entrante.write(b"uno ")
        entrante.write(b"dos")
        assert list(almacen.originales()) == []  # nobody finds it yet
        entrante.guardar()

    assert (entrante.tamano, entrante.sha256) == (7, sha256(b"uno dos").hexdigest())
    with almacen.abrir(entrante.lugar) as archivo:
        assert archivo.read() == b"uno dos"
    with almacen.abrir(entrante.lugar) as archivo:
        assert huella(archivo) == entrante.sha256
    assert [(uno.lugar, uno.tamano) for uno in almacen.originales()] == [(entrante.lugar, 7)]


def test_lo_que_no_se_guardo_no_queda(almacen):
    with almacen.recibir() as entrante:
        entrante.write(b"x")
    with pytest.raises(TypeError), almacen.recibir() as entrante:
        entrante.write("no son bytes")

    assert archivos(almacen) == []


def test_lo_guardado_se_puede_desechar(almacen):
    with almacen.recibir() as entrante:
        entrante.guardar()
    entrante.desechar()
    entrante.desechar()

    assert archivos(almacen) == []


def test_se_sincroniza_antes_de_tomar_su_nombre(almacen, monkeypatch):
    """A power cut after the name must find the bytes, and the folders that lead to them."""
    hechos = []

    def anotar(descriptor):
        ruta = Path(f"/proc/self/fd/{descriptor}").readlink()
        hechos.append((ruta, os.fstat(descriptor).st_size if ruta.is_file() else len(list(ruta.iterdir()))))

    monkeypatch.setattr("monitor.archivos.almacen.os.fsync", anotar)
    lugar = guardar(almacen, b"x")
    monkeypatch.undo()

    originales = almacen.raiz / "originales"
    en_su_lugar = originales / lugar
    assert archivos(almacen) == [en_su_lugar]
    # The whole file, before it has its name; then the folder that has a new one, and that one, with the file in it.
    assert hechos[-3:] == [
        (almacen.entrantes / en_su_lugar.name, 1),
        (originales, 1),
        (en_su_lugar.parent, 1),
    ]
    carpetas = {ruta for ruta, _ in hechos}
    assert carpetas >= {almacen.raiz.parent.parent, almacen.raiz.parent, almacen.raiz}


def test_cada_quien_tiene_su_lugar_y_nadie_mas_lo_lee(almacen):
    lugares = {guardar(almacen, b"lo mismo") for _ in range(3)}

    assert len(lugares) == 3
    carpetas = [almacen.raiz, *(ruta for ruta in almacen.raiz.rglob("*") if ruta.is_dir())]
    assert {ruta.stat().st_mode & 0o777 for ruta in carpetas} == {0o700}


@pytest.mark.parametrize("lugar", ["../../etc/passwd", "/etc/passwd", "", "ab/../../x", "AB/" + "A" * 32, "ab"])
def test_un_lugar_que_no_es_nuestro_no_se_abre(almacen, lugar):
    with pytest.raises(FileNotFoundError):
        almacen.abrir(lugar)
    with pytest.raises(FileNotFoundError):
        almacen.borrar(lugar)


def test_lo_derivado_se_va_con_su_original(almacen):
    lugar, otro = guardar(almacen, b"x"), guardar(almacen, b"y")
    assert almacen.derivado(lugar, "320.jpg") is None
    for de in (lugar, otro):
        almacen.guardar_derivado(de, "320.jpg", b"chica")
    assert almacen.derivado(lugar, "320.jpg") == b"chica"

    almacen.borrar(lugar)
    assert (almacen.derivado(lugar, "320.jpg"), almacen.derivado(otro, "320.jpg")) == (None, b"chica")


def test_lo_que_quedo_a_medias_se_nombra_y_se_tira(almacen):
    nombre = "ab" * 16
    (almacen.entrantes / nombre).write_bytes(b"xx")
    guardar(almacen, b"x")
    [medio] = almacen.a_medias()
    assert (medio.lugar, medio.tamano) == (nombre, 2)

    almacen.tirar([medio])
    assert list(almacen.a_medias()) == []


@pytest.mark.parametrize(
    "donde", ["originales/basura.txt", "originales/ab/basura.txt", "originales/ab/c/d", "entrantes/x"]
)
def test_lo_que_el_almacen_no_puso_ahi_es_ajeno(almacen, donde):
    lugar = guardar(almacen, b"x")
    ruta = almacen.raiz / donde
    ruta.parent.mkdir(parents=True, exist_ok=True)
    ruta.write_bytes(b"x")

    assert list(almacen.ajenos()) == [donde]
    assert [uno.lugar for uno in (*almacen.originales(), *almacen.a_medias())] == [lugar]
