"""The commands for people: createsuperuser and changepassword."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from monitor.roles import Rol
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.django_db
CLAVE = "mesa-redonda-58"


@pytest.fixture(autouse=True)
def sin_variables(monkeypatch):
    for nombre in ("USERNAME", "EMAIL", "PASSWORD"):
        monkeypatch.delenv(f"DJANGO_SUPERUSER_{nombre}", raising=False)


@pytest.fixture
def contestar(monkeypatch):
    """A function that sits a person at the terminal, with these answers to what is asked."""

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    def contestar(*respuestas):
        pendientes = iter(respuestas)
        monkeypatch.setattr("sys.stdin", Terminal())
        monkeypatch.setattr("builtins.input", lambda _: next(pendientes))
        monkeypatch.setattr("monitor.management.preguntas.getpass", lambda _: next(pendientes))

    return contestar


def test_createsuperuser_pregunta_hasta_que_valga(contestar, capsys):
    UsuarioFactory(username="juan")
    contestar(
        "juan", "", CLAVE, CLAVE, "ana", "ana@example.org", "una", "otra", "corta", "corta", "ana", "", CLAVE, CLAVE
    )

    call_command("createsuperuser")

    dicho = capsys.readouterr()
    ana = Usuario.objects.get(username="ana")
    assert (ana.rol, ana.email, ana.check_password(CLAVE)) == (Rol.ADMINISTRADOR, None, True)
    assert dicho.out == "Se creó ana, Administrador.\n"
    assert dicho.err.splitlines() == [
        "El username ya está en uso",
        "No son iguales; escríbalas de nuevo.",
        "password: La contraseña es demasiado corta. Debe contener por lo menos 8 caracteres.",
    ]


def test_createsuperuser_no_pregunta_lo_que_dicen_las_opciones(contestar):
    contestar(CLAVE, CLAVE)

    call_command("createsuperuser", username="ana", email="ana@example.org")

    assert Usuario.objects.get(username="ana").email == "ana@example.org"


def test_createsuperuser_sin_preguntar(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_USERNAME", "ana")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", CLAVE)

    call_command("createsuperuser", interactive=False)

    ana = Usuario.objects.get(username="ana")
    assert (ana.rol, ana.email, ana.check_password(CLAVE)) == (Rol.ADMINISTRADOR, None, True)


@pytest.mark.parametrize(
    ("username", "clave", "frase"),
    [
        ("ana", "", "Falta la clave: póngala en DJANGO_SUPERUSER_PASSWORD"),
        ("", CLAVE, "Falta el usuario: póngalo con --username"),
        ("juan", CLAVE, "No se creó el usuario. El username ya está en uso"),
        ("ana pérez", CLAVE, "No se creó el usuario. El usuario no puede contener espacios"),
        ("ana", "12345678", "No se creó el usuario. password: "),
        ("a" * 151, CLAVE, "No se creó el usuario. username: "),
        ("an\u200ba", CLAVE, "No se creó el usuario. username: tiene caracteres invisibles"),
        ("ana\ufe0f", CLAVE, "No se creó el usuario. username: tiene caracteres invisibles"),
        ("\u200b", CLAVE, "No se creó el usuario. username: Este campo no puede estar en blanco."),
        ("\u3164", CLAVE, "No se creó el usuario. username: Este campo no puede estar en blanco."),
        ("ana\u2003", CLAVE, "No se creó el usuario. El usuario no puede contener espacios"),
        ("jose\u0301", CLAVE, "No se creó el usuario. El username ya está en uso"),
    ],
)
def test_createsuperuser_dice_que_falta_o_esta_mal(monkeypatch, username, clave, frase):
    UsuarioFactory(username="juan")
    UsuarioFactory(username="josé")
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", clave)

    with pytest.raises(CommandError) as error:
        call_command("createsuperuser", username=username, interactive=False)

    assert str(error.value).startswith(frase)
    assert Usuario.objects.count() == 2


def test_createsuperuser_con_un_correo_de_letras_invisibles(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", CLAVE)

    with pytest.raises(CommandError, match=r"^No se creó el usuario\. email: Introduzca una dirección"):
        call_command("createsuperuser", username="ana", email="a\u200bna@example.org", interactive=False)

    assert not Usuario.objects.exists()


@pytest.mark.parametrize("orden", ["createsuperuser", "changepassword"])
def test_sin_terminal_no_se_pregunta(orden, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("ana\n"))

    with pytest.raises(CommandError, match=r"^Esta orden pregunta, y aquí no hay terminal donde contestar: "):
        call_command(orden)


def test_changepassword_cambia_la_clave_y_revoca_los_tokens(contestar, capsys):
    juan = UsuarioFactory(username="juan")
    contestar("corta", "corta", CLAVE, CLAVE)

    call_command("changepassword", "juan")

    cambiado = Usuario.objects.get()
    assert cambiado.check_password(CLAVE)
    assert cambiado.version_token == juan.version_token + 1
    assert capsys.readouterr().out == "Se cambió la clave de juan.\n"


def test_changepassword_de_nadie(contestar):
    contestar("nadie")

    with pytest.raises(CommandError, match=r"^No hay nadie con ese usuario; "):
        call_command("changepassword")
