"""The behaviour of every ModelAdmin of ours, tested with the plainest one: the insurers."""

from urllib.parse import urlencode

import pytest
from django.contrib import admin

from catalogos.models import Aseguradora
from catalogos.tests.factories import AseguradoraFactory
from monitor.admin.finder import LARGA
from monitor.admin.verbs import MUCHAS, NO_ESTA, VerbAdmin
from monitor.errores import Conflicto
from monitor.tests.formularios import frases
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.django_db

LISTA = "/admin/catalogos/aseguradora/"


def test_accion_que_no_se_pudo_anotar_deshace_su_fila_y_no_las_demas(client, monkeypatch):
    """A row isn't deleted without its line in the log."""
    client.force_login(UsuarioFactory(administrador=True))
    claves = [AseguradoraFactory(nombre=nombre).pk for nombre in ("AXA", "HDI", "Qualitas")]
    de_verdad = VerbAdmin.log_deletions

    def anotar(self, request, filas):
        if [str(fila) for fila in filas] == ["HDI"]:
            raise Conflicto("No se pudo anotar")
        return de_verdad(self, request, filas)

    monkeypatch.setattr(VerbAdmin, "log_deletions", anotar)
    datos = {"action": "delete_selected", "_selected_action": claves, "post": "yes"}

    response = client.post(LISTA, datos, follow=True)

    assert frases(response) == ["Se eliminaron: 2 aseguradoras.", "No se pudo anotar: HDI."]
    assert list(Aseguradora.objects.vigentes().values_list("nombre", flat=True)) == ["HDI"]


BUSCAN = sorted(
    f"/admin/{modelo._meta.app_label}/{modelo._meta.model_name}/"
    for modelo, vista in admin.site._registry.items()
    if isinstance(vista, VerbAdmin) and vista.search_fields
)


@pytest.mark.una_vez
@pytest.mark.parametrize("lista", BUSCAN)
@pytest.mark.parametrize("q", ["a " * 5000, "a " * 21, "x" * 251])
def test_busqueda_demasiado_larga_se_rechaza_con_una_frase(client, lista, q):
    client.force_login(UsuarioFactory(administrador=True))

    response = client.get(lista, {"q": q})

    assert (response.status_code, response.url) == (302, lista)
    assert frases(client.get(lista)) == [LARGA]


@pytest.mark.parametrize("q", ["a " * 20, "x" * 250])
def test_busqueda_de_lo_mas_largo_que_se_admite(client, q):
    client.force_login(UsuarioFactory(administrador=True))
    AseguradoraFactory(nombre="AXA")

    response = client.get(LISTA, {"q": q})

    assert (response.status_code, frases(response)) == (200, [])


def marcar_todas(client, accion, **datos):
    """Send what the list sends after «Seleccionar todos»: the boxes of one page, and that they stand for all."""
    pagina = [fila.pk for fila in client.get(LISTA, datos).context["cl"].result_list]
    url = f"{LISTA}?{urlencode(datos)}"
    return client.post(url, {"action": accion, "_selected_action": pagina, "select_across": "1"}, follow=True)


def test_reactivar_todas_actua_en_las_de_todas_las_paginas(client):
    client.force_login(UsuarioFactory(administrador=True))
    for n in range(60):
        AseguradoraFactory(nombre=f"Seguros {n}", eliminada=True)
    otra = AseguradoraFactory(nombre="AXA", eliminada=True)

    response = marcar_todas(client, "reactivar", vigencia="eliminadas", q="seguros")

    assert frases(response)[0] == "Se reactivaron: 60 aseguradoras."
    assert list(Aseguradora.objects.filter(eliminado=True)) == [otra]


def test_eliminar_todas_pide_confirmar_las_de_todas_las_paginas(client):
    client.force_login(UsuarioFactory(administrador=True))
    for n in range(60):
        AseguradoraFactory(nombre=f"Seguros {n}")

    response = marcar_todas(client, "delete_selected")
    client.post(
        LISTA,
        {"action": "delete_selected", "post": "yes"}
        | {"_selected_action": [fila.pk for fila in response.context["queryset"]]},
    )

    assert not Aseguradora.objects.vigentes().exists()


def test_accion_con_mas_filas_de_las_que_caben_no_hace_nada(client, monkeypatch):
    monkeypatch.setattr("monitor.admin.verbs.SELECCION", 2)
    client.force_login(UsuarioFactory(administrador=True))
    for n in range(3):
        AseguradoraFactory(nombre=f"Seguros {n}", eliminada=True)

    response = marcar_todas(client, "reactivar", vigencia="eliminadas")

    assert frases(response) == [MUCHAS]
    assert not Aseguradora.objects.vigentes().exists()


@pytest.mark.parametrize(
    ("boton", "destino"),
    [("_save", LISTA), ("_continue", "{pagina}"), ("_addanother", f"{LISTA}add/")],
)
def test_guardar_lo_dice_sin_genero_y_va_a_donde_dice_el_boton(client, boton, destino):
    client.force_login(UsuarioFactory(administrador=True))

    agregada = client.post(f"{LISTA}add/", {"nombre": "AXA <b>", boton: "1"}, follow=True)
    pagina = f"{LISTA}{Aseguradora.objects.get().pk}/change/"
    guardada = client.post(pagina, {"nombre": "HDI", boton: "1"}, follow=True)

    assert frases(agregada) == [f'Se agregó: <a href="{pagina}">AXA &lt;b&gt;</a>.']
    assert frases(guardada) == [f'Se guardó: <a href="{pagina}">HDI</a>.']
    assert [r.redirect_chain for r in (agregada, guardada)] == [[(destino.format(pagina=pagina), 302)]] * 2


def test_guardar_vuelve_a_los_filtros_de_la_lista(client):
    client.force_login(UsuarioFactory(administrador=True))
    pagina = f"{LISTA}{AseguradoraFactory().pk}/change/"

    response = client.post(f"{pagina}?_changelist_filters=q%3Da", {"nombre": "AXA"})

    assert response.url == f"{LISTA}?q=a"


def test_guardar_en_una_ventana_aparte_solo_entrega_lo_guardado(client):
    client.force_login(UsuarioFactory(administrador=True))

    response = client.post(f"{LISTA}add/?_popup=1", {"nombre": "AXA", "_popup": "1"})

    assert (response.status_code, "popup_response" in response.text) == (200, True)


@pytest.mark.parametrize("lista", ["solicitudes/solicitud", "usuarios/usuario", "catalogos/lugar"])
def test_lo_que_no_existe_se_dice_sin_genero(client, lista):
    client.force_login(UsuarioFactory(administrador=True))

    response = client.get(f"/admin/{lista}/987654/change/")

    assert (response.status_code, response.context["frase"]) == (404, NO_ESTA)
    assert response.context["title"] == f"No hay {lista.partition('/')[2]} «987654»"
