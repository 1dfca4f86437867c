"""Typed readers of the configuration. The environment wins over `.env`, and an empty variable counts as absent.

`python -m monitor.entorno` writes the demo's `.env`.
"""

import os
import re
import secrets
import sys
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

import django
import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

SI = {"on", "true", "yes", "1"}
NO = {"off", "false", "no", "0"}
NOMBRE_DE_HOST = re.compile(r"\*|\.?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.IGNORECASE)
ORIGEN = re.compile(r"https?://[^\s/?#@]+")
MOTOR = re.compile("(postgres|postgresql|sqlite)://")
CUBETA = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
REGION = re.compile(r"[a-z0-9-]{1,40}")
OBLIGATORIA = object()
SEGUNDOS_DE_CORREO = 10  # how long a mail server may take for each answer

DEMO = """\
# Escrito por «make run» para la demostración en esta máquina. Todas las variables: .env.example
SECRET_KEY={secret_key}
JWT_SECRET={jwt_secret}
DATABASE_URL=sqlite:///monitor.sqlite3
ALLOWED_HOSTS=127.0.0.1,localhost,[::1]
HTTPS=off
DEMO=on
EMAIL_URL=filemail:///correos
DATO_NAMES=Refacciones,Hojalatería,Pintura,Armado
"""


class Entorno:
    """Reads variables and gathers the errors in them, to report them all at once."""

    def __init__(self, variables):
        self.variables = variables
        self.leidas = set()
        self.errores = []

    def leer(self, nombre, tipo, defecto=OBLIGATORIA):
        """Return the value of `nombre` as `tipo` makes it. When the variable is missing or not valid, note the error
        and return None."""
        self.leidas.add(nombre)
        valor = self.variables.get(nombre, "")
        if not valor and defecto is not OBLIGATORIA:
            return defecto
        try:
            return tipo(valor)
        except ValueError as error:
            self.errores.append(f"  {nombre} {'no es válida' if valor else 'falta'}: {error}.")

    def exigir(self):
        if self.errores:
            sys.exit(
                "Monitor no puede arrancar. Corrija estas variables, en el entorno o en el archivo .env "
                "(.env.example las describe todas):\n" + "\n".join(self.errores)
            )


def variables_de(archivo):
    """Return the variables of the file and, over them, those of the environment.

    Only the reader of files and URLs is taken from django-environ. Its casts look up a value that begins with `$` (a
    secret may) in another variable, and take any unknown word for False.
    """

    class Archivo(environ.Env):
        ENVIRON = {}

    try:
        Archivo.read_env(archivo)
    except UnicodeDecodeError:
        sys.exit(f"Monitor no puede arrancar: {archivo} no está en UTF-8. Ábralo en un editor y guárdelo en UTF-8.")
    return Archivo.ENVIRON | os.environ


def texto(valor):
    if not valor.strip():
        raise ValueError("escriba un texto")
    return valor


def carpeta(valor):
    return BASE_DIR / texto(valor).strip()


def secreto(valor):
    if len(valor) < 32:
        raise ValueError(
            "escriba 32 caracteres o más, al azar; por ejemplo, lo que imprime "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return valor


def bandera(valor):
    palabra = valor.strip().lower()
    if palabra not in SI | NO:
        raise ValueError("escriba on u off")
    return palabra in SI


def entero(minimo, maximo):
    def leer(valor):
        if not re.fullmatch(r"[0-9]{1,9}", valor.strip()) or not minimo <= int(valor) <= maximo:
            raise ValueError(f"escriba un entero de {minimo} a {maximo}")
        return int(valor)

    return leer


PUERTO = entero(1, 65535)
PROCESOS = entero(1, 64)


def opcion(*opciones):
    def leer(valor):
        if valor.strip().upper() not in opciones:
            raise ValueError(f"escriba una de: {', '.join(opciones)}")
        return valor.strip().upper()

    return leer


def lista(elemento):
    def leer(valor):
        elementos = [elemento(parte.strip()) for parte in valor.split(",") if parte.strip()]
        if not elementos:
            raise ValueError("escriba uno o más valores separados por comas")
        return elementos

    return leer


def cuatro_nombres(valor):
    """Return up to four names. One that is left empty is the empty text."""
    nombres = [nombre.strip() for nombre in valor.split(",")]
    if len(nombres) > 4 or any(len(nombre) > 40 or not (nombre or "x").isprintable() for nombre in nombres):
        raise ValueError("escriba hasta cuatro nombres de no más de 40 letras, separados por comas")
    return nombres


def nombre_de_host(valor):
    if not NOMBRE_DE_HOST.fullmatch(valor):
        raise ValueError("escriba nombres o direcciones sin esquema ni puerto, como monitor.example.org o 192.168.1.10")
    return valor


def origen(valor):
    if not ORIGEN.fullmatch(valor):
        raise ValueError("escriba orígenes con esquema y sin ruta, como https://monitor.example.org")
    return valor


def direccion(valor):
    try:
        return str(ip_address(valor.strip()))
    except ValueError:
        raise ValueError("escriba una dirección de esta máquina, como 127.0.0.1 o 0.0.0.0") from None


def red(valor):
    try:
        return ip_network(valor)
    except ValueError:
        raise ValueError("escriba direcciones o redes, como 127.0.0.1 o 10.0.0.0/8") from None


def zona_horaria(valor):
    try:
        return ZoneInfo(valor.strip()).key
    except (KeyError, ValueError, OSError):
        raise ValueError("escriba una zona de la base IANA, como America/Mexico_City") from None


def direccion_de_correo(valor):
    if not re.fullmatch(r"[!-?A-~]+@[^@\s]+", parseaddr(valor)[1]):  # ASCII before the @
        raise ValueError("escriba una dirección, como Monitor <monitor@example.org>")
    return valor


def correo(valor):
    """Return an entry of MAILERS from a URL. Raise ValueError when it isn't one of ours."""
    try:
        config = environ.Env.email_url_config(valor.strip())
    except (ImproperlyConfigured, ValueError):
        config = {}
    es_smtp = "smtp" in config.get("EMAIL_BACKEND", "")
    es_carpeta = "filebased" in config.get("EMAIL_BACKEND", "")
    if not config or (es_smtp and not config["EMAIL_HOST"]) or (es_carpeta and not config["EMAIL_FILE_PATH"]):
        raise ValueError(
            "escriba smtp+tls://usuario:clave@servidor:587, smtp://servidor:25, filemail:///carpeta o consolemail://"
        )
    # Only the options of its kind are given, because Django 6.1 takes no others.
    opciones = {}
    if es_smtp:
        con_ssl = bool(config.get("EMAIL_USE_SSL"))
        opciones = {
            "host": config["EMAIL_HOST"],
            "port": config["EMAIL_PORT"] or (465 if con_ssl else 25),
            "username": config["EMAIL_HOST_USER"],
            "password": config["EMAIL_HOST_PASSWORD"],
            "use_tls": bool(config.get("EMAIL_USE_TLS")),
            "use_ssl": con_ssl,
            "timeout": SEGUNDOS_DE_CORREO,
        }
    elif es_carpeta:
        opciones = {"file_path": BASE_DIR / config["EMAIL_FILE_PATH"]}
    return {"BACKEND": config["EMAIL_BACKEND"], "OPTIONS": opciones}


def ajustes_de_correo(servidor):
    """Return Django's settings for an entry of MAILERS. Before Django 6.1 they were the EMAIL_*, which 6.1 refuses."""
    if django.VERSION >= (6, 1):
        return {"MAILERS": {"default": servidor}}
    nombres = {"username": "EMAIL_HOST_USER", "password": "EMAIL_HOST_PASSWORD"}
    opciones = {nombres.get(n, f"EMAIL_{n.upper()}"): dato for n, dato in servidor["OPTIONS"].items()}
    return {"EMAIL_BACKEND": servidor["BACKEND"]} | opciones


def base_de_datos(valor):
    """Return an entry of DATABASES from a URL, without the OPTIONS that settings.py adds. Raise ValueError when it
    names no database."""
    try:
        config = environ.Env.db_url_config(valor) if MOTOR.match(valor) else {}
    except ValueError:
        config = {}
    if config.get("NAME", "") in {"", ":memory:"}:
        raise ValueError("escriba postgres://usuario:clave@servidor:5432/base o sqlite:///archivo.sqlite3")
    if config["ENGINE"] == "django.db.backends.sqlite3":
        config["NAME"] = BASE_DIR / config["NAME"]
    return config


@dataclass(frozen=True)
class Cubeta:
    """A bucket of an S3-compatible service: `servidor` is its URL. What opens it isn't shown with it."""

    servidor: str
    nombre: str
    region: str
    llave: str = field(repr=False)
    secreto: str = field(repr=False)


def nube(valor):
    """Return the bucket of a URL. Raise ValueError when it isn't one of ours, without saying any of it."""
    try:
        return _cubeta(urlsplit(valor.strip()))
    except ValueError:
        raise ValueError(
            "escriba s3://llave:secreto@servidor:puerto/cubeta?region=us-east-1, con cada signo de la llave y del "
            "secreto codificado (/ es %2F), y &tls=no al final si el servidor no habla TLS"
        ) from None


def _cubeta(url):
    opciones = {"region": "us-east-1", "tls": "si"} | dict(
        parse_qsl(url.query, keep_blank_values=True, strict_parsing=bool(url.query))
    )
    nombre, tls = url.path.strip("/"), opciones["tls"].lower().replace("í", "i")
    bien = (
        url.scheme == "s3"
        and all((url.username, url.password, url.hostname))
        and CUBETA.fullmatch(nombre)
        and REGION.fullmatch(opciones["region"])
        and opciones.keys() == {"region", "tls"}
        and tls in SI | NO | {"si"}
        and not url.fragment
    )
    if not bien:
        raise ValueError
    servidor = url.netloc.rpartition("@")[2]
    _ = url.port  # it raises ValueError when it is no port
    esquema = "http" if tls in NO else "https"
    return Cubeta(f"{esquema}://{servidor}", nombre, opciones["region"], unquote(url.username), unquote(url.password))


def escribir_demo(archivo):
    """Write a file that only its owner can read. Raise FileExistsError rather than touch a file that exists."""
    archivo.touch(mode=0o600, exist_ok=False)
    claves = {"secret_key": secrets.token_urlsafe(48), "jwt_secret": secrets.token_urlsafe(48)}
    archivo.write_text(DEMO.format(**claves), encoding="utf-8")


if __name__ == "__main__":
    try:
        escribir_demo(BASE_DIR / ".env")
    except FileExistsError:
        sys.exit("Ya hay un archivo .env: no se tocó.")
