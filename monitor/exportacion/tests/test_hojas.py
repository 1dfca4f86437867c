"""Sheets once they are files: read again by others' readers, in Excel and in PDF."""

import io
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from monitor.archivos.tests.muestras import imagen
from monitor.exportacion.como_hoja_pdf import FALTAN
from monitor.exportacion.como_xlsx import SIGUE
from monitor.exportacion.hoja import Campo, Campos, Columna, Dibujo, Hoja, Lista, escribir, limpio

pytestmark = pytest.mark.una_vez

FORMULAS = ["=1+1", "+52 55 1234 5678", "-2", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1"]
RAROS = [
    "Ángela Muñoz Łukasz Dvořák Ελένη Жанна",
    "<b>&amp;</b> </para><img src='x'/>",
    "_x0041_",
    "中村さん 😀 شركة",
    "\u202egnp.exe",
    "﷽" * 30,
    "W" * 10_000,
    "línea\n" * 700,
    "\n\n  \t blancos  \n",
    "👨\u200d👩\u200d👧\ufe0f e\u0301\u0323",
]
COLUMNAS = (Columna("Claves", 2), Columna("Concepto", 8), Columna("Costo", 2, "right"))


def hoja(*campos, filas=(), total=None, dibujo=None):
    bloques = [Campos("Datos", [Campo(f"Campo {n}", limpio(valor)) for n, valor in enumerate(campos)])]
    bloques += [Lista("Conceptos", COLUMNAS, filas, total)] if filas else []
    return Hoja("Levantamiento", Campo("No.", "SIN/1 & 2"), [*bloques, *([Dibujo("Firma", dibujo)] if dibujo else [])])


def celdas(la_hoja):
    """Return the cells of a sheet in Excel that say something."""
    libro = load_workbook(io.BytesIO(escribir(la_hoja, "xlsx")))
    return [celda for fila in libro.active.iter_rows() for celda in fila if celda.value is not None]


def valores(la_hoja):
    return [celda.value for celda in celdas(la_hoja)]


def texto_de(la_hoja):
    paginas = PdfReader(io.BytesIO(escribir(la_hoja, "pdf"))).pages
    return "\n".join(pagina.extract_text() for pagina in paginas)


def junto(texto):
    return "".join(texto.split())


def sin_zona(*partes):
    """Return a moment as a cell has it."""
    return datetime(*partes, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.parametrize("texto", [*FORMULAS, *RAROS])
def test_un_texto_es_un_texto_y_esta_entero(texto):
    escrita = hoja(texto, filas=[["FD", limpio(texto[:500]), Decimal("1.5")]])

    en_excel = celdas(escrita)
    assert {celda.data_type for celda in en_excel} <= {"s", "n"}
    assert junto(limpio(texto)) in junto("".join(v for v in valores(escrita) if isinstance(v, str)))
    assert len(texto_de(escrita)) > 20


@pytest.mark.parametrize("formula", FORMULAS)
def test_ninguna_celda_es_una_formula(formula):
    celda = next(c for c in celdas(hoja(formula)) if c.value == formula)

    assert (celda.data_type, celda.number_format, celda.quotePrefix) == ("s", "@", True)


def test_lo_que_un_xml_no_puede_llevar_no_rompe_el_archivo():
    escrita = hoja("a\x00b\x0bc\ufffed\x1f", "\r\ndos\rtres")

    assert valores(escrita)[5:] == ["a\ufffdb\ufffdc\ufffdd\ufffd", "Campo 1", "\ndos\ntres"]
    assert "a\ufffdb" in texto_de(escrita)


def test_cada_valor_es_de_su_clase():
    filas = [["FD", "Fascia", Decimal("-1500.50")], [None, "Sin costo", None]]
    escrita = hoja(
        date(2026, 3, 1),
        time(10, 30),
        time(10, 30, 5),
        datetime(2026, 3, 20, 10, 30, tzinfo=UTC),
        date(1850, 1, 1),
        True,
        False,
        None,
        Decimal("0.10"),
        filas=filas,
        total=Campo("Total", Decimal("-1500.50")),
    )

    vistos = [(c.value, c.number_format) for c in celdas(escrita) if not str(c.value).startswith("Campo")]
    assert vistos == [
        ("Levantamiento", "General"),
        ("No.", "General"),
        ("SIN/1 & 2", "General"),
        ("Datos", "General"),
        (sin_zona(2026, 3, 1), "dd/mm/yyyy"),
        (time(10, 30), "hh:mm"),
        (time(10, 30, 5), "hh:mm:ss"),
        (sin_zona(2026, 3, 20, 4, 30), "dd/mm/yyyy hh:mm"),
        ("01/01/1850", "dd/mm/yyyy"),
        ("X", "General"),
        ("No", "General"),
        (0.1, '"$"#,##0.00;-"$"#,##0.00'),
        ("Conceptos", "General"),
        ("Claves", "General"),
        ("Concepto", "General"),
        ("Costo", "General"),
        ("FD", "General"),
        ("Fascia", "General"),
        (-1500.5, '"$"#,##0.00;-"$"#,##0.00'),
        ("Sin costo", "General"),
        ("Total", "General"),
        (-1500.5, '"$"#,##0.00;-"$"#,##0.00'),
    ]
    en_papel = texto_de(escrita)
    for dicho in ("01/03/2026", "10:30:05", "20/03/2026 04:30", "01/01/1850", "$0.10", "-$1,500.50", "Página 1 de 1"):
        assert dicho in en_papel


@pytest.mark.parametrize("importe", ["999999999999.99", "-999999999999.99", "9999999999999.99"])
def test_un_importe_que_excel_guarda_es_un_numero_exacto(importe):
    assert Decimal(repr(valores(hoja(Decimal(importe)))[-1])) == Decimal(importe)


def test_un_importe_que_excel_redondearia_es_un_texto():
    assert valores(hoja(Decimal("500000000000000.01")))[-1] == "$500,000,000,000,000.01"


def test_se_imprime_en_carta_y_cada_pagina_trae_el_encabezado():
    muchas = [["FD", f"Concepto {n} {'largo ' * 40}", Decimal(n)] for n in range(60)]
    escrita = hoja("x", filas=muchas)

    pagina = load_workbook(io.BytesIO(escribir(escrita, "xlsx"))).active
    como = pagina.page_setup
    assert (str(como.paperSize), como.fitToHeight, pagina.sheet_properties.pageSetUpPr.fitToPage) == ("1", 0, True)
    assert (pagina.print_title_rows, pagina["A8"].value) == ("$8:$8", "Claves")
    assert "SIN/1 && 2" in pagina.oddFooter.left.text
    paginas = [pagina.extract_text() for pagina in PdfReader(io.BytesIO(escribir(escrita, "pdf"))).pages]
    assert [f"Página {n} de {len(paginas)}" in texto for n, texto in enumerate(paginas, 1)] == [True] * len(paginas)
    assert [("Claves" in texto, "SIN/1 & 2" in texto) for texto in paginas] == [(True, True)] * len(paginas)
    assert len(paginas) > 2


def test_un_texto_largo_no_se_esconde_en_un_renglon():
    """Excel shows at most 409 points of a row."""
    pagina = load_workbook(io.BytesIO(escribir(hoja("palabra " * 4000), "xlsx"))).active

    altos = [alto.height for alto in pagina.row_dimensions.values() if alto.height]
    assert (max(altos) < 409, len(altos) > 10) == (True, True)


def test_en_papel_nada_se_sale_de_su_columna():
    escrita = hoja("W" * 3000, "W" * 60, filas=[["W" * 255, "W" * 500, Decimal(1)]])

    renglones = [len(renglon) for renglon in texto_de(escrita).split("\n") if set(renglon) == {"W"}]
    assert (max(renglones) < 60, sum(renglones)) == (True, 3000 + 60 + 255 + 500)


def test_lo_que_no_cabe_en_una_celda_se_corta_y_se_dice():
    cortado = limpio("x" * 40_000)

    assert (len(cortado), cortado.endswith(SIGUE)) == (32_767, True)


def test_lo_que_la_letra_no_tiene_se_ve_y_se_dice():
    visto = texto_de(hoja("Ana \u202e中村 😀"))

    assert "Ana \ufffd\ufffd \ufffd" in visto
    assert junto(FALTAN) in junto(visto)
    assert FALTAN not in texto_de(hoja("Łukasz Ñandú Ελένη Жанна e\u0323"))


def test_el_dibujo_esta_en_los_dos():
    con_firma = hoja("x", dibujo=imagen("PNG", 900))

    assert len(load_workbook(io.BytesIO(escribir(con_firma, "xlsx"))).active._images) == 1
    assert [i.image.size for i in PdfReader(io.BytesIO(escribir(con_firma, "pdf"))).pages[0].images] != []


def test_la_misma_hoja_da_los_mismos_bytes_en_pdf():
    assert escribir(hoja("Ñandú"), "pdf") == escribir(hoja("Ñandú"), "pdf")


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=700), st.text(max_size=500))
def test_cualquier_texto_se_escribe_y_se_lee(texto, concepto):
    escrita = hoja(texto, filas=[[limpio(concepto[:255]), limpio(concepto), Decimal(1)]])

    leido = junto("".join(v for v in valores(escrita) if isinstance(v, str)))
    assert junto(limpio(texto)) in leido
    assert junto(limpio(concepto)) in leido
    assert "Página 1 de" in texto_de(escrita)
