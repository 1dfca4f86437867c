"""The statements of each HTTP request, without those that control transactions. They are the same with one row and with
three."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework import serializers

from expedientes.archivo import colgantes
from expedientes.models import Expediente
from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory

CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
POSTGRESQL = connection.vendor == "postgresql"  # SQLite can't insert other rows in the same statement


@pytest.fixture(params=[1, 3])
def aseguradora(request, operador):
    """Open as many expedientes, each with two rows of history, and return the insurer of all."""
    aseguradora = AseguradoraFactory()
    for n in range(request.param):
        ExpedienteFactory(no_siniestro=f"SIN-{n}", completo=True, aseguradora=aseguradora, por=operador.usuario)
        Expediente.objects.cambiar_estado(f"SIN-{n}", "Restauracion", por=operador.usuario)
    return aseguradora


def contar(api, metodo, ruta, datos=None):
    with CaptureQueriesContext(connection) as capturadas:
        recibida = api.pedir(metodo, ruta, datos)
        recibida.getvalue()
    assert recibida.status_code in (200, 201)
    return len([q for q in capturadas.captured_queries if not q["sql"].upper().startswith(CONTROL)])


LECTURAS = [
    ("/api/expedientes/SIN-0", 1),  # the expediente with its insurer and history, and who asks
    ("/api/expedientes", 1),  # a batch of up to 1,000, and who asks
    ("/api/expedientes?por_pagina=50", 1),  # the page, and who asks
    ("/api/expedientes?por_pagina=50&q=nissan&estado=Restauracion", 1),  # the same
    ("/api/expedientes?por_pagina=50&q=nada", 2),  # the empty page; who asks
    ("/api/expedientes/aseguradoras", 2),  # who asks; the insurers
    ("/api/expedientes/SIN-0/estado/historial", 2),  # who asks; the history with its people
]


@pytest.mark.parametrize(("ruta", "cuantas"), LECTURAS)
def test_sentencias_de_una_lectura(operador, aseguradora, ruta, cuantas):
    assert contar(operador, "GET", ruta) == cuantas


ESCRITURAS = [
    # one statement writes the expediente, its history and its change, and checks its insurer and who asks
    ("POST", "/api/expedientes", {"no_siniestro": "NUEVO"}, 1 if POSTGRESQL else 3),
    ("POST", "/api/expedientes", {"no_siniestro": "NUEVO", "id_aseguradora": ...}, 1 if POSTGRESQL else 3),
    # what would change, as it is; one that writes it and its change, and checks who asks
    ("PUT", "/api/expedientes/SIN-0", {"marca": "KIA"}, 2 if POSTGRESQL else 3),
    # what would change, as it is; the whole expediente, to answer it; who asks
    ("PUT", "/api/expedientes/SIN-0", {"id_aseguradora": ...}, 3),
    ("PUT", "/api/expedientes/SIN-0", {}, 3),
    # its state; one that writes it and its history, and checks who asks
    ("PATCH", "/api/expedientes/SIN-0/estado", {"estado": "Salida"}, 2 if POSTGRESQL else 3),
]


@pytest.mark.parametrize(("metodo", "ruta", "datos", "cuantas"), ESCRITURAS)
def test_sentencias_de_una_escritura(operador, aseguradora, metodo, ruta, datos, cuantas):
    datos = {campo: aseguradora.pk if valor is ... else valor for campo, valor in datos.items()}

    assert contar(operador, metodo, ruta, datos) == cuantas


def test_sentencias_de_una_lectura_condicional(operador, aseguradora):
    ruta = "/api/expedientes/SIN-0"
    etag = operador.get(ruta).headers["ETag"]

    def leer(conocido):
        with CaptureQueriesContext(connection) as capturadas:
            status = operador.get(ruta, **{"If-None-Match": conocido}).status_code
        return status, len(capturadas)

    assert leer(etag) == (304, 1)  # the versions of its rows, and who asks
    assert leer('"otra"') == (200, 2)  # the same; the expediente


def test_sentencias_de_archivar(administrador, aseguradora):
    # The statements are: who asks; the locked expediente; its last link and its change; what hangs from it, a table
    # each; its people and its insurer; the copy; the history again, what opens and closes the door on PostgreSQL, and
    # one that deletes it; and those that delete the expediente, because Django looks for what hangs from it.
    colgados = len(list(colgantes(Expediente))) + len(Expediente._meta.related_objects)
    assert contar(administrador, "DELETE", "/api/expedientes/SIN-0") == (12 if POSTGRESQL else 11) + colgados


def test_sentencias_de_los_usuarios(administrador, aseguradora):
    assert contar(administrador, "GET", "/api/usuarios") == 2  # who asks; all of them
    assert contar(administrador, "GET", f"/api/usuarios/{administrador.usuario.pk}") == 2  # who asks; that one


def test_ningun_serializer_arma_sus_campos_en_una_peticion(administrador, aseguradora, monkeypatch):
    armados = []
    for clase in (serializers.Serializer, serializers.ModelSerializer):

        def armar(self, original=clase.get_fields):
            armados.append(type(self).__name__)
            return original(self)

        monkeypatch.setattr(clase, "get_fields", armar)
    ruta = f"/api/usuarios/{administrador.usuario.pk}"

    def recorrer():
        for metodo, camino, datos, _ in ESCRITURAS:
            administrador.pedir(metodo, camino, {c: aseguradora.pk if v is ... else v for c, v in datos.items()})
        for camino, _ in LECTURAS:
            administrador.get(camino).getvalue()
        administrador.get(ruta)
        administrador.put(ruta, {"nombre": "Otra"})

    recorrer()  # the fields of each serializer are made at its first use
    armados.clear()
    recorrer()
    assert armados == []
