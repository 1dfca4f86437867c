"""Unicode's rules for texts, in Python. `monitor/db/tests/test_functions.py` asks the databases for the same."""

import pytest

from monitor import textos


@pytest.mark.parametrize(
    ("texto", "plegado"),
    [
        ("Nissan ÁVILA", "nissan avila"),
        ("Ionuț", "ionut"),
        ("Nguyễn", "nguyen"),
        ("ИВАНОВ", "иванов"),
        ("Ñandú", "nandu"),
        ("a\u0301", "a"),
        ("\u0301", ""),
        ("Łódź Øre Đà Ħal ıI İ", "lodz ore da hal ii i"),
        ("Straße STRASSE ẞ", "strasse strasse ss"),
        ("Ærø Œuvre Þór Ðað", "aero oeuvre thor dad"),
        ("ΌΣΟΣ όσος ᾼ", "οσοσ οσοσ αι"),
        ("ﬁn ＡＢ ℌ ①", "fin ab h 1"),
        ("한국 日本", "한국 日本"),
        ("«a» “b” ‘c’ – — −", '"a" "b" \'c\' - - -'),
        ("YEJ\u200b790", "yej790"),
        ("", ""),
    ],
)
def test_plegar(texto, plegado):
    assert textos.fold(texto).replace("\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국") == plegado


@pytest.mark.parametrize("regla", [textos.fold, textos.case_blind, textos.plates, textos.composed, textos.sort_key])
def test_lo_plegado_queda_como_esta(regla):
    caracteres = [chr(n) for n in range(1, 0x20000) if not 0xD800 <= n < 0xE000]

    assert [c for c in caracteres if regla(regla(c)) != regla(c)] == []


@pytest.mark.parametrize(
    ("uno", "otro"), [("Citroën", "CITROËN"), ("Straße", "STRASSE"), ("ИВАНОВ", "иванов"), ("ΌΣΟΣ", "όσος"), ("Ñ", "ñ")]
)
def test_sin_mayusculas_son_lo_mismo(uno, otro):
    assert textos.case_blind(uno) == textos.case_blind(otro)


@pytest.mark.parametrize(("uno", "otro"), [("Citroën", "Citroen"), ("Peña", "Pena"), ("Łódź", "Lodz")])
def test_sin_mayusculas_los_acentos_cuentan(uno, otro):
    assert textos.case_blind(uno) != textos.case_blind(otro)


def test_la_ene_con_tilde_va_tras_la_n():
    nombres = ["Nuñez", "Ñandú", "Nube", "nz", "Oso", "Ñu", "Núñez", "nж", "Zoo"]

    assert sorted(nombres, key=textos.sort_key) == ["Nube", "Nuñez", "Núñez", "nz", "nж", "Ñandú", "Ñu", "Oso", "Zoo"]


@pytest.mark.parametrize("placas", ["yej790x", "YEJ-790-X", " yej 790\u2013x ", "ÝEJ\u00a0790\u2010X", "YEJ790X\u200b"])
def test_las_mismas_placas(placas):
    assert textos.plates(placas) == "yej790x"


@pytest.mark.parametrize(
    "texto",
    [
        *("", " ", "\u3000", "\u200b", "\u2800", "\u115f\u1160", "\u3164", "\uffa0", "\ufeff \u00ad"),
        *"\ufe0f\u034f\u17b4\u180b\u2065\ufff0\U0001bca0\U0001d173\U000e0100\U000e0fff",
    ],
)
def test_no_se_ve(texto):
    assert not textos.is_visible(texto)


@pytest.mark.parametrize("texto", ["a", ".", " a", "\u200ba", "\u0301", "\x01", "❤\ufe0f", "葛\U000e0100", "\u180a"])
def test_se_ve(texto):
    assert textos.is_visible(texto)


@pytest.mark.parametrize("invisible", "\u200b\u2800\u3164\ufe0f\u034f\u17b4\u2065\U000e0100")
def test_con_algo_invisible(invisible):
    assert textos.has_invisible(f"X{invisible}")


@pytest.mark.parametrize("texto", ["X", "Ñandú", "n\u0303", "X Y", "X\u00a0Y", "Łódź", "葛", "❤"])
def test_sin_nada_invisible(texto):
    assert not textos.has_invisible(texto)


def test_blancos_de_mas():
    assert textos.with_single_blanks("\u3000Oficina \u00a0 Norte\u2003") == "Oficina Norte"


@pytest.mark.parametrize(
    ("cuantas", "dichas"), [(0, ""), (1, "a"), (2, "a; a"), (3, "a; a y 1 más"), (1002, "a; a y 1,000 más")]
)
def test_se_nombran_las_primeras_y_se_cuentan_las_demas(cuantas, dichas):
    assert textos.enumerar(["a"] * cuantas, 2, "; ") == dichas
