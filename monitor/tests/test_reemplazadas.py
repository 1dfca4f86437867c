"""The libraries' commands that would hurt here are refused, and name ours."""

import pytest
from django.core.management import call_command, get_commands
from django.core.management.base import CommandError

from monitor.management.terminal import Terminal
from solicitudes.management.commands import enviar_correos


@pytest.mark.parametrize(
    ("orden", "en_su_lugar"),
    [
        ("send_queued_mail --processes=2", "manage.py enviar_correos"),
        ("cleanup_mail --days=0", "manage.py borrar_correos"),
        ("runserver 0.0.0.0:8000", "manage.py serve"),
        ("testserver x.json", "make run"),
        ("test expedientes --parallel", "make test"),
        ("generateschema --format openapi", "manage.py spectacular"),
    ],
)
def test_una_orden_reemplazada_nombra_la_nuestra(orden, en_su_lugar, capsys):
    with pytest.raises(SystemExit) as fin:
        Terminal(["manage.py", *orden.split()]).execute()

    dicho = capsys.readouterr().err
    assert fin.value.code == 1
    assert dicho.startswith("CommandError: ")
    assert dicho.endswith(f". En su lugar: {en_su_lugar}\n")
    programa, _, nuestra = en_su_lugar.partition(" ")
    assert programa == "make" or nuestra in get_commands()


def test_tampoco_desde_el_codigo():
    with pytest.raises(CommandError, match=r"En su lugar: manage\.py enviar_correos"):
        call_command("send_queued_mail")


def test_con_debug_el_servidor_de_desarrollo_corre(settings, monkeypatch):
    settings.DEBUG = True
    corrio = []
    monkeypatch.setattr(
        "django.contrib.staticfiles.management.commands.runserver.Command.run", lambda *_, **__: corrio.append(1)
    )

    call_command("runserver")

    assert corrio == [1]


def test_la_del_correo_sigue_siendo_la_nuestra():
    assert get_commands()["enviar_correos"] == enviar_correos.__name__.partition(".")[0]
