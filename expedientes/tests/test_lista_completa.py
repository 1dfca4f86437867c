"""The whole list, over the wire."""

import http.client
import json

import pytest
from django.db import connection

from expedientes.models import Expediente
from monitor.api.listas import LOTE
from monitor.api.tests.cliente import Remota
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.postgresql


def abrir_muchos(cuantos):
    """With long texts, so that the server can't have sent all before the client reads."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO expediente (no_siniestro, estado, ubicacion_almacenamiento, nombre_cliente, asesor, tipo)"
            " SELECT 'S-' || lpad(n::text, 6, '0'), 'Ingreso', 'Local', repeat('á', 255), repeat('é', 255),"
            " repeat('í', 255) FROM generate_series(1, %s) AS n",
            [cuantos],
        )


def pedir_lista(servidor, usuario):
    remota = Remota(servidor, usuario)
    conexion = http.client.HTTPConnection(remota.direccion, timeout=60)
    conexion.request("GET", "/api/expedientes", headers=remota.cabeceras)
    return conexion, conexion.getresponse()


def test_lista_completa_llega_entera_en_varios_lotes(servidor):
    abrir_muchos(3 * LOTE + 1)
    conexion, respuesta = pedir_lista(servidor, UsuarioFactory(tecnico=True))
    filas = json.loads(respuesta.read())
    conexion.close()
    assert [fila["no_siniestro"] for fila in filas] == [f"S-{n:06d}" for n in range(1, 3 * LOTE + 2)]


def test_un_fallo_a_media_lista_corta_la_conexion_y_no_cierra_el_json(servidor):
    abrir_muchos(40 * LOTE)  # some 70 MB: more than any buffer between the two holds
    conexion, respuesta = pedir_lista(servidor, UsuarioFactory(tecnico=True))
    recibido = respuesta.read(1000)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE expediente RENAME TO expediente_ausente")
    try:
        with pytest.raises((http.client.IncompleteRead, ConnectionResetError)) as fallo:
            recibido += respuesta.read()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE expediente_ausente RENAME TO expediente")
        conexion.close()
    recibido += getattr(fallo.value, "partial", b"")
    assert recibido.startswith(b'[{"no_siniestro":"S-000001"')
    assert not recibido.endswith(b"]")
    assert Expediente.objects.count() == 40 * LOTE
