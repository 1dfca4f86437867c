"""Each rule of a single value, at its edges."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError

from monitor.validadores import Entre, sin_blancos, sin_control, sin_control_en_texto_largo

LATINAS = [chr(codigo) for codigo in range(0x100)]


def admite(regla, valor) -> bool:
    try:
        regla(valor)
    except ValidationError:
        return False
    return True


def test_sin_control_rechaza_los_que_unicode_llama_de_control():
    rechazados = [letra for letra in LATINAS if not admite(sin_control, f"a{letra}b")]

    assert rechazados == [letra for letra in LATINAS if unicodedata.category(letra) == "Cc"]


def test_texto_largo_admite_ademas_tabulador_y_saltos_de_linea():
    cortos = [letra for letra in LATINAS if not admite(sin_control, letra)]
    largos = [letra for letra in LATINAS if not admite(sin_control_en_texto_largo, letra)]

    assert [letra for letra in cortos if letra not in largos] == ["\t", "\n", "\r"]
    assert set(largos) < set(cortos)


@pytest.mark.parametrize("blanco", [" ", "\t", "\n", "\u00a0", "\u2003"])
def test_sin_blancos_rechaza_cualquier_espacio(blanco):
    assert (admite(sin_blancos, "a-b"), admite(sin_blancos, f"a{blanco}b")) == (True, False)


def test_entre_admite_sus_dos_extremos():
    valores = [-90.5, -90, 0, 90, 90.5]

    assert [valor for valor in valores if admite(Entre((-90, 90)), valor)] == [-90, 0, 90]
