"""A short run of `python -m benchmarks.muertes`, and what its count finds."""

import os
import subprocess
import sys
from collections import Counter
from copy import deepcopy

import pytest
from django.conf import settings

from benchmarks.cuentas import faltas
from benchmarks.escritores import Expediente, Libro, Solicitud
from monitor.tests.postgresql import binarios

HAY = {
    "entera": "ok",
    "fotos": [[5, "a1"]],
    "problemas_de_fotos": [],
    "cadena": "ok",
    "expedientes": [["M-1", "Salida", "rojo", [[None, "Ingreso"], ["Ingreso", "Salida"]]]],
    "archivados": [["M-1", "Ingreso", "azul", [[None, "Ingreso"]]]],
    "solicitudes": [[7, "Traslado-1", 2, 2, [[1, "Solicitud creada"], [2, "Porque"]]]],
    "correos": [
        [7, "registrada", "omitido", "<1>"],
        [7, "pendiente", "entregado", "<2>"],
        [7, "aprobada", "entregado", "<3>"],
    ],
}
RECIBIDOS = Counter({"<2>": 2, "<3>": 1})


@pytest.fixture
def libro():
    return Libro(
        fotos={5: "a1"},
        expedientes={"M-1": Expediente(["Ingreso", "Salida"], "rojo", [["Ingreso"]])},
        solicitudes={
            "Traslado-1": Solicitud(
                7, [(1, "Solicitud creada"), (2, "Porque")], ["registrada", "pendiente", "aprobada"]
            )
        },
    )


def test_no_falta_nada_de_lo_que_hay(libro):
    assert faltas(libro, HAY, RECIBIDOS) == []


@pytest.mark.parametrize(
    ("clases", "romper"),
    [
        ({"perdidas"}, lambda hay: hay["expedientes"].clear()),
        ({"perdidas"}, lambda hay: hay["expedientes"][0].__setitem__(2, "verde")),
        ({"perdidas"}, lambda hay: hay["archivados"].clear()),
        ({"fotos"}, lambda hay: hay["fotos"].clear()),
        ({"fotos"}, lambda hay: hay["fotos"][0].__setitem__(1, "b2")),
        ({"fotos"}, lambda hay: hay["fotos"].append([6, "c3"])),
        ({"fotos"}, lambda hay: hay["problemas_de_fotos"].append("alterada: evidencia 5")),
        ({"perdidas"}, lambda hay: hay["solicitudes"].clear()),
        ({"perdidas", "sin historial"}, lambda hay: hay["expedientes"][0][3].pop()),
        ({"perdidas", "sin historial"}, lambda hay: hay["expedientes"][0][3].clear()),
        ({"perdidas", "sin historial"}, lambda hay: hay["solicitudes"][0][4].pop()),
        ({"duplicadas"}, lambda hay: hay["expedientes"].append(["M-2", "Ingreso", None, [[None, "Ingreso"]]])),
        ({"duplicadas"}, lambda hay: hay["archivados"].append(hay["archivados"][0])),
        ({"duplicadas"}, lambda hay: hay["solicitudes"].append([8, *hay["solicitudes"][0][1:]])),
        ({"duplicadas"}, lambda hay: hay["correos"].append([7, "aprobada", "omitido", "<4>"])),
        ({"sin historial"}, lambda hay: hay["archivados"][0].__setitem__(1, "Salida")),
        ({"sin historial"}, lambda hay: hay["solicitudes"][0].__setitem__(3, 0)),
        ({"sin correo"}, lambda hay: hay["correos"].pop()),
        ({"sin correo"}, lambda hay: hay["correos"][1].__setitem__(2, "pendiente")),
        ({"sin correo"}, lambda hay: hay["correos"][1].__setitem__(3, "<9>")),
        ({"otras"}, lambda hay: hay.__setitem__("entera", "*** in database main ***")),
        ({"otras"}, lambda hay: hay.__setitem__("cadena", "M-1: falta la fila 2")),
    ],
)
def test_se_nota_lo_que_falta_y_lo_que_sobra(libro, clases, romper):
    hay = deepcopy(HAY)
    romper(hay)

    assert {clase for clase, _ in faltas(libro, hay, RECIBIDOS)} == clases


@pytest.mark.lenta
@pytest.mark.postgresql
@pytest.mark.skipif(binarios() is None, reason="No hay PostgreSQL en esta máquina")
def test_unas_muertes_no_pierden_ni_repiten_nada():
    propio = {"MUERTES": "1", "ESCRITORES": "4", "FOTOGRAFOS": "1", "BASES": "postgresql", "SEMILLA": "1"}

    corrida = subprocess.run(
        [sys.executable, "-m", "benchmarks.muertes"],
        cwd=settings.BASE_DIR,
        env=os.environ | propio | {"DJANGO_SETTINGS_MODULE": "monitor.settings"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )

    assert corrida.returncode == 0, corrida.stdout
    assert "perdidas: 0, duplicadas: 0, sin historial: 0, sin correo: 0, fotos: 0, otras: 0" in corrida.stdout
