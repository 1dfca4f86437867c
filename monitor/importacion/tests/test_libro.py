"""Books of Excel: those that others write, and those that are made to do harm."""

import io
from datetime import date, datetime, time
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from monitor.errores import DatosInvalidos
from monitor.exportacion import como_xlsx
from monitor.exportacion.tabla import Tabla
from monitor.importacion import libro
from monitor.importacion.archivo import Archivo


def leer(contenido):
    return list(libro.registros(Archivo("libro.xlsx", contenido)))


def guardado(paquete) -> bytes:
    salida = io.BytesIO()
    paquete.save(salida)
    return salida.getvalue()


def con_partes(*, compresion=ZIP_DEFLATED, **cambios) -> bytes:
    """Return a book with one row, some of whose files are others. `__` stands for `/`."""
    paquete = Workbook()
    paquete.active.append(["nombre"])
    cambios = {nombre.replace("__", "/") + ".xml": texto for nombre, texto in cambios.items()}
    salida = io.BytesIO()
    with ZipFile(io.BytesIO(guardado(paquete))) as original, ZipFile(salida, "w", compresion) as nuevo:
        for nombre in {*original.namelist(), *cambios}:
            nuevo.writestr(nombre, cambios[nombre] if nombre in cambios else original.read(nombre))
    return salida.getvalue()


HOJA = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def frase_de(contenido) -> str:
    with pytest.raises(DatosInvalidos) as error:
        leer(contenido)
    return error.value.mensaje


def test_cada_clase_de_celda():
    paquete = Workbook()
    hoja = paquete.active
    hoja.append(
        ["texto", " con blancos ", "a_x000D_\nb_xD800__x0000_", True, False, 7, 1.5, 5512345678, 1e-7, None, "#N/A"]
    )
    hoja.append([date(2024, 1, 15), datetime(2024, 3, 20, 10, 30, 15), time(8, 5), date(1900, 1, 1)])  # noqa: DTZ001
    hoja["A4"] = CellRichText("de ", TextBlock(InlineFont(b=True), "dos"), " partes")
    hoja["B4"] = "=1+1"
    hoja["C4"], hoja["C4"].number_format = 3, '0 "días"'

    assert leer(guardado(paquete)) == [
        (1, ["texto", "con blancos", "a\nb", "sí", "no", "7", "1.5", "5512345678", "0.0000001", "", "#N/A"]),
        (2, ["2024-01-15", "2024-03-20 10:30:15", "08:05:00", "1900-01-01"]),
        (4, ["de dos partes", "", "3"]),
    ]


def test_la_primera_hoja_visible_que_tenga_algo():
    paquete = Workbook()
    paquete.active.sheet_state = "hidden"
    paquete.active.append(["escondida"])
    paquete.create_sheet("vacía")
    paquete.create_sheet("buena")["C5"] = "sí"

    assert leer(guardado(paquete)) == [(5, ["", "", "sí"])]


def test_las_fechas_de_una_mac():
    paquete = Workbook()
    paquete.epoch = datetime(1904, 1, 1)  # noqa: DTZ001  openpyxl's own
    paquete.active.append([date(2024, 1, 15)])

    assert leer(guardado(paquete)) == [(1, ["2024-01-15"])]


def test_lo_que_exportamos():
    fila = ["=1+1", "a\rb_x0041_", 3, date(2024, 1, 15), datetime(2024, 3, 20, 10, 30, 59), date(1850, 1, 2)]  # noqa: DTZ001
    contenido = b"".join(como_xlsx.escribir(Tabla("tabla", list("ABCDEF"), [[fila]])))

    assert leer(contenido)[1] == (
        2,
        ["=1+1", "a\nb_x0041_", "3", "2024-01-15", "2024-03-20 10:30:59", "1850-01-02"],
    )


@pytest.mark.parametrize("texto", ["x" * 40_000, "a\r\n" * 20_000, "_x0041_" * 9_000])
def test_un_texto_que_no_cupo_se_rechaza(texto):
    contenido = b"".join(como_xlsx.escribir(Tabla("tabla", ["A"], [[[texto]]])))

    assert frase_de(contenido).endswith(
        "hay un texto que Excel no pudo tener entero (termina en «… (sigue)»): deje vacía esa celda, o use «Exportar a"
        " CSV»"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_un_libro_con_entidades_se_rechaza(encoding):
    de_mil = "&a;" * 1000
    bomba = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "{"ja" * 1000}">]>{HOJA.format(de_mil)}'

    assert "no se puede abrir como libro de Excel" in frase_de(
        con_partes(xl__worksheets__sheet1=bomba.encode(encoding))
    )


def test_un_libro_que_abierto_es_enorme_se_rechaza_sin_abrirlo():
    contenido = con_partes(xl__worksheets__sheet1=HOJA.format(" " * (libro.ABIERTO_MAXIMO + 1)))

    assert len(contenido) < 1_000_000
    assert "abierto pesa más de 64 MB" in frase_de(contenido)


@pytest.mark.parametrize("compresion", [ZIP_BZIP2, ZIP_LZMA])
def test_un_libro_comprimido_de_un_modo_sin_limite_se_rechaza_sin_abrirlo(compresion):
    assert "no se puede abrir como libro de Excel" in frase_de(con_partes(compresion=compresion))


def test_demasiados_textos():
    textos = f"<sst>{'<si/>' * (libro.TEXTOS_MAXIMOS + 1)}</sst>"

    assert "abierto pesa más de 64 MB" in frase_de(con_partes(xl__sharedStrings=textos))


def test_una_celda_en_el_fin_del_mundo_no_ocupa_lo_que_hay_en_medio():
    ultima = '<row r="1048576"><c r="A1048576"><v>2</v></c><c r="XFD1048576"><v>3</v></c></row>'
    celdas = f'<row r="1"><c r="A1"><v>1</v></c></row>{ultima}'

    assert leer(con_partes(xl__worksheets__sheet1=HOJA.format(celdas))) == [(1, ["1"]), (1_048_576, ["2"])]


@pytest.mark.parametrize(
    ("guardado", "leido"),
    [
        ("999999999999999", "999999999999999"),
        ("1234567890123456", "1.23456789012346E+15"),
        ("-1234567890123456", "-1.23456789012346E+15"),
        ("12345678901234567890", "1.23456789012346E+19"),
    ],
)
def test_de_un_numero_mas_largo_que_los_que_excel_guarda_se_ve_que_lo_es(guardado, leido):
    celdas = f'<row r="1"><c r="A1"><v>{guardado}</v></c></row>'

    assert leer(con_partes(xl__worksheets__sheet1=HOJA.format(celdas))) == [(1, [leido])]


@pytest.mark.parametrize("numero", [-1, 3_000_000, 10**14])
def test_un_numero_que_no_es_ningun_dia_queda_como_numero(numero):
    paquete = Workbook()
    paquete.active["A1"], paquete.active["A1"].number_format = numero, "dd/mm/yyyy"

    assert leer(guardado(paquete)) == [(1, [str(numero)])]


def test_celdas_sin_su_lugar():
    celdas = "<row><c><v>1</v></c><c/><c t='str'><f>A1</f><v>x</v></c></row><row><c><v>2</v></c></row>"

    assert leer(con_partes(xl__worksheets__sheet1=HOJA.format(celdas))) == [(1, ["1", "", "x"]), (2, ["2"])]


@pytest.mark.parametrize(
    "partes",
    [
        {"xl__workbook": "<workbook>"},
        {"xl__worksheets__sheet1": HOJA.format("").removesuffix("</worksheet>")},
        {"xl__workbook": "esto no es XML"},
        {"xl__worksheets__sheet1": HOJA.format('<row r="1"><c r="A1" t="s"><v>99</v></c></row>')},
        {"xl__worksheets__sheet1": HOJA.format('<row r="x"/>')},
        {"xl__worksheets__sheet1": HOJA.format('<row r="0"/>')},
        {"xl__worksheets__sheet1": HOJA.format('<row r="2"/><row r="2"/>')},
        {"xl__worksheets__sheet1": HOJA.format('<row r="2"/><row r="1"/>')},
        {"xl__worksheets__sheet1": HOJA.format('<row r="1048577"/>')},
        {"xl__worksheets__sheet1": HOJA.format('<row r="1048576"/><row/>')},
        {"xl__worksheets__sheet1": HOJA.format('<row r="1"><c r="A1"><v>doce</v></c></row>')},
    ],
)
def test_un_libro_roto_se_rechaza(partes):
    assert "no se puede abrir como libro de Excel" in frase_de(con_partes(**partes))


def test_un_libro_sin_sus_enlaces_se_rechaza():
    assert "no se puede abrir como libro de Excel" in frase_de(sin_enlaces())


def sin_enlaces():
    salida = io.BytesIO()
    with ZipFile(io.BytesIO(con_partes())) as original, ZipFile(salida, "w") as nuevo:
        for nombre in original.namelist():
            if "_rels/workbook" not in nombre:
                nuevo.writestr(nombre, original.read(nombre))
    return salida.getvalue()
