"""The order, the pages and the filters of the lists."""

import pytest

from catalogos.models import CATALOGOS
from catalogos.tests.factories import FABRICAS, DepartamentoFactory, LugarFactory
from catalogos.tests.test_views import invalido
from catalogos.views import ruta_de
from monitor.api.tests.cliente import respuesta


def nombres(api, ruta):
    datos = api.get(ruta).json()["data"]
    return [fila["Nombre"] for fila in (datos if isinstance(datos, list) else datos["registros"])]


@pytest.fixture
def lugares(db):
    datos = [
        ("B-1", "Ñuñoa", "Av. Ávila 1", "OFICINA", True, None),
        ("A-1", "nave", None, "BODEGA", False, "Portón azul"),
        (None, "Oficina 50%", None, None, False, None),
        ("C-1", "Ávila", None, "OFICINA", False, None),
    ]
    for codigo, nombre, direccion, tipo, frecuente, referencia in datos:
        LugarFactory(
            codigo=codigo,
            nombre=nombre,
            direccion=direccion,
            tipo_lugar=tipo,
            es_punto_frecuente=frecuente,
            referencia=referencia,
        )


@pytest.mark.parametrize(
    ("consulta", "esperados"),
    [
        ("", ["Ávila", "nave", "Ñuñoa", "Oficina 50%"]),
        ("codigo=b-1", ["Ñuñoa"]),
        ("codigo=b", []),
        ("nombre=AVI", ["Ávila"]),
        ("nombre=nu", ["Ñuñoa"]),
        ("nombre=50%25", ["Oficina 50%"]),
        ("nombre=_", []),
        ("tipoLugar=oficina", ["Ávila", "Ñuñoa"]),
        ("esPuntoFrecuente=true", ["Ñuñoa"]),
        ("esPuntoFrecuente=false&tipoLugar=OFICINA", ["Ávila"]),
        ("busqueda=avila", ["Ávila", "Ñuñoa"]),
        ("busqueda=AZUL a-1", ["nave"]),
        ("busqueda=azul b-1", []),
    ],
)
@pytest.mark.parametrize("ruta", ["/lugar", "/lugar/todos/lista"])
def test_filtros_de_lugar(consulta, esperados, ruta, lugares, tecnico):
    assert nombres(tecnico, f"{ruta}?{consulta}") == esperados


@pytest.mark.parametrize(
    ("consulta", "esperados"),
    [
        ("", ["Dirección", "Archivo", "Bodega"]),
        ("codigo=arc", ["Archivo"]),
        ("nombre=DIRECCION", ["Dirección"]),
        ("nivelJerarquico=1", ["Archivo", "Bodega"]),
        ("departamentoPadreId={pk}", ["Archivo"]),
        ("busqueda=luisa", ["Bodega"]),
        ("busqueda=sotano", ["Archivo"]),
    ],
)
def test_filtros_de_departamento(consulta, esperados, tecnico):
    padre = DepartamentoFactory(codigo="DIR", nombre="Dirección")
    DepartamentoFactory(codigo="BOD", nombre="Bodega", nivel_jerarquico=1, nombre_jefe="Luisa")
    archivo = {"codigo": "ARC", "nombre": "Archivo", "nivel_jerarquico": 1, "ubicacion_fisica": "Sótano"}
    DepartamentoFactory(**archivo, departamento_padre_id=padre.pk)

    assert nombres(tecnico, f"/departamento?{consulta.format(pk=padre.pk)}") == esperados


@pytest.mark.parametrize("modelo", CATALOGOS)
def test_filtro_por_parte_del_nombre(modelo, tecnico):
    for nombre in ("Común", "Otro"):
        FABRICAS[modelo](nombre=nombre)

    assert nombres(tecnico, f"/{ruta_de(modelo)}?nombre=COM") == ["Común"]


@pytest.mark.parametrize(
    ("consulta", "frases"),
    [
        ("pagina=0", ["pagina: debe estar entre 1 y 2147483647"]),
        ("pagina=dos", ["pagina: debe ser un entero"]),
        ("por_pagina=101", ["por_pagina: debe estar entre 1 y 100"]),
        ("pagina=1&pagina=2", ["pagina: está repetido"]),
        ("codigo=", ["codigo: está vacío"]),
        ("nombre=%00", ["nombre: no se admiten caracteres de control"]),
        ("esPuntoFrecuente=1", ["esPuntoFrecuente: debe ser true o false"]),
        (
            "porPagina=5&tipo_lugar=x",
            [
                "porPagina: no se reconoce (¿quiso decir `por_pagina`?)",
                "tipo_lugar: no se reconoce (¿quiso decir `tipoLugar`?)",
            ],
        ),
    ],
)
def test_parametros_invalidos(consulta, frases, tecnico):
    assert respuesta(tecnico.get(f"/lugar?{consulta}")) == invalido(*frases)


CON_BUSQUEDA = ["/lugar", "/lugar/todos/lista", "/departamento"]


@pytest.mark.parametrize(
    ("ruta", "filtro"),
    [*((f"/{ruta_de(modelo)}", "nombre") for modelo in CATALOGOS), *((ruta, "busqueda") for ruta in CON_BUSQUEDA)],
)
@pytest.mark.parametrize(
    ("texto", "frase"),
    [
        ("%CC%81", "no queda nada que buscar; escriba letras o números"),
        ("%E2%80%8B", "no puede estar vacío"),
        ("%E2%A0%80%20%E3%85%A4", "no puede estar vacío"),
    ],
)
def test_una_busqueda_de_la_que_no_queda_nada(tecnico, ruta, filtro, texto, frase):
    assert respuesta(tecnico.get(f"{ruta}?{filtro}={texto}")) == invalido(f"{filtro}: {frase}")


def test_la_lista_completa_no_tiene_paginas(tecnico):
    assert respuesta(tecnico.get("/lugar/todos/lista?pagina=1")) == invalido("pagina: no se reconoce")


@pytest.mark.parametrize(
    ("consulta", "pagina", "por_pagina", "esperados"),
    [
        ("", 1, 10, [f"Lugar {n:02}" for n in range(10)]),
        ("pagina=2", 2, 10, ["Lugar 10", "Lugar 11"]),
        ("pagina=3&por_pagina=5", 3, 5, ["Lugar 10", "Lugar 11"]),
        ("por_pagina=100", 1, 100, [f"Lugar {n:02}" for n in range(12)]),
        ("pagina=2147483647&por_pagina=100", 2147483647, 100, []),
    ],
)
def test_paginas(consulta, pagina, por_pagina, esperados, tecnico):
    for n in reversed(range(12)):
        LugarFactory(nombre=f"Lugar {n:02}")
    datos = tecnico.get(f"/lugar/?{consulta}").json()["data"]

    assert [fila["Nombre"] for fila in datos.pop("registros")] == esperados
    assert datos == {"total": 12, "pagina": pagina, "porPagina": por_pagina}
