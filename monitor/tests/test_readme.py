"""These tests type what README.md says to type, as it is written."""

import json
import os
import re
import shutil
import subprocess

import pytest
from django.conf import settings

pytestmark = pytest.mark.una_vez

README = (settings.BASE_DIR / "README.md").read_text(encoding="utf-8")


def bloque(titulo, nivel="##"):
    """Return the shell block under a heading."""
    seccion = README.split(f"\n{nivel} {titulo}\n")[1].split(f"\n{nivel} ")[0]
    return re.search(r"```sh\n(.*?)```", seccion, re.DOTALL)[1]


def teclear(guion, servidor):
    if shutil.which("curl") is None:
        pytest.skip("No hay curl en esta máquina (en Debian: apt-get install curl)")
    entorno = os.environ | {"API": f"{servidor}/api"}
    proceso = subprocess.run(["sh", "-eu", "-c", guion], env=entorno, capture_output=True, text=True, timeout=60)
    assert (proceso.returncode, proceso.stderr) == (0, "")
    return [json.loads(linea) for linea in proceso.stdout.splitlines()]


def test_el_primer_paseo_sirve_como_esta_escrito(demo):
    abierto, actualizado, movido, historial = teclear(bloque("Un primer paseo"), demo)

    clave = abierto["no_siniestro"]
    assert (abierto["marca"], abierto["fecha_ingreso"]) == ("Nissan", "2026-03-10T12:00:00.000Z")
    assert (abierto["estado"], abierto["placas"], abierto["creado_por"]) == ("Ingreso", None, 3)
    assert actualizado == abierto | {"placas": "YEJ-790-X", "id_aseguradora": 1}
    assert movido == actualizado | {"estado": "Restauracion"}
    assert [
        (c["no_siniestro"], c["estado_anterior"], c["estado_nuevo"], c["usuario"]["nombre"]) for c in historial
    ] == [
        (clave, "Ingreso", "Restauracion", "María González"),
        (clave, None, "Ingreso", "María González"),
    ]


def test_pedir_transporte_sirve_como_esta_escrito(demo):
    creada, aprobada, historico = teclear(bloque("Pedir transporte", nivel="###"), demo)

    assert [r["message"] for r in (creada, aprobada, historico)] == [
        "Solicitud creada exitosamente",
        "Solicitud aprobada exitosamente",
        "Histórico de estados obtenido exitosamente",
    ]
    datos = creada["data"]
    assert [lugar["NombreLugar"] for lugar in datos["lugares"]] == ["Sede Central", "Oficina Regional Norte"]
    assert (datos["NombreSolicitante"], datos["NombreDepartamento"]) == ("Juan Pérez", "Logística")
    assert aprobada["data"]["CodigoEstadoActual"] == "APROBADA"
    assert historico["data"]["codigoSolicitud"] == datos["CodigoSolicitud"]
    assert [(c["CodigoEstado"], c["MotivoEstadoSolicitud"]) for c in historico["data"]["historico"]] == [
        ("PENDIENTE_APROBACION", "Solicitud creada"),
        ("APROBADA", "Hay unidad disponible"),
    ]


def test_conectar_un_programa_sirve_como_esta_escrito(demo):
    pendientes, llaves = teclear(bloque("Conectar un programa", nivel="###"), demo)

    assert {expediente["estado"] for expediente in pendientes} == {"Salida"}
    assert [(llave["nombre"], llave["rol"], llave["vence"], llave["ultimo_uso"] is None) for llave in llaves] == [
        ("Sistema de AXA", "Operador", None, False)
    ]


def test_guardar_una_foto_sirve_como_esta_escrito(demo):
    subida, [guardada], huella = teclear(bloque("Guardar una foto", nivel="###"), demo)

    assert (subida["nombre_archivo"], subida["tipo"], guardada["id"]) == ("golpe.txt", "evidencia", subida["id"])
    assert (guardada["tipo_mime"], guardada["sha256"]) == ("text/plain", huella.split()[0])


def test_los_paseos_sirven_con_los_curl_que_hay():
    """Ubuntu 22.04 has curl 7.81, and `--json` came with 7.82."""
    paseos = bloque("Un primer paseo") + "".join(
        bloque(titulo, nivel="###") for titulo in ("Pedir transporte", "Guardar una foto", "Conectar un programa")
    )

    assert set(re.findall(r"(?<!\S)-\w+|--[\w-]+", re.sub("python3 -c .*", "", paseos))) <= {
        "-sS",
        "-H",
        "-d",
        "-X",
        "-F",
    }


def test_los_enlaces_del_readme_llevan_a_algo():
    enlaces = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert enlaces
    assert [enlace for enlace in enlaces if not (settings.BASE_DIR / enlace).exists()] == []


def test_el_readme_nombra_cada_destino_de_make():
    destinos = re.findall(
        r"^([a-z]+):.*## ", (settings.BASE_DIR / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert [destino for destino in destinos if f"make {destino}" not in README] == []


def test_las_cifras_del_rendimiento_son_las_de_su_tabla():
    def cifras(texto):
        return set(re.findall(r"\d+(?:[.,]\d+)*", texto))

    dichas = re.search(r"^El \d+ de .*?\n\n?\Z", README.split("\n## Rendimiento\n")[1], re.MULTILINE | re.DOTALL)[0]
    medidas = (settings.BASE_DIR / "docs" / "rendimiento.md").read_text(encoding="utf-8")

    assert cifras(dichas) <= cifras(medidas.split("<!-- medido: fin 100000 -->")[0])
