"""Two people at the same row: nobody writes over what they didn't see, and nothing that was typed is lost."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from catalogos.tests.factories import LugarFactory
from expedientes.estados import Estado
from expedientes.models import Expediente
from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory
from monitor.admin.routes import route
from monitor.admin.stale import CONFLICTO, ELEGIR, VISTO
from monitor.admin.verbs import NO_ESTA, RECUPERADO
from monitor.cambios.models import Cambio
from monitor.db.triggers import door
from monitor.tests.formularios import campos_de, frases
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria():
    return UsuarioFactory(nombre="María González")


@pytest.fixture
def juan(client):
    usuario = UsuarioFactory(nombre="Juan Pérez")
    client.force_login(usuario)
    return usuario


@pytest.fixture
def url(juan):
    ExpedienteFactory(no_siniestro="SIN-1", completo=True, color="Rojo", marca="Nissan")
    return "/admin/expedientes/expediente/SIN-1/change/"


@pytest.fixture
def hace_tres_minutos():
    """Let what is told of the changes have happened three minutes ago."""

    def antes():
        with door(None):
            Cambio.objects.update(fecha=timezone.now() - timedelta(minutes=3))

    return antes


def cambiar(por, **datos):
    Expediente.objects.actualizar("SIN-1", datos, por=por)


def errores(response):
    """Return the errors of the form by field, as people read them."""
    return {
        campo: [" ".join(unescape(strip_tags(error)).replace("\xa0", " ").split()) for error in suyos]
        for campo, suyos in response.context["adminform"].form.errors.items()
    }


def guardado(*campos):
    return Expediente.objects.values_list(*campos).get()


# --- Fields ---


def test_lo_que_ambos_cambiaron_se_elige_y_lo_demas_sigue_escrito(client, url, maria, hace_tres_minutos):
    abierta = campos_de(client.get(url))
    cambiar(maria, color="Verde", modelo="2021")
    hace_tres_minutos()

    response = client.post(url, abierta | {"color": "Azul", "marca": "Audi"})

    assert errores(response) == {
        "color": [
            "Mientras usted escribía lo cambió María González, hace 3 minutos. Elija con cuál se queda y guarde otra"
            " vez: Dejar el suyo: «Azul» Tomar el de María González: «Verde»"
        ]
    }
    vuelta = campos_de(response)
    assert (vuelta["color"], vuelta["marca"], vuelta["modelo"]) == ("Azul", "Audi", "2021")
    assert guardado("color", "marca") == ("Verde", "Nissan")


@pytest.mark.parametrize(("eleccion", "color"), [("mio", "Azul"), ("suyo", "Verde")])
def test_lo_elegido_es_lo_que_queda(client, url, maria, eleccion, color):
    abierta = campos_de(client.get(url))
    cambiar(maria, color="Verde")
    vuelta = campos_de(client.post(url, abierta | {"color": "Azul", "marca": "Audi"}))

    response = client.post(url, vuelta | {f"{ELEGIR}color": eleccion})

    assert response.status_code == 302
    assert guardado("color", "marca") == (color, "Audi")


def test_sin_elegir_se_vuelve_a_preguntar_y_se_sigue_sabiendo_quien(client, url, maria):
    abierta = campos_de(client.get(url))
    cambiar(maria, color="Verde")
    vuelta = campos_de(client.post(url, abierta | {"color": "Azul"}))
    assert vuelta[CONFLICTO] == "color"

    response = client.post(url, vuelta)

    assert "lo cambió María González, hace un momento" in errores(response)["color"][0]
    assert guardado("color") == ("Verde",)


def test_lo_que_vuelve_a_cambiar_mientras_se_elige_se_vuelve_a_preguntar(client, url, maria):
    abierta = campos_de(client.get(url))
    cambiar(maria, color="Verde")
    vuelta = campos_de(client.post(url, abierta | {"color": "Azul"}))
    cambiar(maria, color="Negro")

    response = client.post(url, vuelta | {f"{ELEGIR}color": "mio"})

    assert "«Negro»" in errores(response)["color"][0]
    assert guardado("color") == ("Negro",)


@pytest.mark.parametrize("mio", ["Verde", " Verde "])
def test_quienes_escriben_lo_mismo_no_tienen_que_elegir(client, url, maria, mio):
    abierta = campos_de(client.get(url))
    cambiar(maria, color="Verde")

    assert client.post(url, abierta | {"color": mio, "marca": "Audi"}).status_code == 302
    assert guardado("color", "marca") == ("Verde", "Audi")


CADA_CLASE = [
    # what is sent, what María writes, the words for mine and hers
    ({"fecha_entrega": "01/03/2024"}, {"fecha_entrega": "2024-04-01"}, "«01/03/2024»", "«01/04/2024»"),
    ({"fecha_entrega": ""}, {"fecha_entrega": "2024-04-01"}, "vacío", "«01/04/2024»"),
    ({"doc_caratula_poliza": "unknown"}, {"doc_caratula_poliza": True}, "vacío", "«Sí»"),
    ({"dato1_fecha_hora_1": "11:00:00"}, {"dato1_fecha_hora": "2024-05-01T10:00Z"}, "«20/03/2024 11:00»",
     "«01/05/2024 04:00»"),
    ({"observaciones": "uno\r\ndos"}, {"observaciones": "tres"}, "«uno dos»", "«tres»"),
]  # fmt: skip


@pytest.mark.una_vez
@pytest.mark.parametrize(("enviado", "suyo", "mio_dicho", "suyo_dicho"), CADA_CLASE)
def test_se_elige_entre_valores_de_cualquier_clase(client, url, maria, enviado, suyo, mio_dicho, suyo_dicho):
    abierta = campos_de(client.get(url))
    campo = next(iter(suyo))
    cambiar(maria, **{campo: Expediente._meta.get_field(campo).to_python(suyo[campo])})
    despues = guardado(campo)

    response = client.post(url, abierta | enviado)

    frase = errores(response)[campo][0]
    assert f"Dejar el suyo: {mio_dicho} Tomar el de María González: {suyo_dicho}" in frase
    vuelta = campos_de(response)
    assert {nombre: vuelta[nombre] for nombre in enviado} == enviado
    assert client.post(url, vuelta | {f"{ELEGIR}{campo}": "suyo"}).status_code == 302
    assert guardado(campo) == despues


def test_una_aseguradora_se_elige_por_su_nombre(client, url, maria):
    axa, hdi = AseguradoraFactory(nombre="AXA"), AseguradoraFactory(nombre="HDI")
    abierta = campos_de(client.get(url))
    cambiar(maria, aseguradora_id=hdi.pk)

    response = client.post(url, abierta | {"aseguradora": axa.pk})

    assert "«AXA» Tomar el de María González: «HDI»" in errores(response)["aseguradora"][0]
    assert client.post(url, campos_de(response) | {f"{ELEGIR}aseguradora": "mio"}).status_code == 302
    assert guardado("aseguradora__nombre") == ("AXA",)


def test_lo_de_otro_se_escapa(client, url, maria):
    abierta = campos_de(client.get(url))
    cambiar(maria, color="<script>alert(1)</script>")

    pagina = client.post(url, abierta | {"color": "<b>Azul</b>"}).content.decode()

    assert "«&lt;script&gt;alert(1)&lt;/script&gt;»" in pagina
    assert not re.search("<script>|<b>", pagina)


def test_lo_propio_de_otra_pagina_se_dice_asi(client, url, juan):
    abierta = campos_de(client.get(url))
    cambiar(juan, color="Verde")

    response = client.post(url, abierta | {"color": "Azul"})

    assert "lo cambió usted en otra página, hace un momento" in errores(response)["color"][0]


def test_lo_que_escribio_otro_programa_sin_decir_quien_tambien_se_elige(client, url):
    abierta = campos_de(client.get(url))
    Expediente.objects.update(color="Verde")

    response = client.post(url, abierta | {"color": "Azul"})

    assert "lo cambió otra persona." in errores(response)["color"][0]


CASAS = {
    "aseguradora": ("catalogos", lambda: AseguradoraFactory(nombre="AXA")),
    "lugar": ("catalogos", lambda: LugarFactory(nombre="Sede")),
    "usuario": ("usuarios", lambda: UsuarioFactory(nombre="Ana")),
}


@pytest.mark.parametrize("modelo", CASAS)
def test_catalogos_y_usuarios_tampoco_se_pisan(client, maria, modelo):
    client.force_login(UsuarioFactory(administrador=True))
    app, hacer = CASAS[modelo]
    fila = hacer()
    url = f"/admin/{app}/{modelo}/{fila.pk}/change/"
    abierta = campos_de(client.get(url))
    type(fila).objects.actualizar(fila.pk, {"nombre": "El de ella"}, por=maria)

    response = client.post(url, abierta | {"nombre": "El mío"})

    assert "«El mío» Tomar el de María González: «El de ella»" in errores(response)["nombre"][0]
    assert client.post(url, campos_de(response) | {f"{ELEGIR}nombre": "mio"}).status_code == 302
    assert type(fila).objects.get(pk=fila.pk).nombre == "El mío"


# --- A write between the reading and the writing ---


@pytest.fixture
def justo_antes(monkeypatch, maria):
    """Give a function that has María write some values after the form was compared with the row, and before the verb
    writes: the first `veces` times."""

    def preparar(veces, **datos):
        actualizar = Expediente.objects.actualizar
        quedan = [{clave: f"{valor}{n}" for clave, valor in datos.items()} for n in range(veces)]

        def tarde(manager, clave, cambios, *, por, visto):
            if quedan:
                actualizar(clave, quedan.pop(), por=maria)
            return actualizar(clave, cambios, por=por, visto=visto)

        monkeypatch.setattr(type(Expediente.objects), "actualizar", tarde)

    return preparar


def test_lo_que_otro_escribe_en_medio_se_junta(client, url, justo_antes):
    justo_antes(1, modelo="202")

    assert client.post(url, campos_de(client.get(url)) | {"color": "Azul"}).status_code == 302
    # The attempt that failed was rolled back with what the test wrote in it.
    assert guardado("color") == ("Azul",)


def test_quien_nunca_llega_a_tiempo_oye_que_lo_intente(client, url, justo_antes):
    justo_antes(9, modelo="202")

    response = client.post(url, campos_de(client.get(url)) | {"color": "Azul"})

    assert frases(response) == ["El expediente cambió desde que lo leyó; vuelva a leerlo"]
    assert campos_de(response)["color"] == "Azul"


# --- Buttons ---


def test_boton_de_una_pagina_vieja_dice_que_cambio_y_pulsado_otra_vez_pasa(client, url, maria, hace_tres_minutos):
    abierta = campos_de(client.get(url))
    cambiar(maria, placas="XYZ-9")
    Expediente.objects.cambiar_estado("SIN-1", Estado.RESTAURACION, por=maria)
    hace_tres_minutos()

    response = client.post(url, abierta | {"color": "Azul", "_estado": "Salida"})

    assert errores(response) == {
        "__all__": [
            "Esto cambió desde que usted abrió la página, y no se guardó nada. Lo que cambió:"
            " Estado: Ingreso → Restauración (María González, hace un momento)"
            " Placas: ABC-12-34 → XYZ-9 (María González, hace 3 minutos)"
            " Revíselo y, si sigue de acuerdo, pulse otra vez."
        ]
    }
    assert guardado("estado", "color") == ("Restauracion", "Rojo")

    assert client.post(url, campos_de(response) | {"_estado": "Salida"}).status_code == 302
    assert guardado("estado", "color", "placas") == ("Salida", "Azul", "XYZ-9")


def test_boton_cuyo_estado_otro_cambia_en_medio_no_pasa(client, url, maria, monkeypatch):
    cambiar_estado = Expediente.objects.cambiar_estado

    def tarde(manager, clave, hasta, *, por, **opciones):
        cambiar_estado(clave, Estado.RESTAURACION, por=maria)
        return cambiar_estado(clave, hasta, por=por, **opciones)

    monkeypatch.setattr(type(Expediente.objects), "cambiar_estado", tarde)

    response = client.post(url, campos_de(client.get(url)) | {"_estado": "Salida"})

    assert response.status_code == 200
    assert guardado("estado") == ("Ingreso",)


def test_guardar_una_pagina_vieja_no_estorba_si_nadie_toco_lo_mismo(client, url, maria):
    abierta = campos_de(client.get(url))
    Expediente.objects.cambiar_estado("SIN-1", Estado.RESTAURACION, por=maria)

    assert client.post(url, abierta | {"color": "Azul"}).status_code == 302
    assert guardado("estado", "color") == ("Restauracion", "Azul")


def test_pagina_vieja_hace_pocas_sentencias(client, url, maria, django_assert_max_num_queries):
    abierta = campos_de(client.get(url))
    for n in range(20):
        cambiar(maria, color=f"Verde {n}", placas=f"A-{n}")

    with django_assert_max_num_queries(17):
        client.post(url, abierta | {"color": "Azul", "placas": "B", "_estado": "Salida"})


# --- Decisions ---

LISTA = "/admin/solicitudes/solicitud/"


@pytest.fixture
def solicitud(maria, juan):
    return SolicitudFactory(solicitante=maria, aprobador=juan, asunto="Viaje a la sede")


def decidir(client, datos, **otros):
    return client.post(LISTA, datos | {"action": "rechazar"} | otros)


def aviso(response):
    return " ".join(unescape(strip_tags(cambio)) for _, cambio in response.context["cambiadas"])


def test_decidir_desde_una_pagina_vieja_dice_que_cambio_y_otra_vez_pasa(client, solicitud, maria):
    abierta = campos_de(client.get(f"{LISTA}{solicitud.pk}/change/"))
    Solicitud.objects.actualizar(solicitud.pk, {"asunto": "Viaje a otra parte"}, por=maria)

    response = decidir(client, abierta)

    assert "Asunto: Viaje a la sede → Viaje a otra parte (María González, hace un momento)" in aviso(response)
    decidir(client, campos_de(response), motivo="No hay unidad")
    assert Solicitud.objects.get().estado_id == 3


def test_lo_que_cambia_mientras_se_escribe_el_motivo_se_dice_y_el_motivo_sigue(client, solicitud, maria):
    pedida = campos_de(decidir(client, {"_selected_action": solicitud.pk}))
    Solicitud.objects.actualizar(solicitud.pk, {"asunto": "Viaje a otra parte"}, por=maria)

    response = decidir(client, pedida, motivo="No hay unidad")

    assert "Asunto: Viaje a la sede → Viaje a otra parte" in aviso(response)
    assert Solicitud.objects.get().estado_id == 1
    assert campos_de(response)["motivo"] == "No hay unidad"
    decidir(client, campos_de(response))
    assert Solicitud.objects.get().estado_id == 3


def test_decidir_en_un_formulario_cambiado_lo_guarda_antes(client, maria):
    client.force_login(UsuarioFactory(administrador=True))
    solicitud = SolicitudFactory(solicitante=maria)
    url = f"{LISTA}{solicitud.pk}/change/"

    response = client.post(url, campos_de(client.get(url)) | {"observaciones": "Con silla", "_decidir": "aprobar"})

    assert Solicitud.objects.values_list("observaciones", "estado_id").get() == ("Con silla", 1)
    assert frases(response) == ["Se guardaron sus cambios."]
    client.post(LISTA, campos_de(response))
    assert Solicitud.objects.get().estado_id == 2


def test_decidir_en_un_formulario_que_no_se_puede_guardar_no_pierde_lo_escrito(client, maria):
    client.force_login(UsuarioFactory(administrador=True))
    solicitud = SolicitudFactory(solicitante=maria)
    url = f"{LISTA}{solicitud.pk}/change/"

    response = client.post(url, campos_de(client.get(url)) | {"asunto": "no", "_decidir": "aprobar"})

    assert "asunto" in errores(response)
    assert campos_de(response)["asunto"] == "no"


# --- What comes back to be looked at ---


def test_lo_que_se_recupera_se_ve_y_no_se_guarda(client, url):
    response = client.post(url, campos_de(client.get(url)) | {"color": "Azul", "_revisar": "1"})

    assert (frases(response), campos_de(response)["color"]) == ([RECUPERADO], "Azul")
    assert guardado("color") == ("Rojo",)
    assert client.post(url, campos_de(response)).status_code == 302
    assert guardado("color") == ("Azul",)


def test_lo_que_se_recupera_tampoco_pisa_a_nadie(client, url, maria):
    abierta = campos_de(client.get(url))
    cambiar(maria, color="Verde")

    response = client.post(url, abierta | {"color": "Azul", "_revisar": "1"})

    assert "«Azul» Tomar el de María González: «Verde»" in errores(response)["color"][0]


def test_el_motivo_que_se_recupera_no_decide(client, solicitud):
    pedida = campos_de(decidir(client, {"_selected_action": solicitud.pk}))

    response = decidir(client, pedida, motivo="No hay unidad", _revisar="1")

    assert campos_de(response)["motivo"] == "No hay unidad"
    assert Solicitud.objects.get().estado_id == 1


@pytest.mark.una_vez
@pytest.mark.parametrize("visto", ["", "x", "1-a", "1-a.x", f"1-a.{'9' * 30}", "\0.1", "1.1.1"])
def test_un_visto_imposible_no_es_un_error(client, url, visto):
    response = client.post(url, campos_de(client.get(url)) | {"color": "Azul", VISTO: visto})

    assert response.status_code == 302


# --- Gone meanwhile ---


def test_lo_que_otro_archivo_es_una_pagina_con_lo_escrito(client, url, maria):
    abierta = campos_de(client.get(url))
    Expediente.objects.archivar("SIN-1", por=maria)

    response = client.post(url, abierta | {"color": "Azul", "fecha_entrega": "01/03/2024"})

    assert (response.status_code, response.context["frase"]) == (404, NO_ESTA)
    assert response.context["escrito"] == [("Color", "Azul"), ("Fecha de entrega prometida", "01/03/2024")]
    assert 'href="/admin/expedientes/expediente/"' in response.content.decode()


def test_sin_sesion_no_se_dice_nada_de_nada(url):
    assert Client().post(url, {"color": "Azul"}).status_code == 302


# --- Taking a row away ---


def enlace_de_quitar(pagina):
    return unescape(re.search(r'<a href="([^"]*)" class="deletelink">', pagina.content.decode())[1])


@pytest.mark.parametrize("cuando", ["antes de pedirlo", "antes de confirmarlo"])
def test_no_se_quita_lo_que_no_se_vio(client, url, maria, cuando):
    client.force_login(UsuarioFactory(administrador=True))
    quitar = enlace_de_quitar(client.get(url))
    if cuando == "antes de pedirlo":
        cambiar(maria, color="Verde")
    pedida = client.get(quitar)
    if cuando == "antes de confirmarlo":
        cambiar(maria, color="Verde")
        pedida = client.post(quitar, campos_de(pedida), follow=True)
        assert Expediente.objects.count() == 1

    assert "Color: Rojo → Verde (María González" in strip_tags(pedida.content.decode())
    response = client.post(quitar, campos_de(pedida))
    assert (response.status_code, Expediente.objects.count()) == (302, 0)


@pytest.mark.parametrize("fabrica", [LugarFactory, SolicitudFactory, UsuarioFactory])
def test_lo_que_se_vio_se_quita_sin_mas(client, fabrica):
    client.force_login(UsuarioFactory(administrador=True))
    fila = fabrica()
    pagina = client.get(route(type(fila), "change", fila.pk))

    pedida = client.get(enlace_de_quitar(pagina))
    response = client.post(pedida.request["PATH_INFO"], campos_de(pedida))

    assert ('class="duda"' in pedida.content.decode(), response.status_code) == (False, 302)
    assert client.get(response.url).status_code == 200
