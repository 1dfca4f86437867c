import ast
from contextlib import nullcontext

import pytest

from monitor.tests import mutantes
from monitor.tests.lista_de_mutantes import MUTANTES, Mutante

BUENO = Mutante(
    "monitor/validadores.py",
    "not limites[0] <= valor <= limites[1]",
    "not limites[0] <= valor < limites[1]",
    ("monitor/tests/test_validadores.py",),
    postgresql=False,
)


def test_cada_mutante_se_puede_hacer_todavia():
    assert mutantes.errores_de(MUTANTES) == []
    assert len({(mutante.archivo, mutante.texto, mutante.cambio) for mutante in MUTANTES}) == len(MUTANTES)


def test_cada_mutante_es_python():
    for mutante in MUTANTES:
        original = (mutantes.RAIZ / mutante.archivo).read_text(encoding="utf-8")
        ast.parse(original.replace(mutante.texto, mutante.cambio), str(mutante))


@pytest.mark.parametrize(
    ("cambios", "error"),
    [
        ({"texto": "esto no está"}, "su texto está 0 veces en el archivo, y debe estar una"),
        (
            {"texto": "limites[0]", "archivo": "monitor/nada.py"},
            "su texto está 0 veces en el archivo, y debe estar una",
        ),
        ({"texto": "raise ValidationError"}, "su texto está 6 veces en el archivo, y debe estar una"),
        ({"cambio": BUENO.texto}, "no cambia nada"),
        ({"pruebas": ("monitor/tests/nada.py",)}, "faltan sus pruebas ['monitor/tests/nada.py']"),
        ({"pruebas": ()}, "faltan sus pruebas []"),
    ],
)
def test_mutante_que_no_se_puede_hacer_es_un_error(cambios, error):
    malo = BUENO._replace(**cambios)

    assert mutantes.errores_de([BUENO, malo]) == [f"{malo}: {error}"]


@pytest.mark.parametrize(("vivos", "codigo", "porcentaje"), [(0, 0, "100.0"), (1, 0, "95.0"), (2, 1, "90.0")])
def test_menos_de_95_de_cada_100_es_un_fallo(monkeypatch, capsys, vivos, codigo, porcentaje):
    veinte = [BUENO._replace(cambio=str(n)) for n in range(20)]
    monkeypatch.setattr(mutantes, "MUTANTES", veinte)
    monkeypatch.setattr(mutantes, "exigir_pruebas_sanas", lambda *_: None)
    monkeypatch.setattr(mutantes, "copia", nullcontext)
    monkeypatch.setattr(mutantes, "migrar", lambda _: None)
    monkeypatch.setattr(mutantes, "muere", lambda mutante, _: int(mutante.cambio) >= vivos)

    assert mutantes.main([]) == codigo
    *lineas, total = capsys.readouterr().out.splitlines()
    assert [linea.split()[0] for linea in lineas] == ["VIVO"] * vivos + ["muerto"] * (20 - vivos)
    assert total == f"{20 - vivos} muertos de 20: {porcentaje} %"


@pytest.mark.lenta
@pytest.mark.una_vez
def test_muere_el_que_alguna_prueba_nota():
    igual = BUENO._replace(cambio="not (limites[0] <= valor <= limites[1])")
    sin_pruebas = BUENO._replace(pruebas=("monitor/validadores.py",))
    with mutantes.copia() as original:
        assert [mutantes.muere(mutante, original) for mutante in (BUENO, igual)] == [True, False]
        with pytest.raises(SystemExit, match="no llegaron a correr"):
            mutantes.muere(sin_pruebas, original)
