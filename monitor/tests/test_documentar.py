import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from expedientes.estados import TRANSICIONES
from monitor.management.commands import documentar


def test_la_pagina_del_repositorio_esta_al_dia():
    call_command("documentar", revisar=True)


def test_documentar_escribe_lo_que_falta(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(documentar, "ARCHIVO", tmp_path / "estados.md")

    with pytest.raises(CommandError, match=r"^docs/estados\.md no está al día\. Corra: manage\.py documentar$"):
        call_command("documentar", revisar=True)
    call_command("documentar")
    call_command("documentar")

    assert capsys.readouterr().out == "Se escribió docs/estados.md.\ndocs/estados.md está al día.\n"
    assert (tmp_path / "estados.md").read_text(encoding="utf-8") == documentar.pagina()


def test_el_diagrama_tiene_cada_transicion():
    flechas = [linea.split(" --> ") for linea in documentar.diagrama(TRANSICIONES).splitlines() if " --> " in linea]

    assert sorted((desde.strip(), hasta) for desde, hasta in flechas) == sorted(
        [("[*]", "INGRESO")] + [(desde.name, hasta.name) for desde, todos in TRANSICIONES.items() for hasta in todos]
    )


def test_la_matriz_dice_quien_puede():
    filas = documentar.matriz().splitlines()

    assert filas[0] == "| qué | Administrador | Operador | Técnico |"
    assert "| cerrar sesión | sí | sí | sí |" in filas
    assert "| crear expedientes | sí | sí | — |" in filas
    assert "| eliminar usuarios | sí | — | — |" in filas
    assert "| eliminar toda la evidencia | sí | sólo si la subió toda en las últimas 24 horas | — |" in filas
