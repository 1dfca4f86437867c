"""Odd values in everything that the admin's pages read: a person's mistake is never an error of the server. `make fuzz`
tries all of them."""

from itertools import product
from urllib.parse import quote

import pytest
from django.contrib import admin

from catalogos.tests.factories import AseguradoraFactory, DepartamentoFactory, LugarFactory
from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.admin.verbs import BUSQUEDAS, VerbAdmin, _parametro
from monitor.tests.azar import algunos
from monitor.tests.formularios import campos_de
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import LlaveFactory, UsuarioFactory
from solicitudes.tests.factories import SolicitudFactory

pytestmark = pytest.mark.django_db

MODELOS = [modelo for modelo, vista in admin.site._registry.items() if isinstance(vista, VerbAdmin)]
FECHAS = ["0001-01-01", "9999-12-31", "10000-01-01", "0001-01-01 00:00:00+00:00", "9999-12-31T23:59:59-14:00"]
RAROS = [*FECHAS, "", "-1", "9" * 40, "1" * 5000, "\0", "a\nb", "'\"<>", "x" * 300, "\u202e", "_5F"]
POSICIONES = [
    "despues:[]", "antes:[null,null]", 'despues:["a"]', "despues:[1e999]", f"despues:[{'9' * 5000}]",
    f"despues:{'[' * 2000}",
]  # fmt: skip
DE_LA_LISTA = ("q", "p", "o", "e", "all", "_to_field", "_popup", "_changelist_filters", "_facets", "zz", "id__in")


@pytest.fixture
def client(client, filas, db):
    client.force_login(Usuario.objects.get(username="quien-prueba"))
    client.raise_request_exception = False
    return client


@pytest.fixture(scope="module")
def filas(base_del_modulo):
    """Return a row of each model that people write."""
    SolicitudFactory()  # it brings a department, places and people, and leaves mails in the queue
    AseguradoraFactory(), DepartamentoFactory(), LugarFactory(), LlaveFactory()
    ExpedienteFactory(no_siniestro="SIN-1")
    archivado = ExpedienteFactory(no_siniestro="SIN-2")
    Expediente.objects.archivar(archivado.pk, por=UsuarioFactory(username="quien-prueba", administrador=True))
    return {modelo: modelo._default_manager.first() for modelo in MODELOS}


def lista_de(modelo):
    return f"/admin/{modelo._meta.app_label}/{modelo._meta.model_name}/"


def parametros_de(modelo):
    for filtro in admin.site._registry[modelo].list_filter:
        yield from (
            f"{_parametro(filtro)}{busqueda}" for busqueda in (*BUSQUEDAS, "__year", "__day", "__in", "__regex")
        )
    yield from DE_LA_LISTA


@pytest.mark.parametrize("modelo", MODELOS)
def test_parametros_raros_de_una_lista(client, filas, modelo):
    casos = [(parametro, raro) for parametro in parametros_de(modelo) for raro in RAROS]
    casos += [("p", posicion) for posicion in POSICIONES for _ in range(5)]
    fallos = [
        (parametro, raro[:50])
        for parametro, raro in algunos(casos)
        if client.get(lista_de(modelo), {parametro: raro}).status_code >= 500
    ]

    assert fallos == []


SOLICITANTE = {"app_label": "solicitudes", "model_name": "solicitud", "field_name": "solicitante"}
# What other pages read of their address.
OTRAS = {
    "/admin/buscar/": ("q",),
    "/admin/panel/": ("dias",),
    "/admin/expedientes/expediente/exportar.csv": ("q",),
    "/admin/expedientes/expediente/tablero/": ("q", "aseguradora", "asesor"),
    "/admin/expedientes/expediente/recibir/placas/": ("placas",),
    "/admin/expedientes/expediente/SIN-1/history/": ("campo", "persona", "antes"),
}


@pytest.mark.parametrize("raro", RAROS)
def test_busquedas_raras(client, raro):
    fallos = [
        (ruta, parametro)
        for ruta, parametros in OTRAS.items()
        for parametro in parametros
        if client.get(ruta, {parametro: raro}).status_code >= 500
    ]

    assert fallos == []
    assert client.get("/admin/autocomplete/", SOLICITANTE | {"term": raro}).status_code == 200


@pytest.mark.parametrize("raro", RAROS)
def test_lo_que_mandan_los_guiones(client, raro):
    """Odd values come also by the scripts and small forms of our pages."""
    for ruta, campos in {
        "tablero/mover/": ("no_siniestro", "estado", "visto", "motivo"),
        "SIN-1/levantamiento/": ("anexo",),
        "SIN-1/comentar/": ("comentario",),
        "SIN-1/comentario/": ("pk", "comentario", "id"),
        "SIN-1/no-siniestro/": ("no_siniestro", "motivo"),
    }.items():
        datos = dict.fromkeys(campos, raro)
        assert client.post(f"/admin/expedientes/expediente/{ruta}", datos).status_code < 500, ruta


@pytest.mark.parametrize("modelo", MODELOS)
def test_claves_raras_de_una_fila(client, filas, modelo):
    fallos = []
    for vista, raro in algunos([*product(("change", "delete", "history"), RAROS)]):
        url = f"{lista_de(modelo)}{quote(raro, safe='')}/{vista}/"
        estados = [client.get(url).status_code, client.post(url, {"post": "yes"}).status_code]
        fallos += [(vista, raro[:50], estados)] * (max(estados) >= 500)

    assert fallos == []


@pytest.mark.parametrize("modelo", MODELOS)
def test_acciones_raras(client, filas, modelo):
    acciones = [*admin.site._registry[modelo].actions, "nada", "", "\0", "__class__"]
    nombres = [accion if isinstance(accion, str) else accion.__name__ for accion in acciones]
    pk = filas[modelo] and filas[modelo].pk
    marcadas = {"_selected_action": pk} if pk else {}
    casos = [
        {"action": nombre} | datos
        for nombre in nombres
        for raro in RAROS
        for datos in (
            {"_selected_action": ["", raro], "index": raro},
            marcadas | {"select_across": raro, "motivo": raro},
        )
    ]
    fallos = [
        {clave: str(valor)[:50] for clave, valor in caso.items()}
        for caso in algunos(casos)
        if client.post(lista_de(modelo), caso).status_code >= 500
    ]

    assert fallos == []


ALTAS = [(modelo, "add") for modelo in MODELOS] + [(Expediente, "recibir")]


@pytest.mark.parametrize(("modelo", "vista"), ALTAS)
def test_valores_raros_en_la_direccion_de_un_formulario(client, modelo, vista):
    """A link may fill in the form for a new row."""
    campos, url = [campo.name for campo in modelo._meta.concrete_fields], f"{lista_de(modelo)}{vista}/"
    raros = ["x", "2024-01-01T00:00", *algunos(RAROS)]

    assert [raro[:50] for raro in raros if client.get(url, dict.fromkeys(campos, raro)).status_code >= 500] == []


@pytest.mark.parametrize("modelo", MODELOS)
@pytest.mark.parametrize("vista", ["add", "change"])
def test_valores_raros_en_un_formulario(client, filas, modelo, vista):
    fila = filas[modelo]
    url = f"{lista_de(modelo)}add/" if vista == "add" else f"{lista_de(modelo)}{fila and fila.pk}/change/"
    pagina = client.get(url)
    campos = campos_de(pagina) if pagina.status_code == 200 else {}
    cambios = [dict.fromkeys(campos, raro) for raro in RAROS]
    cambios += [
        {campo: fecha} for campo in campos if "fecha" in campo and "initial" not in campo for fecha in FECHAS[:2]
    ]
    cambios += [{campo: raro} for campo in ("_estado", "lugares-0-id") if vista == "change" for raro in RAROS]
    fallos = [cambio for cambio in algunos(cambios) if client.post(url, campos | cambio).status_code >= 500]

    assert fallos == []
