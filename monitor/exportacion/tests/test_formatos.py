"""Tables once they are files: read again by others' readers."""

import csv
import io
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from monitor.exportacion import como_csv, como_xlsx
from monitor.exportacion.tabla import Tabla, simple

pytestmark = pytest.mark.una_vez

FORMULAS = ["=1+1", "+52 55 1234 5678", "-2", "@SUM(A1)", "\t=1", "\r=1"]
TEXTOS = ["Ángela Muñoz", "<b>&</b>", "dos\nlíneas", 'a,b;"c"', "0012", "_x0041_", "  blancos  ", "日本 🚗"]


def sin_zona(*partes) -> datetime:
    """Return a moment as a cell has it."""
    return datetime(*partes, tzinfo=UTC).replace(tzinfo=None)


def tabla(*filas, encabezados=("A",)):
    return Tabla("expedientes", list(encabezados), [list(filas)])


def leer_csv(la_tabla):
    texto = b"".join(como_csv.escribir(la_tabla)).decode()
    assert texto.startswith("\ufeff")
    return list(csv.reader(io.StringIO(texto[1:], newline="")))


def libro(la_tabla):
    return load_workbook(io.BytesIO(b"".join(como_xlsx.escribir(la_tabla))))


def valor(celda):
    """Return a cell's value as Excel shows it: the reader leaves the codes of letters in the texts of cells."""
    return unescape(celda.value) if isinstance(celda.value, str) else celda.value


def leer_xlsx(la_tabla):
    return [[valor(celda) for celda in fila] for fila in libro(la_tabla).worksheets[0].iter_rows()]


def test_los_textos_son_los_mismos_en_los_dos():
    filas = [[texto] for texto in TEXTOS]

    assert leer_csv(tabla(*filas)) == [["A"], *filas]
    assert leer_xlsx(tabla(*filas)) == [["A"], *filas]


@pytest.mark.parametrize("formula", FORMULAS)
def test_ninguna_celda_es_una_formula(formula):
    assert leer_csv(tabla([formula]))[1] == [f"'{formula}"]

    celda = libro(tabla([formula])).active["A2"]
    assert (celda.data_type, celda.quotePrefix) == ("s", True)
    assert valor(celda) == formula


def test_los_numeros_y_las_fechas_no_son_textos():
    fila = [-5, Decimal("-99.13"), date(2024, 1, 15), sin_zona(2024, 3, 20, 4, 30), time(8, 15), None, ""]

    assert leer_csv(tabla(fila, encabezados="ABCDEFG"))[1] == [
        "-5", "-99.13", "2024-01-15", "2024-03-20 04:30:00", "08:15:00", "", ""
    ]  # fmt: skip
    leida = leer_xlsx(tabla(fila, encabezados="ABCDEFG"))[1]
    assert leida == [-5, -99.13, sin_zona(2024, 1, 15), sin_zona(2024, 3, 20, 4, 30), time(8, 15), None, None]


def test_lo_que_excel_no_tiene_va_como_texto():
    filas = [[date(1899, 1, 1)], [sin_zona(1, 1, 2, 3)]]

    assert leer_xlsx(tabla(*filas)) == [["A"], ["1899-01-01"], ["0001-01-02 03:00:00"]]


def test_lo_que_xml_no_puede_escribir_se_ve_que_faltaba():
    assert leer_xlsx(tabla(["a\x01b"], ["\ud800"])) == [["A"], ["a\ufffdb"], ["\ufffd"]]


def test_un_texto_mas_largo_que_una_celda_dice_que_sigue():
    [_, [leido]] = leer_xlsx(tabla(["ñ" * 40_000]))

    assert (len(leido), leido[-9:]) == (32_767, "… (sigue)")


def test_una_tabla_vacia_tiene_sus_encabezados():
    vacia = Tabla("expedientes", ["A", "B"], [])

    assert leer_csv(vacia) == leer_xlsx(vacia) == [["A", "B"]]


def test_lo_que_no_cabe_en_una_hoja_sigue_en_otra(monkeypatch):
    monkeypatch.setattr(como_xlsx, "FILAS", 3)
    larga = Tabla("lugares", ["A"], [[[1], [2]], [[3], [4]], [[5]]])

    hojas = libro(larga).worksheets

    assert [hoja.title for hoja in hojas] == ["lugares", "lugares 2", "lugares 3"]
    assert [[fila[0].value for fila in hoja.iter_rows()] for hoja in hojas] == [["A", 1, 2], ["A", 3, 4], ["A", 5]]


@pytest.mark.parametrize("como", [como_csv, como_xlsx])
def test_cada_pedazo_sale_antes_de_leer_el_siguiente(como):
    leidos = []

    def lotes():
        for n in range(3):
            leidos.append(n)
            yield [[f"{n}"]]

    pedazos = como.escribir(Tabla("x", ["A"], lotes()))

    assert next(pedazos)
    assert len(leidos) <= 1


@pytest.mark.parametrize(
    ("dado", "esperado"),
    [
        (True, "Sí"),
        (False, "No"),
        (None, None),
        (datetime(2024, 3, 20, 10, 30, tzinfo=UTC), sin_zona(2024, 3, 20, 4, 30)),
        (datetime(1, 1, 1, 0, 0, tzinfo=UTC), sin_zona(1, 1, 1)),
        (["x"], "['x']"),
    ],
)
def test_valores_de_las_celdas(dado, esperado):
    assert simple(dado) == esperado
