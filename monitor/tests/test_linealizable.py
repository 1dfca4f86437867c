"""The search for an order, on a register: what is read is what was last written."""

from math import inf

import pytest

from monitor.tests.linealizable import Llamada, SinRespuesta, exigir_orden, grabar, orden_que_explica


def paso(estado, que):
    verbo, valor = que
    return ("bien", valor) if verbo == "escribir" else (estado, estado)


def escribir(valor, desde, hasta):
    return Llamada(("escribir", valor), desde, "bien", hasta)


def leer(valor, desde, hasta):
    return Llamada(("leer", None), desde, valor, hasta)


@pytest.mark.parametrize(
    "historia",
    [
        [],
        [escribir(1, 0, 1), leer(1, 2, 3)],
        [escribir(1, 0, 9), leer(0, 1, 2), leer(1, 3, 4)],
        [escribir(1, 0, 9), escribir(2, 0, 9), leer(2, 10, 11), leer(2, 10, 12)],
        [leer(1, 0, 9), escribir(1, 8, 10)],
        # An answer that never came: the call was carried out later, or never.
        [Llamada(("escribir", 1), 0), leer(0, 1, 2), leer(1, 3, 4)],
        [Llamada(("escribir", 1), 0), leer(0, 1, 2)],
    ],
)
def test_hay_un_orden(historia):
    contestadas = [llamada for llamada in historia if llamada.hasta < inf]

    assert [llamada for llamada in contestadas if llamada not in orden_que_explica(historia, 0, paso)] == []


@pytest.mark.parametrize(
    "historia",
    [
        pytest.param([escribir(1, 0, 1), leer(0, 2, 3)], id="lee lo de antes"),
        pytest.param([escribir(1, 0, 9), leer(1, 1, 2), leer(0, 3, 4)], id="va hacia atrás"),
        pytest.param([leer(1, 0, 1), escribir(1, 2, 3)], id="lee lo que no se ha escrito"),
        pytest.param([escribir(1, 0, 1), escribir(2, 2, 3), leer(1, 4, 5)], id="pierde lo último"),
        pytest.param([Llamada(("escribir", 1), 0), leer(1, 1, 2), leer(0, 3, 4)], id="deshace lo que nadie contestó"),
    ],
)
def test_no_hay_ningun_orden(historia):
    assert orden_que_explica(historia, 0, paso) is None
    with pytest.raises(AssertionError, match="Ningún orden explica"):
        exigir_orden(historia, 0, paso)


def test_grabar_dice_lo_que_se_contesto_y_lo_que_no():
    def hacer(que):
        if que == "nada":
            raise SinRespuesta
        return que.upper()

    historia = grabar([["a", "nada", "b"], ["c"]], hacer)

    assert sorted((llamada.que, llamada.respuesta) for llamada in historia if llamada.respuesta) == [
        ("a", "A"),
        ("b", "B"),
        ("c", "C"),
    ]
    assert [llamada.que for llamada in historia if llamada.desde > llamada.hasta] == []
    assert [llamada.que for llamada in historia if llamada.hasta == inf] == ["nada"]
