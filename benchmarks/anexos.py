"""The scenarios of what hangs from an expediente: its files, which go up and come down, and reading it with many.

Their expedientes and files are made through the API when one of the scenarios will run, and thrown away by the next
run.
"""

import io
import json
import os
import struct
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pillow_heif
from PIL import Image

from benchmarks.base import CARPETA
from benchmarks.clientes import PIEZA, subir, subir_varios, ver_galeria
from benchmarks.escenarios import Escenario
from benchmarks.servidores import Servidor, corriendo
from monitor.tests.postgresql import puerto_libre
from monitor.tests.rellenas import RELLENAR, caja, rellena

MIB = int(os.environ.get("MIB") or 50)
FOTOS = int(os.environ.get("FOTOS") or 100)
MINIATURAS, CAMBIOS, A_LA_VEZ = FOTOS * 60 // 100, 20, 8
SIN_NADA, CON_FOTOS, GALERIA, BAJAR, SUBIR = CLAVES = [f"ANEXOS-{n}" for n in range(5)]
ESTADOS = ["Restauracion", "Ingreso"]
ESTATICOS = CARPETA / "estaticos"  # what `python -m http.server` serves
GRANDE = ESTATICOS / "grande.mp4"
IMAGENES = {formato: ESTATICOS / f"grande.{formato.lower()}" for formato in RELLENAR}  # of Pillow's formats


class Colgado(NamedTuple):
    """A session in the admin and the id of a large file, which were made for the scenarios to ask with."""

    sesion: str = ""
    grande: int = 0


NADA = Colgado()


def escenarios(colgado: Colgado = NADA) -> list[Escenario]:
    """Return the scenarios, each with its goal."""
    api, sin_nada = "/api/expedientes", "anexos: leer uno sin ellos"
    ruta = f"{api}/{BAJAR}/evidencias/{colgado.grande}/archivo"
    bajar = {"ruta": ruta, "por_bytes": True, "mib": MIB, "estatico": f"/{GRANDE.name}", "logra": "≥ 0.5"}
    return [
        Escenario(f"anexos: bajar {MIB} MiB, una conexión", conexiones=1, **bajar),
        Escenario(f"anexos: bajar {MIB} MiB, cuatro conexiones", conexiones=4, **bajar),
        _de_subir("", GRANDE),
        *(_de_subir(f" de {formato}", archivo) for formato, archivo in IMAGENES.items()),
        Escenario(
            f"anexos: página con {MINIATURAS} miniaturas",
            f"/admin/expedientes/expediente/{GALERIA}/change/",
            headers={"Cookie": f"sessionid={colgado.sesion}"},
            vuelta=ver_galeria(MINIATURAS),
            logra="p50 ≤ 300 ms",
        ),
        Escenario(sin_nada, f"{api}/{SIN_NADA}"),
        Escenario(
            f"anexos: leer uno con {FOTOS} fotos y {CAMBIOS} cambios",
            f"{api}/{CON_FOTOS}",
            contra=sin_nada,
            logra="≥ 0.8, 2 sentencias",
        ),
    ]


def _de_subir(de: str, archivo: Path) -> Escenario:
    return Escenario(
        f"anexos: subir {MIB} MiB{de}, {A_LA_VEZ} a la vez",
        f"/api/expedientes/{SUBIR}/evidencias",
        "POST",
        vuelta=subir_varios(A_LA_VEZ, archivo),
        mib=MIB * A_LA_VEZ,
        tirar=SUBIR,
        logra="crece < 20 MB",
    )


# --- What they find ---


def colgar(servidor: Servidor) -> list[Escenario]:
    """Make the expedientes and their files, and return the scenarios."""
    for clave in CLAVES:
        _pedir(servidor, "POST", "/api/expedientes", {"no_siniestro": clave, "id_aseguradora": 1})
    for n in range(CAMBIOS):
        _pedir(servidor, "PATCH", f"/api/expedientes/{CON_FOTOS}/estado", {"estado": ESTADOS[n % len(ESTADOS)]})
    for clave, cuantas in ((CON_FOTOS, FOTOS), (GALERIA, MINIATURAS)):
        for n in range(cuantas):
            _subir(servidor, clave, f"foto-{n}.jpg", io.BytesIO(_foto(n)))
    _hacer_grande()
    _hacer_imagenes()
    with GRANDE.open("rb") as archivo:
        return escenarios(Colgado(servidor.sesion, _subir(servidor, BAJAR, GRANDE.name, archivo)))


def _pedir(servidor, metodo, ruta, datos):
    servidor.pedir(Escenario("", ruta, metodo, datos))


def _subir(servidor, clave, nombre, archivo) -> int:
    status, cuerpo = subir(servidor, f"/api/expedientes/{clave}/evidencias", nombre, archivo)
    if status != 201:
        sys.exit(f"{clave}: no se pudo subir {nombre}: {status} {cuerpo.decode()}")
    return json.loads(cuerpo)["id"]


def _foto(n: int) -> bytes:
    """Return a photo in which nothing is plain, each of a size of its own, so that no two have the same bytes."""
    salida = io.BytesIO()
    Image.effect_noise((800 + n, 600), 60).convert("RGB").save(salida, "JPEG")
    return salida.getvalue()


def _hacer_grande() -> None:
    """Write a video with the boxes that one has, and bytes at random in the largest."""
    cabeza = caja(b"ftyp", b"isom\0\0\0\0") + caja(b"moov", bytes(100))
    datos = MIB * 2**20 - len(cabeza) - 8
    ESTATICOS.mkdir(parents=True, exist_ok=True)
    with GRANDE.open("wb") as archivo:
        archivo.write(cabeza + struct.pack(">I4s", datos + 8, b"mdat"))
        for desde in range(0, datos, PIEZA):
            archivo.write(os.urandom(min(PIEZA, datos - desde)))


def _hacer_imagenes() -> None:
    """Write an image of each format with a small picture, and bytes that say nothing of it."""
    pillow_heif.register_heif_opener()
    for formato, archivo in IMAGENES.items():
        salida = io.BytesIO()
        Image.effect_noise((400, 300), 60).convert("RGB").save(salida, formato)
        suya = salida.getvalue()
        archivo.write_bytes(rellena(formato, suya, MIB * 2**20 - len(suya) - 1024))


@contextmanager
def estaticos(servidor: Servidor):
    """Give `python -m http.server` on the folder of the large file."""
    puerto = puerto_libre()
    orden = [sys.executable, "-m", "http.server", str(puerto), "--bind", "127.0.0.1", "--directory", str(ESTATICOS)]
    with corriendo(orden, servidor.entorno, puerto, callado=True) as (url, proceso):
        yield Servidor(url, proceso, servidor.entorno, servidor.expedientes)
