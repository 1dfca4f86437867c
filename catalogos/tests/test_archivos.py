"""The files that people load: those that spreadsheets in Spanish write, and the errors of those that can't be
loaded."""

from contextlib import suppress

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from catalogos.importacion.lineas import Lineas, columnas_de
from catalogos.models import Aseguradora, Departamento, Lugar
from catalogos.tests.factories import DepartamentoFactory, LugarFactory
from monitor.errores import DatosInvalidos
from monitor.importacion.archivo import BYTES_MAXIMOS, Archivo, Errores
from monitor.importacion.tabla import FILAS_MAXIMAS, leer

pytestmark = pytest.mark.django_db

LUGARES = [("A", "Peñón, «ex» José", True), ("B", "Sede", False)]
CREADOS = ["lugar: 2 creadas, 0 actualizadas, 0 sin cambios"]
IGUALES = ["lugar: 0 creadas, 0 actualizadas, 2 sin cambios"]


def lugares():
    return list(Lugar.objects.order_by("codigo").values_list("codigo", "nombre", "es_punto_frecuente"))


# --- What spreadsheets write ---


@pytest.mark.una_vez
@pytest.mark.parametrize("separador", [";", ",", "\t", "|"])
@pytest.mark.parametrize("fin", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_cada_separador_fin_de_linea_y_codificacion(separador, fin, encoding, sembrar, archivo):
    filas = [["codigo", "nombre", "es_punto_frecuente"], ["A", '"Peñón, «ex» José"', "sí"], ["B", "Sede", "no"]]
    ruta = archivo("lugar.csv", fin.join(separador.join(fila) for fila in filas) + fin, encoding)

    assert (sembrar(ruta), sembrar(ruta)) == (CREADOS, IGUALES)
    assert lugares() == LUGARES


def test_utf_16_de_una_mac(sembrar, archivo):
    ruta = archivo("lugar.txt", "\ufeffcodigo\tnombre\nA\tÑu\n".encode("utf-16-be"))

    assert sembrar(ruta) == ["lugar: 1 creadas, 0 actualizadas, 0 sin cambios"]
    assert Lugar.objects.get().nombre == "Ñu"


@pytest.mark.parametrize("linea", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;", "\ufeffsep=;"])
def test_la_linea_que_dice_el_separador(linea, sembrar, archivo):
    ruta = archivo("lugar.csv", f"{linea}\r\ncodigo;nombre\r\nA;Sede, la primera\r\n")

    assert sembrar(ruta) == ["lugar: 1 creadas, 0 actualizadas, 0 sin cambios"]
    assert Lugar.objects.get().nombre == "Sede, la primera"


def test_la_linea_que_dice_el_separador_tambien_se_cuenta(rechazos, archivo):
    assert rechazos(archivo("lugar.csv", "sep=;\nid;codigo;nombre\n0;A;Sede\n")) == [
        "lugar.csv, línea 3: id: debe estar entre 1 y 2147483647"
    ]


def test_una_sola_columna_con_comas(sembrar, archivo):
    sembrar(archivo("aseguradora.csv", "nombre\r\nSeguros Azteca, S.A.\r\n"))

    assert Aseguradora.objects.get().nombre == "Seguros Azteca, S.A."


def test_filas_vacias_y_columnas_vacias_al_final(sembrar, archivo):
    texto = ";;;;\n\ncodigo;nombre;es_punto_frecuente;;\n;;;;\nA;Peñón, «ex» José;1;;\n\u00a0; ;;;\nB;Sede\n\n;;;;\n"

    assert sembrar(archivo("lugar.csv", texto)) == CREADOS
    assert lugares() == LUGARES


@pytest.mark.parametrize(
    "titulos",
    ["Código;NOMBRE;Es punto frecuente", " codigo ;\u00a0Nombre;es_punto_frecuente", "CÓDIGO;nombre;esPuntoFrecuente"],
)
def test_los_titulos_como_los_escribe_la_gente(titulos, sembrar, archivo):
    assert sembrar(archivo("Lugar.CSV", f"{titulos}\nA;Peñón, «ex» José;sí\nB;Sede;no\n")) == CREADOS
    assert lugares() == LUGARES


def test_los_titulos_como_los_dice_el_admin(sembrar, archivo):
    texto = "Código;Nombre;Correo del jefe;Departamento padre\nA;Raíz;a@example.org;\nB;Rama;b@example.org;A\n"
    sembrar(archivo("departamento.csv", texto))

    assert list(Departamento.objects.order_by("codigo").values_list("email_jefe", "departamento_padre__codigo")) == [
        ("a@example.org", None),
        ("b@example.org", "A"),
    ]


@pytest.mark.parametrize(
    ("celda", "valor"),
    [
        *((si, True) for si in ("sí", "SI", "Sí", "VERDADERO", "verdadero", "true", "TRUE", "1")),
        *((no, False) for no in ("no", "NO", "FALSO", "Falso", "false", "FALSE", "0", "")),
    ],
)
def test_si_y_no(celda, valor, sembrar, archivo):
    sembrar(archivo("lugar.csv", f"codigo;nombre;es_punto_frecuente\nA;Sede;{celda}\n"))

    assert Lugar.objects.get().es_punto_frecuente is valor


@pytest.mark.parametrize(
    ("celda", "valor"),
    [
        *((uno, 1) for uno in ("1", "1.0", "1,00", "+1", " 1\u00a0", "1.000000", "1,0000")),
        *(
            (mil, 1000)
            for mil in ("1000", "1.000", "1,000", "1 000", "1\u00a0000", "1\u202f000", "1.000,00", "1,000.0")
        ),
        *((muchos, 1234567) for muchos in ("1.234.567", "1,234,567", "1234567.0")),
        ("0.000", 0),
    ],
)
def test_un_entero_como_lo_escribe_excel(celda, valor, sembrar, archivo):
    sembrar(archivo("departamento.csv", f"codigo;nombre;nivel_jerarquico\nA;Raíz;{celda}\n"))

    assert Departamento.objects.get().nivel_jerarquico == valor


@pytest.mark.parametrize("celda", ["dos", "1.5", "1,5", "1.00.0", "1.000.00", "1_000", "1E+03", "٣"])
def test_lo_que_no_es_un_entero(celda, rechazos, archivo):
    assert rechazos(archivo("departamento.csv", f"codigo;nombre;nivel_jerarquico\nA;Raíz;{celda}\n")) == [
        f"departamento.csv, línea 2: nivel_jerarquico: «{celda}» no es un número entero"
    ]


@pytest.mark.parametrize(
    ("celda", "valor"),
    [
        ("13.6929", 13.6929),
        ("13,6929", 13.6929),
        ("-13,692", -13.692),
        ("1,36929E+01", 13.6929),
        ("14", 14),
        (",5", 0.5),
    ],
)
def test_una_coordenada_con_punto_o_con_coma(celda, valor, sembrar, archivo):
    sembrar(archivo("lugar.csv", f'codigo,nombre,latitud,longitud\nA,Sede,"{celda}","{celda}"\n'))

    assert Lugar.objects.values_list("latitud", "longitud").get() == (valor, valor)


@pytest.mark.parametrize("celda", ["13° 41'", "1.234,5", "1_3", "nan", "inf"])
def test_lo_que_no_es_una_coordenada(celda, rechazos, archivo):
    assert rechazos(archivo("lugar.csv", f"codigo;nombre;latitud\nA;Sede;{celda}\n")) == [
        f"lugar.csv, línea 2: latitud: «{celda}» no es un número"
    ]


def test_una_coordenada_que_excel_tomo_por_miles(rechazos, archivo):
    assert rechazos(archivo("lugar.csv", "codigo;nombre;latitud\nA;Sede;136929\n")) == [
        "lugar.csv, línea 2: latitud: debe estar entre -90 y 90"
    ]


def test_los_blancos_que_no_se_parten_son_blancos(sembrar, archivo):
    LugarFactory(codigo="A", nombre="Sede Central")

    assert sembrar(archivo("lugar.csv", "codigo;nombre\nA\u00a0;\u202fSede\u00a0Central\u00a0\n")) == [
        "lugar: 0 creadas, 0 actualizadas, 1 sin cambios"
    ]


@pytest.mark.parametrize("salto", ["\n", "\r\n", "\r"])
def test_una_celda_con_saltos_de_linea(salto, sembrar, rechazos, archivo):
    texto = f'codigo;nombre;observaciones\r\nA;Sede;"Una{salto}dos ""y"" tres"\r\n'
    ruta = archivo("lugar.csv", texto)

    assert sembrar(ruta) == ["lugar: 1 creadas, 0 actualizadas, 0 sin cambios"]
    assert sembrar(ruta) == ["lugar: 0 creadas, 0 actualizadas, 1 sin cambios"]
    assert Lugar.objects.get().observaciones == 'Una\ndos "y" tres'
    assert rechazos(archivo("lugar.csv", texto + "B;;\r\n")) == [
        "lugar.csv, línea 4: nombre: Este campo no puede estar en blanco."
    ]


@pytest.mark.parametrize("separador", [";", ",", "\t"])
def test_un_titulo_en_dos_lineas(separador, sembrar, archivo):
    titulos = separador.join(['"Es punto\nfrecuente"', "codigo", "nombre"])

    sembrar(archivo("lugar.csv", f"{titulos}\r\n{separador.join(['sí', 'A', 'Sede'])}\r\n"))
    assert lugares() == [("A", "Sede", True)]


# --- What identifies a row ---


def test_un_lugar_sin_codigo_se_conoce_por_su_nombre(sembrar, archivo):
    ruta = archivo("lugar.csv", "codigo;nombre;direccion\n;Sede;Calle 1\nA;Bodega;\n")

    assert (sembrar(ruta), sembrar(ruta)) == (CREADOS, IGUALES)
    assert sembrar(archivo("lugar.csv", "nombre;direccion\nSEDE;Calle 2\n")) == [
        "lugar: 0 creadas, 1 actualizadas, 0 sin cambios"
    ]
    assert list(Lugar.objects.order_by("nombre").values_list("codigo", "nombre", "direccion")) == [
        ("A", "Bodega", None),
        (None, "SEDE", "Calle 2"),
    ]


def test_un_lugar_sin_codigo_ni_nombre_se_rechaza(rechazos, archivo):
    assert rechazos(archivo("lugar.csv", "codigo;nombre;direccion\n;;Calle 1\n")) == [
        "lugar.csv, línea 2: nombre: Este campo no puede estar en blanco.",
    ]


def test_un_lugar_sin_codigo_que_ya_lo_tiene_se_rechaza(rechazos, archivo):
    LugarFactory(codigo="SC-1", nombre="Sede")

    assert rechazos(archivo("lugar.csv", "codigo;nombre\n;sede\n")) == [
        "lugar.csv, línea 2: codigo: ya existe «Sede» con el codigo SC-1: escríbalo aquí, o dé otro nombre a esta fila"
    ]


def test_un_lugar_con_codigo_junto_al_que_no_lo_tiene_se_rechaza(rechazos, archivo):
    assert rechazos(archivo("lugar.csv", "codigo;nombre\n;Sede\nA;Sede\n")) == [
        "lugar.csv, línea 3: codigo: ya existe «Sede» sin codigo: póngaselo en la administración, "
        "o dé otro nombre a esta fila"
    ]


def test_un_lugar_sin_codigo_entre_varios_del_mismo_nombre_se_rechaza(rechazos, archivo):
    LugarFactory.create_batch(2, codigo=None, nombre="Sede")

    assert rechazos(archivo("lugar.csv", "codigo;nombre\n;Sede\n")) == [
        "lugar.csv, línea 2: nombre: hay varias filas «Sede» sin codigo: póngaselo en la administración, y aquí"
    ]


def test_un_lugar_sin_codigo_eliminado_vuelve_con_lo_del_archivo(sembrar, archivo):
    viejo = LugarFactory(codigo=None, nombre="Sede", direccion="Calle 1", es_punto_frecuente=True, eliminada=True)
    ruta = archivo("lugar.csv", "nombre;referencia\nSede;Frente al parque\n")

    assert sembrar(ruta, solo_nuevas=True) == ["lugar: 0 creadas, 0 actualizadas, 1 sin cambios"]
    assert sembrar(ruta) == ["lugar: 0 creadas, 1 actualizadas, 0 sin cambios"]
    columnas = ("pk", "eliminado", "direccion", "es_punto_frecuente", "referencia")
    assert list(Lugar.objects.values_list(*columnas)) == [(viejo.pk, False, None, False, "Frente al parque")]


def test_un_lugar_sin_codigo_eliminado_no_vuelve_junto_a_otro_de_su_nombre(rechazos, archivo):
    LugarFactory(codigo=None, nombre="Sede", eliminada=True)
    LugarFactory(codigo="SC-1", nombre="SEDE")

    assert rechazos(archivo("lugar.csv", "codigo;nombre\n;Sede\n")) == [
        "lugar.csv, línea 2: codigo: ya existe «SEDE» con el codigo SC-1: escríbalo aquí, o dé otro nombre a esta fila"
    ]


@pytest.mark.parametrize("antes", [{"eliminada": True, "nombre": "Sede"}, {"nombre": "Otra"}])
def test_un_lugar_con_codigo_no_toma_el_nombre_de_uno_que_no_lo_tiene(rechazos, archivo, antes):
    LugarFactory(codigo="SC-1", **antes)
    LugarFactory(codigo=None, nombre="Sede")

    assert rechazos(archivo("lugar.csv", "codigo;nombre\nSC-1;Sede\n")) == [
        "lugar.csv, línea 2: codigo: ya existe «Sede» sin codigo: póngaselo en la administración, "
        "o dé otro nombre a esta fila"
    ]


def test_un_lugar_toma_el_nombre_que_otro_deja_mas_arriba(sembrar, archivo):
    LugarFactory(codigo="SC-1", nombre="Sede")
    LugarFactory(codigo=None, nombre="Bodega", eliminada=True)

    assert sembrar(archivo("lugar.csv", "codigo;nombre\nSC-1;Sede vieja\n;Sede\n;Bodega\n")) == [
        "lugar: 1 creadas, 2 actualizadas, 0 sin cambios"
    ]


def test_un_lugar_que_vuelve_cuenta_para_los_de_mas_abajo(rechazos, archivo):
    LugarFactory(codigo=None, nombre="Sede", eliminada=True)

    assert rechazos(archivo("lugar.csv", "codigo;nombre\n;Sede\nA;Sede\n")) == [
        "lugar.csv, línea 3: codigo: ya existe «Sede» sin codigo: póngaselo en la administración, "
        "o dé otro nombre a esta fila"
    ]


def test_los_que_ya_se_llamaban_igual_se_pueden_cambiar(sembrar, archivo):
    LugarFactory(codigo="SC-1", nombre="Sede")
    LugarFactory(codigo=None, nombre="Sede")

    assert sembrar(archivo("lugar.csv", "codigo;nombre;direccion\nSC-1;Sede;Calle 1\n;Sede;Calle 2\n")) == [
        "lugar: 0 creadas, 2 actualizadas, 0 sin cambios"
    ]


def test_una_clave_dos_veces_nombra_las_dos_lineas(rechazos, archivo):
    texto = "codigo;nombre\nñ;Uno\nB;Dos\n;Tres\nÑ ;Cuatro\n;TRES\n"

    assert rechazos(archivo("lugar.csv", texto)) == [
        "lugar.csv, línea 5: codigo: «Ñ» ya está en la línea 2: deje una sola",
        "lugar.csv, línea 6: nombre: «TRES» ya está en la línea 4: deje una sola",
    ]


def test_un_id_dos_veces_nombra_las_dos_lineas(rechazos, archivo):
    assert rechazos(archivo("aseguradora.csv", "id;nombre\n7;AXA\n7.0;HDI\n")) == [
        "aseguradora.csv, línea 3: id: «7.0» ya está en la línea 2: deje una sola"
    ]


def test_una_clave_fuera_de_las_letras_que_la_base_iguala(sembrar, archivo):
    """The key is looked up as the model writes it («šß» is stored as «ŠSS»), because the database doesn't fold such
    letters."""
    ruta = archivo("lugar.csv", "codigo;nombre\nšß;Sede\n")

    assert sembrar(ruta) == ["lugar: 1 creadas, 0 actualizadas, 0 sin cambios"]
    assert sembrar(ruta) == ["lugar: 0 creadas, 0 actualizadas, 1 sin cambios"]


@pytest.mark.parametrize(
    ("fila", "frase"),
    [
        ("A\u200b;Sede", "codigo: tiene caracteres invisibles; bórrelo y escríbalo sin copiarlo"),
        ("A\ufe0f;Sede", "codigo: tiene caracteres invisibles; bórrelo y escríbalo sin copiarlo"),
        (
            "A;\u202eSede",
            "nombre: tiene caracteres invisibles que invierten lo que sigue; bórrelo y escríbalo sin copiarlo",
        ),
        ("A;\ufe0f", "nombre: Este campo no puede estar en blanco."),
        ("A;\u200b\u3164", "nombre: Este campo no puede estar en blanco."),
        ("\u200b;Sede", "codigo: Este campo no puede estar en blanco."),
    ],
)
def test_textos_que_no_se_ven_se_rechazan(rechazos, archivo, fila, frase):
    assert rechazos(archivo("departamento.csv", f"codigo;nombre\n{fila}\n")) == [f"departamento.csv, línea 2: {frase}"]


def test_un_lugar_cuyo_codigo_no_se_ve_no_lo_tiene(sembrar, archivo):
    sembrar(archivo("lugar.csv", "codigo;nombre\n\u200b;Sede\n"))

    assert Lugar.objects.get().codigo is None


def test_compuesta_y_descompuesta_son_la_misma_clave(sembrar, archivo):
    sembrar(archivo("lugar.csv", "codigo;nombre\nÑ1;Peñón\n"))

    assert sembrar(archivo("lugar.csv", "codigo;nombre\nn\u03031;Pen\u0303o\u0301n\n")) == [
        "lugar: 0 creadas, 0 actualizadas, 1 sin cambios"
    ]


# --- Rows that refer to others ---


def test_un_hijo_antes_que_su_padre(sembrar, archivo):
    ruta = archivo("departamento.csv", "codigo;nombre;departamento_padre\nC;Nieto;b\nB;Hijo;A\nA;Raíz;\n")

    assert sembrar(ruta) == ["departamento: 3 creadas, 0 actualizadas, 0 sin cambios"]
    assert sembrar(ruta) == ["departamento: 0 creadas, 0 actualizadas, 3 sin cambios"]
    assert dict(Departamento.objects.values_list("codigo", "departamento_padre__codigo")) == {
        "A": None,
        "B": "A",
        "C": "B",
    }


def test_un_arbol_al_reves_del_que_estaba(sembrar, archivo):
    a = DepartamentoFactory(codigo="A")
    b = DepartamentoFactory(codigo="B", departamento_padre_id=a.pk)
    DepartamentoFactory(codigo="C", departamento_padre_id=b.pk)
    sembrar(archivo("departamento.csv", "codigo;departamento_padre\nA;B\nB;C\nC;\n"))

    assert dict(Departamento.objects.values_list("codigo", "departamento_padre__codigo")) == {
        "A": "B",
        "B": "C",
        "C": None,
    }


@pytest.mark.parametrize("cuantos", [2, 9])
def test_el_arbol_se_toma_una_vez_por_archivo(sembrar, archivo, cuantos):
    """Each row takes its savepoints, the look-up of its parent and of its key, and the INSERT."""
    texto = "codigo;nombre;departamento_padre\nA;Raíz;\n" + "".join(f"D{n};Hijo {n};A\n" for n in range(cuantos))

    with CaptureQueriesContext(connection) as sentencias:
        sembrar(archivo("departamento.csv", texto))

    leidas = [s["sql"] for s in sentencias if "departamento" in s["sql"] and "WHERE" not in s["sql"]]
    assert sum("INSERT" not in sql for sql in leidas) == 2  # the rows that there are, and the tree under lock


def test_un_padre_eliminado_que_el_archivo_trae_mas_abajo(sembrar, archivo):
    DepartamentoFactory(codigo="A", nombre="Raíz", eliminada=True)

    assert sembrar(archivo("departamento.csv", "codigo;nombre;departamento_padre\nB;Hijo;A\nA;Raíz;\n")) == [
        "departamento: 1 creadas, 1 actualizadas, 0 sin cambios"
    ]


def test_un_circulo_entre_filas_nombra_sus_lineas(rechazos, archivo):
    texto = "codigo;nombre;departamento_padre\nD;Cuelga;B\nA;Uno;C\nB;Dos;A\nC;Tres;B\nE;Sola;E\n"
    frase = "departamento_padre: No se puede asignar este departamento padre porque crearía una referencia circular"

    assert rechazos(archivo("departamento.csv", texto)) == [
        f"departamento.csv, línea 3: {frase} (líneas 3, 4, 5)",
        f"departamento.csv, línea 4: {frase} (líneas 3, 4, 5)",
        f"departamento.csv, línea 5: {frase} (líneas 3, 4, 5)",
        f"departamento.csv, línea 6: {frase}",
    ]


def test_el_hijo_de_una_fila_mala_no_la_repite(rechazos, archivo):
    texto = "codigo;nombre;departamento_padre;nivel_jerarquico\nB;Hijo;A;\nA;;;\nC;Otro;A;x\n"

    assert rechazos(archivo("departamento.csv", texto)) == [
        "departamento.csv, línea 3: nombre: Este campo no puede estar en blanco.",
        "departamento.csv, línea 4: nivel_jerarquico: «x» no es un número entero",
    ]


def test_solo_nuevas_no_mira_las_filas_que_ya_estan(sembrar, archivo):
    DepartamentoFactory(codigo="A", nombre="Raíz", eliminada=True)
    DepartamentoFactory(codigo="B")

    ruta = archivo("departamento.csv", "codigo;nombre;departamento_padre\nA;Raíz;\nB;Hijo;A\n")
    assert sembrar(ruta, solo_nuevas=True) == ["departamento: 0 creadas, 0 actualizadas, 2 sin cambios"]


# --- What is wrong, all at once ---


def test_todo_lo_malo_de_una_linea_se_dice_a_la_vez(rechazos, archivo):
    texto = f"id;codigo;nombre;es_punto_frecuente;latitud;tipo_lugar\n0;A B;;quizá;norte;{'x' * 51};de más\n"

    assert rechazos(archivo("lugar.csv", texto)) == [
        "lugar.csv, línea 2: su celda 7, «de más», no está bajo el nombre de ninguna columna",
        "lugar.csv, línea 2: id: debe estar entre 1 y 2147483647",
        "lugar.csv, línea 2: es_punto_frecuente: «quizá» no se entiende: escriba sí o no",
        "lugar.csv, línea 2: latitud: «norte» no es un número",
        "lugar.csv, línea 2: codigo: no se admiten espacios",
        "lugar.csv, línea 2: nombre: Este campo no puede estar en blanco.",
        "lugar.csv, línea 2: tipo_lugar: Asegúrese de que este valor tenga como máximo 50 caracteres (tiene 51).",
    ]


def test_todo_lo_malo_de_la_primera_linea_se_dice_a_la_vez(rechazos, archivo):
    assert rechazos(archivo("aseguradora.csv", "id;Id;color;talla;\n1;1;rojo;M;\n")) == [
        "aseguradora.csv: su primera línea debe nombrar columnas de id, nombre, cada una una vez: "
        "no se conoce «color», «talla»; se repite «id»; falta «nombre»"
    ]


def test_una_primera_linea_larguisima_se_cita_en_corto(rechazos, archivo):
    titulos = ";".join(f"x{n}" for n in range(10_000))

    assert rechazos(archivo("aseguradora.csv", f"nombre;{titulos}\n")) == [
        "aseguradora.csv: su primera línea debe nombrar columnas de id, nombre, cada una una vez: "
        "no se conoce «x0», «x1», «x2», «x3», «x4» y 9,995 más"
    ]


def test_una_celda_se_cita_en_corto_y_visible(rechazos, archivo):
    filas = f"A;Raíz;{'1' * 5000}\nB;Hijo;\x1b[31mx\n"

    assert rechazos(archivo("departamento.csv", f"codigo;nombre;nivel_jerarquico\n{filas}")) == [
        f"departamento.csv, línea 2: nivel_jerarquico: «{'1' * 60}…» no es un número entero",
        "departamento.csv, línea 3: nivel_jerarquico: « [31mx» no es un número entero",
    ]


@pytest.mark.una_vez
def test_un_encabezado_de_millones_de_columnas_vacias(sembrar, archivo):
    filas = "".join(f"Seguros {n}\n" for n in range(200))

    assert sembrar(archivo("aseguradora.csv", f"nombre{';' * 4_000_000}\n{filas}")) == [
        "aseguradora: 200 creadas, 0 actualizadas, 0 sin cambios"
    ]


def test_una_fila_de_miles_de_celdas_sin_columna(rechazos, archivo):
    assert rechazos(archivo("aseguradora.csv", "nombre\n" + "AXA;" * 100_000)) == [
        "aseguradora.csv, línea 2: su celda 2, «AXA», no está bajo el nombre de ninguna columna"
    ]


def test_una_celda_bajo_una_columna_sin_nombre(rechazos, archivo):
    assert rechazos(archivo("lugar.csv", "codigo;;nombre\nA;;Sede\nB;algo;Bodega\n")) == [
        "lugar.csv, línea 3: su celda 2, «algo», no está bajo el nombre de ninguna columna"
    ]


@pytest.mark.parametrize("celda", ["#N/A", "#N/D", "#¡REF!", "#¿NOMBRE?", "#¡DIV/0!", "########"])
def test_un_error_de_excel_se_rechaza(celda, rechazos, archivo):
    assert rechazos(archivo("aseguradora.csv", f"nombre\n{celda}\n")) == [
        f"aseguradora.csv, línea 2: nombre: «{celda}» es un error de Excel: corrija la celda y guárdelo otra vez"
    ]


COMILLAS = (
    "abre unas comillas que no se cierran, y desde ahí no se puede leer: ciérrelas; las que sean parte de un texto "
    'van dobles ("")'
)


@pytest.mark.parametrize(
    "filas",
    [
        'C;"Sin cerrar\nD;Otra\n',
        'C;"Sin cerrar\nD;"Otra";x\n',
        'C;"Se cierra" mal\nD;Otra\n',
        'C;"Sin cerrar ""\r\nD;Otra\r\n' + "E;Más\r\n" * 50_000,
    ],
)
def test_unas_comillas_sin_cerrar_nombran_su_linea(filas, rechazos, archivo):
    assert rechazos(archivo("lugar.csv", f'codigo;nombre\nA B;Mal\nB;"En\ndos líneas"\n{filas}')) == [
        "lugar.csv, línea 2: codigo: no se admiten espacios",
        "lugar.csv, línea 3: nombre: no se admiten caracteres de control",
        f"lugar.csv, línea 5: {COMILLAS}",
    ]


def test_unas_comillas_que_se_abren_a_media_fila_de_varias_lineas(rechazos, archivo):
    assert rechazos(archivo("lugar.csv", 'sep=;\ncodigo;observaciones;nombre\nA;"Una\ndos";"Sede\nB;;Otra\n')) == [
        f"lugar.csv, línea 4: {COMILLAS}"
    ]


def test_unas_comillas_a_media_celda_son_del_texto(sembrar, archivo):
    sembrar(archivo("lugar.csv", 'codigo;nombre\nA;Portón de 12" azul\n'))

    assert Lugar.objects.get().nombre == 'Portón de 12" azul'


def test_una_celda_larguisima(rechazos, archivo):
    assert rechazos(archivo("lugar.csv", f"codigo;nombre\nA;{'x' * 131_073}\n")) == [
        "lugar.csv, línea 2: una celda pasa de 131,072 letras, y desde ahí no se puede leer: acórtela"
    ]


# --- Files that aren't tables ---

COMO = "ábralo en Excel y guárdelo como «CSV UTF-8 (delimitado por comas)»"
COMO_LIBRO = "ábralo en Excel y guárdelo como «Libro de Excel (.xlsx)»"
VACIO = "está vacío: escriba los nombres de las columnas y, debajo, las filas"


@pytest.mark.parametrize(
    ("contenido", "frase"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", f"no se puede abrir como libro de Excel: {COMO_LIBRO}, sin contraseña"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", f"es un libro de un Excel viejo (.xls), o con contraseña: {COMO_LIBRO}"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", f"no es texto: {COMO}"),
        (b"codigo;nombre\nA;\x81\x8d\n", f"no es texto: {COMO}"),
        ("codigo;nombre\nA;Sede\n".encode("utf-16-le"), f"no es texto: {COMO}"),
        ("codigo;nombre\nA;Sede\n".encode("utf-32"), f"no es texto: {COMO}"),
        (b"\xef\xbb\xbfcodigo;nombre\nA;\xd1u\n", f"hay letras que no se pueden leer en la línea 2: {COMO}"),
        ("codigo;nombre\rA;Ñu\rB;".encode() + b"\xd1u\r", f"hay letras que no se pueden leer en la línea 3: {COMO}"),
        ("codigo\r\nÑ".encode("utf-16") + b"\x00", f"hay letras que no se pueden leer en la línea 2: {COMO}"),
        ("codigo;nombre\nA;Sede\nB;Direcci\ufffdn".encode(), f"hay letras que no se pueden leer en la línea 3: {COMO}"),
        (
            "codigo;nombre\nA;Direcci\ufffdn\n".encode() + b"B;\xd1u",
            f"hay letras que no se pueden leer en la línea 2: {COMO}",
        ),
        ("codigo;nombre\nA;Logística\n".encode("cp850"), f"hay letras que no se pueden leer en la línea 2: {COMO}"),
        ("codigo;nombre\rA;Dirección\r".encode("mac-roman"), f"hay letras que no se pueden leer en la línea 2: {COMO}"),
        (b"", VACIO),
        (b"\xef\xbb\xbf \r\n\r\n", VACIO),
        (b";;;\r\n;;;\r\n", VACIO),
        (b"sep=;\r\n", VACIO),
        (b"codigo;nombre\r\n", "sólo trae los nombres de las columnas: escriba debajo las filas"),
        (b"codigo;nombre\r\n;\r\n", "sólo trae los nombres de las columnas: escriba debajo las filas"),
        (b"x" * (BYTES_MAXIMOS + 1), "pesa más de 5 MB: divídalo en varios y cárguelos uno por uno"),
    ],
)
def test_un_archivo_que_no_es_una_tabla(contenido, frase, rechazos, archivo):
    assert rechazos(archivo("lugar.csv", contenido)) == [f"lugar.csv: {frase}"]


DE_DOS = "España Peña PEÑA Perú Álamo Área Peñón Ñandú café último García".split()
# In Macintosh's these could be words of Windows-1252: there they are read.
DE_MS_DOS = "GARCÍA CAMIÓN PINGÜINO MÁLAGA".split()
DE_OTRA_PAGINA = [(palabra, "cp850") for palabra in DE_DOS + DE_MS_DOS] + [(palabra, "mac-roman") for palabra in DE_DOS]


@pytest.mark.parametrize(("palabra", "pagina"), DE_OTRA_PAGINA)
def test_no_se_leen_en_silencio_las_letras_de_ms_dos_ni_de_macintosh(palabra, pagina, rechazos, archivo):
    contenido = f"codigo;nombre\nA;{palabra}\n".encode(pagina)

    frase = f"lugar.csv: hay letras que no se pueden leer en la línea 2: {COMO}"
    assert rechazos(archivo("lugar.csv", contenido)) == [frase]


BUENOS = (
    "España PEÑA Perú Álamo Peñón",
    "¡Ojo! ¿Qué?",
    "5 µm y 3 µmol",
    "50¢, £100 y ¥500",
    "«a» “b” ‘c’ …",
    "Sr.\u00a0Pérez, San\u00a0José",
    "lunes–viernes, Madrid–Toledo",
    "el taller —el nuevo— y O’Higgins",
    "Citroën, Škoda, Žižek, BOŽO, Müller, KÖNIG, Citröen",
    "œuvre, François, Curaçao, São Paulo, Bjørn, Ça va, ça",
    "JOSé PéREZ, n.º 1.ª 25° ½ € ™ ® ×",
)


@pytest.mark.parametrize("bueno", BUENOS)
def test_lo_que_esta_bien_en_windows_se_lee(bueno, sembrar, archivo):
    sembrar(archivo("lugar.csv", f"codigo;nombre\nA;Señal {bueno}\n".encode("cp1252")))

    assert Lugar.objects.get().nombre == f"Señal {bueno}".replace("\u00a0", " ")


def test_demasiadas_filas(rechazos, archivo):
    filas = "".join(f"Seguros {n}\n" for n in range(FILAS_MAXIMAS + 1))

    assert rechazos(archivo("aseguradora.csv", f"nombre\n{filas}")) == [
        "aseguradora.csv: tiene más de 10,000 filas: divídalo en varios y cárguelos uno por uno"
    ]


TROZOS = st.sampled_from(["A", "b", "ñ", "1.0", ";", ",", "\t", '"', '""', "\n", "\r\n", "\r", "\u00a0", "sep=;"])
TEXTOS = st.builds(
    lambda titulos, trozos, encoding: (titulos + "".join(trozos)).encode(encoding),
    st.sampled_from(["", "codigo;nombre;departamento_padre;id\n", "sep=,\rid,codigo,departamento_padre\r"]),
    st.lists(TROZOS, max_size=40),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
)


@given(contenido=TEXTOS | st.binary(max_size=200))
def test_de_cualquier_archivo_se_leen_sus_filas_o_se_dice_por_que_no(contenido):
    archivo, errores = Archivo("departamento.csv", contenido), Errores("departamento.csv")
    with suppress(DatosInvalidos):
        renglones = leer(archivo, columnas_de(Departamento), errores).renglones
        en_orden = Lineas(Departamento, renglones, errores).padres_primero()
        assert sorted(renglon.numero for renglon in en_orden) == [renglon.numero for renglon in renglones]
