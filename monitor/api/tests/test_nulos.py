"""A NUL, which PostgreSQL takes in no text, in every part of every path and in every query parameter: it finds nothing,
and is never an error of the server. Bodies: expedientes/tests/test_serializers.py."""

import pytest

from monitor.api.tests.rutas import RUTAS
from monitor.api.tests.test_fail_closed import CUERPOS
from monitor.api.tests.test_routes import rutas_declaradas

CON_PIEZA = [ruta for ruta in RUTAS if "999999" in ruta]
VISTAS = {ruta: (clase, accion) for ruta, clase, accion in rutas_declaradas()}


def cuerpo_de(ruta) -> tuple:
    cuerpo = CUERPOS.get(ruta)
    return cuerpo if isinstance(cuerpo, tuple) else (cuerpo,)


def con_cada_pieza(camino, valor):
    """Yield the path with the value in place of each 999999, one at a time."""
    partes = camino.split("999999")
    for i in range(1, len(partes)):
        yield "999999".join(partes[:i]) + valor + "999999".join(partes[i:])


@pytest.mark.parametrize("ruta", CON_PIEZA)
def test_ruta_con_un_nulo_no_halla_nada(administrador, ruta):
    metodo, camino = ruta.split()

    for valor in ("%00", "a%00b", "1%00"):
        for una in con_cada_pieza(camino, valor):
            esperados = {400, 404, RUTAS[ruta][1]}
            assert administrador.pedir(metodo, una, *cuerpo_de(ruta)).status_code in esperados, una


def parametros_de(ruta):
    clase, accion = VISTAS[ruta]
    params = getattr(clase, "acciones", {}).get(accion)
    return [*params.params.serializer.fields] if params else []


@pytest.mark.parametrize("ruta", [ruta for ruta in RUTAS if parametros_de(ruta)])
def test_parametro_con_un_nulo_es_400(administrador, ruta):
    metodo, camino = ruta.split()

    for parametro in parametros_de(ruta):
        for valor in ("%00", "a%00b"):
            assert administrador.pedir(metodo, f"{camino}?{parametro}={valor}").status_code == 400, parametro
