"""This test does what README.md says to do for a production, word by word, on what passes for a fresh machine."""

import configparser
import json
import os
import re
import shutil
import stat
import subprocess
from contextlib import contextmanager
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.core.management import get_commands

from monitor.tests.casa import Casa
from monitor.tests.paciencia import esperar_a
from monitor.tests.postgresql import binarios, cluster
from monitor.tests.test_readme import README, bloque
from solicitudes.tests.buzon import Buzon
from solicitudes.tests.factories import manana

CLAVE = "mesa-redonda-58"
CLAVE_DE_LA_BASE = "llave-de-la-base-31"
NOMBRE = "monitor.taller.mx"
UNIDADES = {
    re.search("# /etc/systemd/system/(.*)", texto)[1]: texto
    for texto in re.findall(r"```ini\n(.*?)```", README, re.DOTALL)
}
# The machine that runs the test stays as it is: nothing is installed, and one user plays all of them.
SUSTITUTOS = {
    "sudo": '[ "$1" = -u ] && shift 2\nexec "$@"',
    "apt-get": "exit 0",
    "useradd": "exit 0",
    "chown": "exit 0",
    "systemctl": "exit 0",
}


class Produccion(Casa):
    """A fresh machine with a PostgreSQL of its own, and a mail server."""

    def __init__(self, carpeta, url, buzon):
        super().__init__(carpeta)
        programas = carpeta / "programas"
        programas.mkdir()
        for nombre, guion in SUSTITUTOS.items():
            (programas / nombre).write_text(f"#!/bin/sh\n{guion}\n")
            (programas / nombre).chmod(0o755)
        self.base = urlsplit(url)
        self.entorno |= {
            "PATH": f"{programas}:{binarios()}:{os.environ['PATH']}",
            "PGHOST": self.base.hostname,
            "PGPORT": str(self.base.port),
            "PGUSER": "postgres",
            "LC_ALL": "C.UTF-8",
            "EMAIL_URL": f"smtp://127.0.0.1:{buzon.puerto}",
        }

    def aqui(self, texto):
        return texto.replace("/opt/monitor", str(self.carpeta))

    def llenar(self, nombres):
        """Fill those variables of `.env` as the operator does, and leave the others as the example has them."""
        valores = {
            "SECRET_KEY": "una-clave-al-azar-de-sesenta-y-cuatro-caracteres-1234567890-abcd",
            "JWT_SECRET": "otra-clave-al-azar-de-sesenta-y-cuatro-caracteres-123456789-efgh",
            "DATABASE_URL": f"postgres://monitor:{CLAVE_DE_LA_BASE}@127.0.0.1:{self.base.port}/monitor",
            "ALLOWED_HOSTS": NOMBRE + ",127.0.0.1",
            "TRUSTED_PROXIES": "127.0.0.1",
        }
        archivo = self.carpeta / ".env"
        texto = archivo.read_text(encoding="utf-8")
        for nombre in nombres:
            texto = re.sub(f"^{nombre}=.*$", f"{nombre}={valores[nombre]}", texto, flags=re.MULTILINE)
        archivo.write_text(texto, encoding="utf-8")

    def pedir(self, ruta, cuerpo=None, token=""):
        """Return the JSON that the proxy, which speaks TLS with people, would give back."""
        encabezados = {
            "Host": NOMBRE,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.9",
            "Content-Type": "application/json",
            "Authorization": f"Bearer {token}",
        }
        datos = cuerpo and json.dumps(cuerpo).encode()
        with urlopen(Request(f"http://127.0.0.1:{self.puerto}{ruta}", datos, encabezados)) as respuesta:
            return json.load(respuesta)

    @contextmanager
    def corriendo(self, *orden):
        proceso = self.lanzar(*orden)
        try:
            yield proceso
        finally:
            self.dicho = self.interrumpir(proceso)


def preparar(casa):
    """Follow the steps until the last one, and return that one and what the terminal showed."""
    *pasos, servir = casa.aqui(bloque("Producción con PostgreSQL")).strip().splitlines()
    llenado = next(numero for numero, paso in enumerate(pasos) if paso.startswith("# Ahora llene "))
    casa.teclear(
        "\n".join(pasos[:llenado]), [("Enter password", CLAVE_DE_LA_BASE), ("Enter it again", CLAVE_DE_LA_BASE)]
    )
    casa.llenar(re.findall(r"\b[A-Z][A-Z_]+\b", pasos[llenado].split(" con: ")[0]))
    dicho = casa.teclear(
        "\n".join(pasos[llenado:]),
        [("Usuario: ", "ana"), ("Correo", "ana@taller.mx"), ("Clave: ", CLAVE), ("otra vez: ", CLAVE)],
    )
    return servir, dicho


def pedir_transporte(casa):
    """File a request, for which its approver gets a mail."""
    token = casa.pedir("/api/auth/login", {"username": "ana", "password": CLAVE})["token"]
    luis = {"username": "luis", "password": CLAVE, "rol": "Operador", "nombre": "Luis", "email": "luis@taller.mx"}
    casa.pedir("/api/auth/register", luis, token)
    ids = {persona["username"]: persona["id"] for persona in casa.pedir("/api/usuarios", token=token)}
    cuerpo = {
        "idUsuarioSolicitante": ids["ana"],
        "idUsuarioAprobador": ids["luis"],
        "idDepartamentoSolicitante": 2,
        "idTipoPrioridadSolicitud": 2,
        "idTipoServicioSolicitud": 1,
        "asunto": "Transporte de personal",
        "cantidadPasajeros": 2,
        "fechaServicioRequerido": manana().isoformat(),
        "horaServicioRequerido": "08:00",
        "lugares": [{"idLugar": 5, "esOrigen": True, "orden": 0}, {"idLugar": 12, "orden": 1}],
    }
    return casa.pedir("/solicitud", cuerpo, token)["data"]["Id"]


@pytest.mark.lenta
@pytest.mark.postgresql
@pytest.mark.skipif(binarios() is None, reason="No hay PostgreSQL en esta máquina")
def test_los_pasos_del_readme_terminan_en_correos_que_llevan_a_su_casa(tmp_path):
    with cluster(binarios(), duenio="postgres") as url, Buzon().abierto() as buzon:
        casa = Produccion(tmp_path, url, buzon)
        servir, dicho = preparar(casa)
        # In the README the operator's own catalogues come here; these are ready.
        casa.teclear(".venv/bin/python manage.py seed_catalogos --con-ejemplos")
        with casa.corriendo("sh", "-c", servir) as servidor:
            casa.esperar(servidor)
            solicitud = pedir_transporte(casa)
        with casa.corriendo("sh", "-c", orden_de("monitor-correo.service", casa)):
            esperar_a(lambda: len(buzon.recibidos) == 2)
        restaurado = respaldar_y_restaurar(casa)

    assert "El simulacro salió bien" in restaurado
    assert "Todo es igual: monitor es ya la del respaldo." in restaurado
    assert "Se creó ana, Administrador." in dicho
    assert "System check identified no issues" in dicho  # of `check --deploy`
    assert stat.S_IMODE((casa.carpeta / ".env").stat().st_mode) == 0o600
    assert {mensaje["To"] for mensaje in buzon.recibidos} == {"ana@taller.mx", "luis@taller.mx"}
    for mensaje in buzon.recibidos:
        enlaces = re.findall(r"https?://[^\s\"<]+", mensaje.get_body(("plain",)).get_content())
        assert enlaces == [f"https://{NOMBRE}/admin/solicitudes/solicitud/{solicitud}/change/"]


def respaldar_y_restaurar(casa):
    """Do what happens at night, and what the README says to do when the backup is needed. Return what was said."""
    noche = [orden_de("monitor-respaldo.service", casa, paso) for paso in ("ExecStart", "ExecStartPost")]
    dicho = casa.teclear("\n".join(noche))
    [archivo] = (casa.carpeta / "respaldos").glob("*.respaldo")
    vuelta = casa.aqui(bloque("Los respaldos", nivel="###"))
    return dicho + casa.teclear(vuelta.replace("monitor-2026-11-26T091500Z.respaldo", archivo.name))


def orden_de(unidad, casa, paso="ExecStart"):
    return re.search(f"^{paso}=(.*)$", casa.aqui(UNIDADES[unidad]), re.MULTILINE)[1]


def leida(nombre):
    unidad = configparser.ConfigParser()
    unidad.optionxform = str
    unidad.read_string(UNIDADES[nombre])
    return unidad


def test_hay_una_unidad_para_el_servidor_y_otra_para_el_correo():
    leidas = {nombre: leida(nombre) for nombre in ("monitor.service", "monitor-correo.service")}

    ordenes = {nombre: unidad["Service"]["ExecStart"].rpartition(" ")[2] for nombre, unidad in leidas.items()}
    assert ordenes == {"monitor.service": "serve", "monitor-correo.service": "enviar_correos"}
    # Whatever the way in which it ended, and however many times.
    assert {unidad["Service"]["Restart"] for unidad in leidas.values()} == {"always"}
    assert {unidad["Unit"]["StartLimitIntervalSec"] for unidad in leidas.values()} == {"0"}


def test_quien_detiene_o_reinicia_los_servicios_los_nombra_todos():
    siguen = {nombre.removesuffix(".service") for nombre in UNIDADES if "\nRestart=always\n" in UNIDADES[nombre]}
    ordenes = re.findall(
        r"systemctl (?:stop|start|restart) (monitor [\w -]+)", README
    )  # a secret is the server's alone

    assert siguen == {"monitor", "monitor-correo", "monitor-nube"}
    assert [set(orden.split()) for orden in ordenes] == [siguen] * 3


def test_la_limpieza_corre_cada_noche_lo_que_hay_que_borrar():
    ordenes = re.findall(r"^ExecStart=.* manage.py (\w+)", UNIDADES["monitor-limpieza.service"], re.MULTILINE)

    assert ordenes == ["borrar_correos", "borrar_respuestas"]
    assert set(ordenes) <= get_commands().keys()
    assert "OnCalendar=*-*-* 03:30" in UNIDADES["monitor-limpieza.timer"]


def test_cada_noche_se_respalda_y_se_prueba():
    servicio, reloj = leida("monitor-respaldo.service")["Service"], leida("monitor-respaldo.timer")["Timer"]

    assert (servicio["Type"], reloj["OnCalendar"], reloj["Persistent"]) == ("oneshot", "*-*-* 03:15", "true")
    assert servicio["ExecStart"].endswith(" manage.py respaldar")
    assert servicio["ExecStartPost"].endswith(" manage.py simulacro --ultimo")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="No hay systemd en esta máquina")
@pytest.mark.parametrize("nombre", UNIDADES)
def test_systemd_entiende_la_unidad(nombre, tmp_path):
    for otra, texto in UNIDADES.items():  # a timer names its service
        (tmp_path / otra).write_text(texto.replace("/opt/monitor", str(settings.BASE_DIR)))

    proceso = subprocess.run(["systemd-analyze", "verify", tmp_path / nombre], capture_output=True, text=True)

    assert nombre not in proceso.stderr
