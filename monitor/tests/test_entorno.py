import os
import re
import runpy
import stat
import subprocess
import sys
from ipaddress import ip_network

import django
import pytest
from django.conf import settings

from monitor import settings as ajustes
from monitor.entorno import ajustes_de_correo, correo, escribir_demo, variables_de

SECRETO = "x" * 32
PRODUCCION = {
    "SECRET_KEY": SECRETO,
    "JWT_SECRET": SECRETO[::-1],
    "DATABASE_URL": "postgres://monitor:clave@db.example.org:5433/taller",
    "ALLOWED_HOSTS": "monitor.example.org",
}


@pytest.fixture
def arrancar(monkeypatch):
    """A function that returns the settings that the given variables make, with no others."""

    def arrancar(**variables):
        for nombre in ajustes.entorno.leidas:
            monkeypatch.setenv(nombre, variables.get(nombre, ""))
        return runpy.run_path(ajustes.__file__)

    return arrancar


def frases(error):
    """Return the variables that the error names, each with what the error says of it."""
    _, *lineas = str(error.value).splitlines()
    return dict(linea.strip().split(" ", 1) for linea in lineas)


def test_produccion_con_cuatro_variables(arrancar):
    resultado = arrancar(**PRODUCCION)

    assert resultado["DEBUG"] is False
    assert resultado["DEMO"] is False
    assert resultado["SECURE_SSL_REDIRECT"] is True
    assert resultado["SESSION_COOKIE_SECURE"] is True
    assert resultado["JWT_SECRET"] == PRODUCCION["JWT_SECRET"]
    assert resultado["TIME_ZONE"] == "America/Mexico_City"
    base = resultado["DATABASES"]["default"]
    assert (base["HOST"], base["PORT"], base["NAME"]) == ("db.example.org", 5433, "taller")
    assert base["OPTIONS"] == {
        "options": "-c datestyle=ISO",
        "server_side_binding": True,
        "prepare_threshold": 1,
        "connect_timeout": 2,
        "tcp_user_timeout": 2000,
        "keepalives_idle": 2,
        "keepalives_interval": 1,
    }


def test_sin_nada_nombra_las_cuatro_obligatorias(arrancar):
    with pytest.raises(SystemExit) as error:
        arrancar()

    assert list(frases(error)) == list(PRODUCCION)
    assert all(frase.startswith("falta: escriba ") for frase in frases(error).values())


@pytest.mark.parametrize(
    ("nombre", "valor"),
    [
        ("SECRET_KEY", "corta"),
        ("SECRET_KEY_FALLBACKS", f"{SECRETO},corta"),
        ("JWT_SECRET_FALLBACKS", "corta"),
        ("JWT_SECRET", "x" * 31),
        ("DEBUG", "sí"),
        ("DEMO", "maybe"),
        ("HTTPS", "2"),
        ("DATABASE_URL", "mysql://monitor@localhost/taller"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "postgres://localhost"),
        ("DATABASE_URL", "postgres://localhost:99999/taller"),
        ("ALLOWED_HOSTS", "https://monitor.example.org"),
        ("ALLOWED_HOSTS", "monitor.example.org:8000"),
        ("ALLOWED_HOSTS", " , "),
        ("CSRF_TRUSTED_ORIGINS", "monitor.example.org"),
        ("CORS_ORIGINS", "https://tablero.example.org/"),
        ("TRUSTED_PROXIES", "proxy"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TIME_ZONE", "America/Chilangolandia"),
        ("TIME_ZONE", "America"),
        ("EMAIL_URL", "correo.example.org"),
        ("EMAIL_URL", "smtp://"),
        ("EMAIL_FROM", "Monitor"),
        ("EMAIL_FROM", "Monitor <ñandú@example.org>"),
        ("LOG_LEVEL", "mucho"),
        ("LOG_FORMAT", "xml"),
        ("METRICS_TOKEN", "corto"),
        ("DATO_NAMES", "uno,dos,tres,cuatro,cinco"),
        ("HOST", "localhost"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("WORKERS", "dos"),
    ],
)
def test_un_valor_raro_detiene_el_arranque(arrancar, nombre, valor):
    with pytest.raises(SystemExit) as error:
        arrancar(**PRODUCCION | {nombre: valor})

    assert list(frases(error)) == [nombre]
    assert frases(error)[nombre].startswith("no es válida: escriba ")


@pytest.mark.parametrize(
    ("nombre", "valor", "ajuste", "esperado"),
    [
        ("DEBUG", "ON", "DEBUG", True),
        (
            "SECRET_KEY_FALLBACKS",
            f"{SECRETO}, {SECRETO[::-1]}z",
            "SECRET_KEY_FALLBACKS",
            [SECRETO, SECRETO[::-1] + "z"],
        ),
        ("JWT_SECRET_FALLBACKS", "", "JWT_SECRET_FALLBACKS", []),
        ("HTTPS", "off", "SECURE_HSTS_SECONDS", 0),
        ("ALLOWED_HOSTS", "127.0.0.1, [::1],.taller.mx", "ALLOWED_HOSTS", ["127.0.0.1", "[::1]", ".taller.mx"]),
        ("CORS_ORIGINS", "http://localhost:3000", "CORS_ALLOWED_ORIGINS", ["http://localhost:3000"]),
        ("TRUSTED_PROXIES", "10.0.0.0/8,::1", "TRUSTED_PROXIES", [ip_network("10.0.0.0/8"), ip_network("::1")]),
        ("TIME_ZONE", "America/Tijuana", "TIME_ZONE", "America/Tijuana"),
        ("JWT_SECRET", f"${SECRETO} # ", "JWT_SECRET", f"${SECRETO} # "),
        ("PORT", "9000", "PORT", 9000),
        ("LOG_FORMAT", "json", "LOG_FORMAT", "JSON"),
        ("METRICS_TOKEN", "", "METRICS_TOKEN", None),
        ("DATO_NAMES", "Refacciones,, Pintura", "DATO_NAMES", ["Refacciones", "", "Pintura"]),
    ],
)
def test_un_valor_bueno_se_lee_con_su_tipo(arrancar, nombre, valor, ajuste, esperado):
    assert arrancar(**PRODUCCION | {nombre: valor})[ajuste] == esperado


@pytest.mark.parametrize(
    ("nombres", "https", "publica"),
    [
        ("monitor.taller.mx,otro.taller.mx", "", "https://monitor.taller.mx"),
        (".taller.mx,*,monitor.taller.mx", "off", "http://monitor.taller.mx:8000"),
        ("127.0.0.1,localhost", "off", "http://127.0.0.1:8000"),
        ("*", "on", "https://localhost"),
    ],
)
def test_los_enlaces_llevan_al_nombre_de_quien_opera(arrancar, nombres, https, publica):
    assert arrancar(**PRODUCCION | {"ALLOWED_HOSTS": nombres, "HTTPS": https})["PUBLIC_URL"] == publica


SMTP = {"username": None, "password": None, "use_tls": False, "use_ssl": False, "timeout": 10}


@pytest.mark.parametrize(
    ("url", "backend", "opciones"),
    [
        ("", "smtp", SMTP | {"host": "localhost", "port": 25}),
        (
            "smtp+tls://yo:cl%40ve@correo.example.org:587",
            "smtp",
            SMTP | {"host": "correo.example.org", "port": 587, "username": "yo", "password": "cl@ve", "use_tls": True},
        ),
        ("smtp+ssl://mx.example.org", "smtp", SMTP | {"host": "mx.example.org", "port": 465, "use_ssl": True}),
        ("filemail:///correos", "filebased", {"file_path": settings.BASE_DIR / "correos"}),
        ("consolemail://", "console", {}),
    ],
)
def test_el_servidor_de_correo_es_el_de_la_url(arrancar, url, backend, opciones):
    resultado = arrancar(**PRODUCCION | {"EMAIL_URL": url})

    servidor = {"BACKEND": f"django.core.mail.backends.{backend}.EmailBackend", "OPTIONS": opciones}
    assert resultado["CORREO"] == servidor
    assert resultado.items() >= ajustes_de_correo(servidor).items()


def test_los_ajustes_de_correo_son_los_de_cada_django(monkeypatch):
    servidor = correo("smtp://yo:clave@correo.example.org")

    monkeypatch.setattr(django, "VERSION", (6, 1, 0, "final", 0))
    assert ajustes_de_correo(servidor) == {"MAILERS": {"default": servidor}}
    monkeypatch.setattr(django, "VERSION", (6, 0, 9, "final", 0))
    assert ajustes_de_correo(servidor) == {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "correo.example.org",
        "EMAIL_PORT": 25,
        "EMAIL_HOST_USER": "yo",
        "EMAIL_HOST_PASSWORD": "clave",
        "EMAIL_USE_TLS": False,
        "EMAIL_USE_SSL": False,
        "EMAIL_TIMEOUT": 10,
    }


def test_sqlite_relativa_esta_en_la_carpeta_de_monitor(arrancar):
    base = arrancar(**PRODUCCION | {"DATABASE_URL": "sqlite:///taller.sqlite3"})["DATABASES"]["default"]

    assert base["NAME"] == settings.BASE_DIR / "taller.sqlite3"
    assert base["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_las_opciones_de_la_url_ganan_a_las_de_la_casa(arrancar):
    url = PRODUCCION["DATABASE_URL"] + "?sslmode=require&connect_timeout=1"
    opciones = arrancar(**PRODUCCION | {"DATABASE_URL": url})["DATABASES"]["default"]["OPTIONS"]

    assert (opciones["sslmode"], opciones["connect_timeout"]) == ("require", 1)


def test_el_entorno_gana_al_archivo(tmp_path, monkeypatch):
    archivo = tmp_path / ".env"
    archivo.write_text("PORT=1111\nWORKERS=3\n# HOST=0.0.0.0\n")
    monkeypatch.setenv("PORT", "2222")
    monkeypatch.delenv("WORKERS")
    monkeypatch.delenv("HOST")

    variables = variables_de(archivo)

    assert (variables["PORT"], variables["WORKERS"], "HOST" in variables) == ("2222", "3", False)
    assert "WORKERS" not in os.environ


def test_un_archivo_que_no_es_utf_8(tmp_path):
    archivo = tmp_path / ".env"
    archivo.write_bytes("# contraseña\nPORT=1111\n".encode("cp1252"))

    with pytest.raises(SystemExit, match=r"\.env no está en UTF-8\. Ábralo"):
        variables_de(archivo)


def test_manage_dice_la_frase_sin_traza():
    entorno = os.environ | dict.fromkeys(PRODUCCION, "") | {"DJANGO_SETTINGS_MODULE": "monitor.settings"}
    proceso = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=settings.BASE_DIR, env=entorno, capture_output=True, text=True
    )

    assert proceso.returncode == 1
    assert proceso.stderr.startswith("Monitor no puede arrancar. Corrija estas variables")
    assert "Traceback" not in proceso.stderr


def test_ejemplo_describe_cada_variable_y_vale(arrancar):
    texto = (settings.BASE_DIR / ".env.example").read_text()
    ejemplo = dict(re.findall(r"^([A-Z_]+)=(.*)$", texto, re.MULTILINE))

    assert set(ejemplo) == ajustes.entorno.leidas
    vacias = {nombre: valor for nombre, valor in PRODUCCION.items() if not ejemplo[nombre]}
    assert set(vacias) == set(PRODUCCION)  # so none is taken as it is
    assert arrancar(**ejemplo | vacias)["DEBUG"] is False


def test_env_de_la_demo_arranca_y_solo_lo_lee_su_duenio(tmp_path, arrancar):
    archivo = tmp_path / ".env"
    escribir_demo(archivo)
    variables = dict(linea.split("=", 1) for linea in archivo.read_text().splitlines() if not linea.startswith("#"))

    resultado = arrancar(**variables)

    assert stat.S_IMODE(archivo.stat().st_mode) == 0o600
    assert (resultado["DEMO"], resultado["DEBUG"], resultado["HTTPS"]) == (True, False, False)
    assert resultado["SECRET_KEY"] != resultado["JWT_SECRET"]


def test_env_de_la_demo_no_pisa_otro(tmp_path):
    archivo = tmp_path / ".env"
    archivo.write_text("PORT=1111\n")

    with pytest.raises(FileExistsError):
        escribir_demo(archivo)

    assert archivo.read_text() == "PORT=1111\n"


# --- The cloud ---


def test_la_nube(arrancar):
    url = "s3://AKIA%2F1:se%3Acreto%40@s3.us-east-1.amazonaws.com/fotos.del-taller?region=us-west-2"
    nube = arrancar(**PRODUCCION, NUBE_URL=url)["NUBE"]

    assert (nube.servidor, nube.nombre, nube.region) == (
        "https://s3.us-east-1.amazonaws.com",
        "fotos.del-taller",
        "us-west-2",
    )
    assert (nube.llave, nube.secreto) == ("AKIA/1", "se:creto@")
    assert "AKIA" not in repr(nube)
    assert "creto" not in repr(nube)
    propia = arrancar(**PRODUCCION, NUBE_URL="s3://a:b@127.0.0.1:9000/taller?tls=no")["NUBE"]
    assert (propia.servidor, propia.region) == ("http://127.0.0.1:9000", "us-east-1")
    assert arrancar(**PRODUCCION)["NUBE"] is None


@pytest.mark.parametrize(
    "url",
    [
        "https://a:secreto@servidor/taller",
        "s3://servidor/taller",
        "s3://a:@servidor/taller",
        "s3://a:secreto@/taller",
        "s3://a:secreto@servidor",
        "s3://a:secreto@servidor/taller/fotos",
        "s3://a:secreto@servidor/MAYUSCULAS",
        "s3://a:secreto@servidor:puerto/taller",
        "s3://a:secreto@servidor/taller?region=",
        "s3://a:secreto@servidor/taller?zona=mx",
        "s3://a:secreto@servidor/taller?tls=quizá",
        "s3://a:secreto@servidor/taller#ahora",
        "s3://a:secre/to@servidor/taller",
    ],
)
def test_una_nube_que_no_lo_es_no_deja_arrancar(arrancar, url):
    with pytest.raises(SystemExit) as error:
        arrancar(**PRODUCCION, NUBE_URL=url)

    dicho = frases(error)
    assert dicho["NUBE_URL"].startswith(
        "no es válida: escriba s3://llave:secreto@servidor:puerto/cubeta?region=us-east-1,"
    )
    assert "secreto@servidor/" not in dicho["NUBE_URL"]
