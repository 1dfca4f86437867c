"""A long import, whose page tells how far it is; and two at once."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from catalogos.importacion.carga import Importador
from catalogos.models import Aseguradora
from expedientes.models import Expediente
from monitor.errores import Conflicto
from monitor.importacion import admin, en_vivo, trabajo, vista
from monitor.importacion.archivo import Archivo
from monitor.importacion.models import Importacion
from monitor.importacion.tests.ayuda import ASEGURADORAS, EXPEDIENTES, dicho, revisar, texto_de
from monitor.server.application import ROOM_FOR_STREAMS
from monitor.tests.conexiones import en_otra_conexion
from monitor.usuarios.tests.factories import UsuarioFactory


@pytest.fixture
def operador(transactional_db, client, monkeypatch):
    """Have an Operador in the client, for whom every file is a long one."""
    monkeypatch.setattr(vista, "EN_VIVO_DESDE", 0)
    monkeypatch.setattr(trabajo, "LOTE", 2)
    operador = UsuarioFactory()
    client.force_login(operador)
    return operador


def test_una_larga_dice_cuanto_lleva_y_acaba_en_lo_que_resulto(client, operador):
    pagina = revisar(client, EXPEDIENTES, "no_siniestro\nA\nB\nC\n")

    texto = texto_de(pagina)
    assert (pagina.streaming, pagina.headers["Content-Encoding"]) == (True, "identity")
    pasos = ["2 de 3 filas", "3 de 3 filas", "«archivo.csv»: 3 nuevas", 'value="Importar 3 filas"', "</html>"]
    assert [texto.index(paso) for paso in pasos] == sorted(texto.index(paso) for paso in pasos)
    assert not Expediente.objects.exists()


def test_una_larga_importa_y_lo_apunta_a_quien_y_a_su_peticion(client, operador):
    texto = texto_de(revisar(client, ASEGURADORAS, "nombre\nAXA\nHDI\nGNP\n"))
    campos = {campo: re.search(f'name="{campo}" value="([^"]+)"', texto)[1] for campo in ("vista", "contenido")}
    respuesta = client.post(f"{ASEGURADORAS}importar/", campos | {"nombre": "largo.csv"})

    assert "Se importó «largo.csv»: 3 nuevas." in dicho(respuesta)
    importacion = Importacion.objects.get()
    assert (importacion.hecha_por, importacion.peticion) == (operador, respuesta.headers["X-Request-ID"])
    assert Aseguradora.objects.count() == 3


def test_deshacer_una_larga_dice_cuanto_lleva_y_que_se_deshizo(client, operador, monkeypatch):
    monkeypatch.setattr(admin, "EN_VIVO_DESDE", 1)
    client.force_login(UsuarioFactory(administrador=True))
    trabajo.importar(Archivo("a.csv", b"nombre\nAXA\nHDI\n"), Importador(Aseguradora), por=operador)

    pagina = dicho(client.post(f"/admin/importacion/importacion/{Importacion.objects.get().pk}/deshacer/"))

    assert "2 de 2 filas Se deshizo la importación de «a.csv». Ver la importación" in pagina
    assert not Aseguradora.objects.vigentes().exists()


def test_si_el_archivo_no_se_puede_leer_lo_dice_al_final(client, operador):
    assert "no se conoce «x»" in dicho(revisar(client, ASEGURADORAS, "nombre;x\nA;B\n"))


@pytest.mark.parametrize(
    ("codigo", "frase"),
    [(None, "Algo falló en Monitor, y no se guardó nada."), ("base_ocupada", "La base de datos no está disponible.")],
)
def test_si_algo_falla_la_pagina_lo_dice_y_la_bitacora_por_que(client, operador, monkeypatch, caplog, codigo, frase):
    def fallar(*args, **kwargs):
        raise RuntimeError("secreto")

    monkeypatch.setattr(vista, "simular", fallar)
    monkeypatch.setattr(en_vivo, "outage_of", lambda error: codigo)

    pagina = dicho(revisar(client, ASEGURADORAS, "nombre\nA\n"))

    assert (frase in pagina, "secreto" in pagina) == (True, False)
    assert any(registro.levelname in ("ERROR", "WARNING") for registro in caplog.records)


def test_si_ya_se_mandan_cuantas_se_puede_pide_esperar(client, operador):
    archivo = SimpleUploadedFile("a.csv", b"nombre\nA\n")
    respuesta = client.post(f"{ASEGURADORAS}importar/", {"archivo": archivo}, **{ROOM_FOR_STREAMS: lambda: False})

    assert (respuesta.status_code, respuesta.headers["Retry-After"]) == (503, "5")
    assert "Vuelva atrás y repita en unos segundos." in dicho(respuesta)
    assert "listas" not in dicho(respuesta)


# --- Two at once ---


@pytest.mark.postgresql
def test_mientras_alguien_importa_nadie_mas(transactional_db):
    archivo, destino, por = Archivo("a.csv", b"nombre\nAXA\n"), Importador(Aseguradora), UsuarioFactory()
    with transaction.atomic():
        Importacion.objects.tomar_turno()
        with pytest.raises(Conflicto, match="Ya hay otra importación en marcha"):
            en_otra_conexion(lambda: trabajo.simular(archivo, destino, por=por))

    assert trabajo.importar(archivo, destino, por=por).importacion is not None


@pytest.mark.postgresql
def test_la_pagina_dice_que_hay_otra_en_marcha(transactional_db, client):
    client.force_login(UsuarioFactory())
    with transaction.atomic():
        Importacion.objects.tomar_turno()
        pagina = en_otra_conexion(lambda: dicho(revisar(client, ASEGURADORAS, "nombre\nAXA\n")))

    assert "Ya hay otra importación en marcha: espere a que termine y repita" in pagina
