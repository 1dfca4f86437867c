"""The pages of expedientes in the admin: what they show to staff, what staff write, and the sentences that refuse
it."""

import json
import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from expedientes.archivo import ExpedienteArchivado
from expedientes.estados import ESTADO_INVALIDO, MISMO_ESTADO, Estado
from expedientes.models import OBLIGATORIO, Expediente, HistorialEstado
from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory
from expedientes.verbos import NO_ENCONTRADO, YA_EXISTE
from monitor.admin.forms import VerbForm
from monitor.api import tokens
from monitor.api.tests.cliente import Api
from monitor.origen import Origen, entrando_por
from monitor.tests.formularios import campos_de, enviar, frases
from monitor.usuarios.tests.factories import UsuarioFactory
from monitor.validadores import CON_CONTROL

pytestmark = pytest.mark.django_db

LISTA = "/admin/expedientes/expediente/"
AGREGAR = f"{LISTA}add/"
ARCHIVO = "/admin/expedientes/expedientearchivado/"


def pagina_de(clave, vista="change"):
    return f"{LISTA}{clave}/{vista}/"


def valores(expediente):
    """Return the values of the columns that people write."""
    expediente = Expediente.objects.get(pk=expediente.pk)
    return {nombre: getattr(expediente, nombre) for nombre in Expediente.EDITABLES}


def claves_de(response):
    return [expediente.pk for expediente in response.context["cl"].result_list]


def accion(client, nombre, *claves, **otros):
    return client.post(LISTA, {"action": nombre, "_selected_action": claves, "index": 0, **otros}, follow=True)


# --- Roles ---

SI, NO = 200, 403
PERMISOS = {
    # each page has its statuses for Administrador, Operador and Técnico
    LISTA: (SI, SI, SI),
    AGREGAR: (SI, SI, NO),
    pagina_de("SIN-1"): (SI, SI, SI),
    pagina_de("SIN-1", "history"): (SI, SI, SI),
    pagina_de("SIN-1", "delete"): (SI, NO, NO),
    ARCHIVO: (SI, NO, NO),
    f"{ARCHIVO}1/change/": (SI, NO, NO),
    f"{ARCHIVO}add/": (NO, NO, NO),
    f"{ARCHIVO}1/delete/": (NO, NO, NO),
}
TRAITS = ({"administrador": True}, {}, {"tecnico": True})


@pytest.mark.una_vez
@pytest.mark.parametrize(
    ("url", "trait", "status"),
    [(url, trait, status) for url, fila in PERMISOS.items() for trait, status in zip(TRAITS, fila, strict=True)],
)
def test_paginas_por_rol(client, url, trait, status):
    usuario = UsuarioFactory(**trait)
    ExpedienteFactory(no_siniestro="SIN-1")
    ExpedienteArchivado.objects.create(id=1, no_siniestro="SIN-0", datos={}, archivado_por=usuario)
    client.force_login(usuario)

    response = client.get(url)

    assert response.status_code == status
    assert (b"Su rol no permite esta operaci" in response.content) == (status == NO)


ESCRITURAS = {
    # each page, with what is sent to it, has the same three
    (AGREGAR, (("no_siniestro", "NUEVO"),)): (302, 302, NO),
    (pagina_de("SIN-1"), (("marca", "Audi"),)): (302, 302, NO),
    (pagina_de("SIN-1"), (("_estado", "Salida"),)): (302, 302, NO),
    (pagina_de("SIN-1", "delete"), (("post", "yes"),)): (302, NO, NO),
}


@pytest.mark.parametrize(
    ("escritura", "trait", "status"),
    [(e, trait, status) for e, fila in ESCRITURAS.items() for trait, status in zip(TRAITS, fila, strict=True)],
)
def test_escrituras_por_rol(client, escritura, trait, status):
    client.force_login(UsuarioFactory(**trait))
    ExpedienteFactory(no_siniestro="SIN-1", marca="Nissan")
    antes = list(Expediente.objects.values())
    url, cambios = escritura

    response = client.post(url, dict(cambios))

    assert response.status_code == status
    assert (list(Expediente.objects.values()) == antes) == (status == NO)


ESTADOS = [f"pasar_a_{estado.lower()}" for estado in Estado.values]


@pytest.mark.parametrize(
    ("trait", "acciones"),
    [
        ({"administrador": True}, [*ESTADOS, "delete_selected"]),
        ({}, ESTADOS),
        ({"tecnico": True}, []),
    ],
)
def test_acciones_por_rol(client, trait, acciones):
    client.force_login(UsuarioFactory(**trait))
    ExpedienteFactory()

    formulario = client.get(LISTA).context["action_form"]

    opciones = formulario.fields["action"].choices if formulario else []
    assert [nombre for nombre, _ in opciones if nombre] == acciones


@pytest.mark.parametrize("nombre", [*ESTADOS[1:], "delete_selected"])
def test_accion_de_un_tecnico_no_hace_nada(client, nombre):
    client.force_login(UsuarioFactory(tecnico=True))
    expediente = ExpedienteFactory()

    accion(client, nombre, expediente.pk, post="yes")

    assert list(Expediente.objects.values_list("pk", "estado")) == [(expediente.pk, Estado.INGRESO)]


def test_tecnico_no_ve_botones(client):
    client.force_login(UsuarioFactory(tecnico=True))
    expediente = ExpedienteFactory()

    pagina = client.get(pagina_de(expediente.pk)).content.decode()

    assert [
        boton
        for boton in ('type="submit" value', 'name="_save"', 'name="_estado"', "deletelink", "/expediente/add/")
        if boton in pagina
    ] == []
    assert "closelink" in pagina


# --- The list ---


def test_lista_muestra_las_columnas(client, como_operador):
    ExpedienteFactory(completo=True, no_siniestro="SIN-1", aseguradora=AseguradoraFactory(nombre="Qualitas"))
    ExpedienteFactory(no_siniestro="SIN-2")

    pagina = client.get(LISTA).content.decode()

    filas = re.findall(r"<tr>(.*?)</tr>", pagina.split("<tbody>")[1], re.DOTALL)
    celdas = [re.findall(r'<t[hd] class="field-[^>]*>(.*?)</t[hd]>', fila) for fila in filas]
    assert [[strip_tags(celda) for celda in fila] for fila in celdas] == [
        ["SIN-1", "Ángela Muñoz", "Nissan Versa 2020", "ABC-12-34", "Qualitas",
         "Ingreso", "0", "15/01/2024", "12/02/2024", "4"],
        ["SIN-2", "—", "—", "—", "—", "Ingreso", "0", "—", "—", "8"],
    ]  # fmt: skip


@pytest.mark.parametrize("cuantos", [1, 3])
def test_lista_hace_cuatro_consultas(client, como_operador, cuantos, django_assert_num_queries):
    for _ in range(cuantos):
        ExpedienteFactory(completo=True)
    client.get(LISTA)  # a process asks some things only once

    # The statements read the session, the user, the page with its insurers, and the filter's insurers.
    with django_assert_num_queries(4) as consultas:
        client.get(LISTA)

    assert [consulta["sql"] for consulta in consultas if "COUNT(" in consulta["sql"].upper()] == []


def test_lista_va_del_ingreso_mas_nuevo_al_mas_viejo_y_al_final_lo_que_no_tiene(client, como_operador):
    for clave, ingreso in {"B": date(2024, 1, 1), "A": date(2024, 1, 1), "C": date(2025, 1, 1), "D": None}.items():
        ExpedienteFactory(no_siniestro=clave, fecha_ingreso=ingreso)

    assert claves_de(client.get(LISTA)) == ["C", "A", "B", "D"]


@pytest.mark.parametrize("orden", ["1", "-1", "2.3", "x"])
def test_lista_no_cambia_su_orden_por_la_url(client, como_operador, orden):
    for clave in ("B", "A"):
        ExpedienteFactory(no_siniestro=clave)

    assert claves_de(client.get(LISTA, {"o": orden})) == ["A", "B"]


@pytest.fixture
def paginas_de_dos(monkeypatch):
    monkeypatch.setattr("expedientes.admin.ExpedienteAdmin.list_per_page", 2)


def test_paginas_recorren_la_lista_de_ida_y_de_vuelta(client, como_operador, paginas_de_dos):
    claves = [ExpedienteFactory(no_siniestro=f"Ñ/{n}", fecha_ingreso=date(2024, 1, 1 + n // 3)).pk for n in range(5)]
    en_orden = list(Expediente.objects.en_orden().values_list("pk", flat=True))
    assert sorted(en_orden) == sorted(claves)

    cl = client.get(LISTA).context["cl"]
    ida = [cl]
    while ida[-1].siguiente:
        ida.append(client.get(LISTA + ida[-1].siguiente).context["cl"])
    vuelta = [ida[-1]]
    while vuelta[-1].anterior:
        vuelta.append(client.get(LISTA + vuelta[-1].anterior).context["cl"])

    assert [fila.pk for cl in ida for fila in cl.result_list] == en_orden
    # Going back, each page ends where the one after it begins, and the first page is whole again.
    assert [[fila.pk for fila in cl.result_list] for cl in vuelta] == [en_orden[4:], en_orden[2:4], en_orden[:2]]


def test_paginas_conservan_filtro_y_busqueda(client, como_operador, paginas_de_dos):
    for n in range(3):
        ExpedienteFactory(no_siniestro=f"S-{n}", marca="Nissan")
        ExpedienteFactory(no_siniestro=f"T-{n}", marca="Audi")

    cl = client.get(LISTA, {"q": "nissan", "estados": "Ingreso"}).context["cl"]

    assert claves_de(client.get(LISTA + cl.siguiente)) == ["S-2"]


@pytest.mark.parametrize(
    "pagina",
    ["2", "despues:", "despues:[1]", 'despues:["1","a"]', 'lado:[1,"a"]', 'despues:[1,"a",2]', "despues:{}",
     'despues:[1,"\\u0000"]', "despues:[null,null]", 'antes:[1e400,"a"]', 'despues:[99999999999999999999,"a"]'],
)  # fmt: skip
def test_pagina_que_no_existe_vuelve_a_la_lista_y_lo_dice(client, como_operador, pagina):
    ExpedienteFactory(no_siniestro="A")

    response = client.get(LISTA, {"p": pagina}, follow=True)

    assert response.redirect_chain == [(f"{LISTA}?e=1", 302)]
    assert claves_de(response) == ["A"]
    assert frases(response) == ["El filtro no es válido: se muestra la lista sin filtros."]


@pytest.mark.parametrize("q", ["muñoz", "MUNOZ", "ángela", "ANGELA versa", "sin-1", "abc-12", "ot-7", "F-1"])
def test_busqueda_no_distingue_mayusculas_ni_acentos(client, como_operador, q):
    ExpedienteFactory(completo=True, no_siniestro="SIN-1")
    ExpedienteFactory(no_siniestro="OTRO")

    assert claves_de(client.get(LISTA, {"q": q})) == ["SIN-1"]


@pytest.mark.parametrize("q", ["%", "_", "\\", "'", "inexistente"])
def test_busqueda_toma_los_comodines_como_letras(client, como_operador, q):
    ExpedienteFactory(completo=True, no_siniestro="SIN-1")

    assert claves_de(client.get(LISTA, {"q": q})) == []


def test_filtros(client, como_operador):
    qualitas = AseguradoraFactory(nombre="Qualitas")
    a = ExpedienteFactory(no_siniestro="A", aseguradora=qualitas, fecha_ingreso=date(2024, 1, 15))
    ExpedienteFactory(no_siniestro="B")
    Expediente.objects.cambiar_estado("B", Estado.SALIDA, por=como_operador)
    Expediente.objects.filter(pk="B").update(ubicacion_almacenamiento="Nube")
    for dia in (14, 16):
        ExpedienteFactory(no_siniestro=f"C{dia}", fecha_ingreso=date(2024, 1, dia), aseguradora=AseguradoraFactory())

    def con(**filtro):
        return claves_de(client.get(LISTA, filtro))

    assert con(estados="Salida") == ["B"]
    assert con(aseguradora__id__exact=qualitas.pk) == [a.pk]
    assert con(aseguradora__isnull="True") == ["B"]
    assert con(fecha_ingreso__gte="2024-01-15", fecha_ingreso__lt="2024-01-16") == ["A"]
    assert con(fecha_ingreso__gte="2024-01-15") == ["C16", "A"]
    assert con(fecha_ingreso__isnull="True") == ["B"]
    assert con(ubicacion_almacenamiento__exact="Nube") == ["B"]


@pytest.mark.parametrize(
    "parametros",
    [{"nombre_cliente__regex": "((((("}, {"estado__regex": "("}, {"busqueda__contains": "x"}, {"estados": "Perdido"},
     {"aseguradora__isnull": "\0"},
     {"creado_por__password__startswith": "a"}, {"inexistente": "1"}, {"fecha_ingreso__gte": "ayer"},
     {"aseguradora__id__exact": "AXA"}],
)  # fmt: skip
def test_filtro_que_no_es_de_la_lista_no_llega_a_la_base(client, como_operador, parametros):
    AseguradoraFactory.create_batch(2)
    response = client.get(LISTA, parametros, follow=True)

    assert response.redirect_chain == [(f"{LISTA}?e=1", 302)]
    assert frases(response) == ["El filtro no es válido: se muestra la lista sin filtros."]


def test_lista_escapa_lo_que_escriben_los_clientes(client, como_operador):
    texto = "<script>alert(1)</script>"
    expediente = ExpedienteFactory(nombre_cliente=texto, marca=texto, placas=texto, observaciones=texto)

    for url in (LISTA, pagina_de(expediente.pk)):
        pagina = client.get(url).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pagina
        assert texto not in pagina


# --- The form of an expediente ---


@pytest.mark.parametrize("momento", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_un_momento_que_la_zona_no_puede_mostrar_se_abre_y_se_guarda_lo_demas(client, como_operador, momento):
    """Another program, or an older version of Monitor, wrote the moment."""
    expediente = ExpedienteFactory(dato1_fecha_hora=momento)

    enviar(client, pagina_de(expediente.pk), marca="Kia")

    escrito = Expediente.objects.get()
    assert (escrito.marca, escrito.dato1_fecha_hora) == ("Kia", momento)


@pytest.mark.parametrize(("dia", "hora"), [("31/12/9999", "18:00:00"), ("01/01/0001", "00:00:00")])
def test_un_momento_demasiado_lejano_se_dice_en_su_campo(client, como_operador, dia, hora):
    response = enviar(client, AGREGAR, no_siniestro="SIN-1", dato1_fecha_hora_0=dia, dato1_fecha_hora_1=hora)

    errores = response.context["adminform"].form.errors
    assert errores == {"dato1_fecha_hora": ["está demasiado lejos; use un año entre 2 y 9998"]}
    assert not Expediente.objects.exists()


def test_agregar_abre_el_expediente_con_su_historial(client, como_operador):
    aseguradora = AseguradoraFactory()

    response = enviar(
        client,
        AGREGAR,
        no_siniestro="  SIN/2024/9\u3000",
        marca=" Nissan ",
        fecha_ingreso="15/01/2024",
        doc_identificacion="true",
        doc_finiquito="false",
        dato1_fecha_hora_0="20/03/2024",
        dato1_fecha_hora_1="10:30:00",
        vehiculo="VIN 1\r\nNotas",
        aseguradora=aseguradora.pk,
    )

    assert response.redirect_chain == [(LISTA, 302)]
    escrito = Expediente.objects.get()
    assert valores(escrito) == dict.fromkeys(Expediente.EDITABLES) | {
        "no_siniestro": "SIN/2024/9",
        "marca": "Nissan",
        "fecha_ingreso": date(2024, 1, 15),
        "doc_identificacion": True,
        "doc_finiquito": False,
        "dato1_fecha_hora": datetime(2024, 3, 20, 16, 30, tzinfo=UTC),
        "vehiculo": "VIN 1\nNotas",
        "aseguradora_id": aseguradora.pk,
    }
    assert (escrito.estado, escrito.creado_por) == (Estado.INGRESO, como_operador)
    assert list(
        HistorialEstado.objects.values_list("expediente_id", "estado_anterior", "estado_nuevo", "cambiado_por")
    ) == [("SIN/2024/9", None, "Ingreso", como_operador.pk)]


RECHAZOS = [
    ({"no_siniestro": ""}, f"no_siniestro: {OBLIGATORIO}"),
    ({"no_siniestro": " \u2003 "}, f"no_siniestro: {OBLIGATORIO}"),
    ({"no_siniestro": "SIN-1"}, YA_EXISTE),
    ({"no_siniestro": " SIN-1 "}, YA_EXISTE),
    ({"no_siniestro": "nube"}, "no_siniestro: ese No. Siniestro está reservado o sus diagonales son ambiguas"),
    ({"no_siniestro": "A/estado"}, "no_siniestro: ese No. Siniestro está reservado o sus diagonales son ambiguas"),
    ({"no_siniestro": "A\x07B"}, f"no_siniestro: {CON_CONTROL}"),
    ({"no_siniestro": "A\0B"}, f"no_siniestro: {CON_CONTROL}"),
    ({"marca": "Nis\x85san"}, f"marca: {CON_CONTROL}"),
    ({"observaciones": "a\0b"}, f"observaciones: {CON_CONTROL}"),
    ({"observaciones": "a\x1bb"}, f"observaciones: {CON_CONTROL}"),
    ({"correo_cliente": "nadie"}, "correo_cliente: Introduzca una dirección de correo electrónico válida."),
]


@pytest.mark.parametrize(("cambios", "frase"), RECHAZOS)
def test_regla_rota_dice_lo_mismo_que_la_api(client, como_operador, cambios, frase):
    ExpedienteFactory(no_siniestro="SIN-1")
    token = tokens.issue(como_operador)

    response = enviar(client, AGREGAR, **{"no_siniestro": "NUEVO"} | cambios)
    api = client.post(
        "/api/expedientes",
        json.dumps({"no_siniestro": "NUEVO"} | cambios),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )

    assert frases(response) == [frase]
    assert api.json()["error"] in (frase, frase.partition(": ")[2])
    assert list(Expediente.objects.values_list("pk", flat=True)) == ["SIN-1"]


def test_clave_tomada_mientras_se_escribia_es_un_error_del_formulario(client, como_operador, monkeypatch):
    """The key can be taken until the INSERT, whatever the form checked before."""
    cambios_de = VerbForm.changes

    def perder_la_carrera(forma):
        if not Expediente.objects.exists():
            ExpedienteFactory(no_siniestro="SIN-1", marca="La otra", por=como_operador)
        return cambios_de(forma)

    monkeypatch.setattr(VerbForm, "changes", perder_la_carrera)

    response = enviar(client, AGREGAR, no_siniestro="SIN-1", marca="La mía")

    assert frases(response) == [YA_EXISTE]
    assert campos_de(response)["marca"] == "La mía"
    assert LogEntry.objects.count() == 0


def test_guardar_sin_tocar_nada_no_escribe_nada(client, como_operador):
    """A browser changes texts (CRLF, cut blanks), and that isn't a change, nor is an empty text in place of null or
    null in place of it."""
    expediente = ExpedienteFactory(
        completo=True, marca=" Nissan ", placas="", vehiculo="\nVIN\nNotas ", observaciones="a\r\nb", tipo=None
    )
    antes = valores(expediente)

    with CaptureQueriesContext(
        connection,
    ) as consultas:
        response = enviar(client, pagina_de(expediente.pk))

    assert response.redirect_chain == [(LISTA, 302)]
    assert valores(expediente) == antes
    assert [c["sql"] for c in consultas if c["sql"].startswith('UPDATE "expediente"')] == []


def test_modificar_escribe_solo_lo_que_cambio(client, como_operador):
    expediente = ExpedienteFactory(completo=True)
    antes = valores(expediente)
    url = pagina_de(expediente.pk)
    abierto = campos_de(client.get(url))

    # Somebody else saves other fields while this form is open.
    Expediente.objects.actualizar(expediente.pk, {"color": "Azul", "doc_finiquito": True}, por=como_operador)
    client.post(url, abierto | {"marca": "Audi", "fecha_entrega": ""})

    assert valores(expediente) == antes | {
        "color": "Azul", "doc_finiquito": True, "marca": "Audi", "fecha_entrega": None
    }  # fmt: skip


@pytest.mark.parametrize("campo", ["marca", "observaciones", "correo_cliente", "dato1"])
def test_texto_borrado_queda_nulo(client, como_operador, campo):
    expediente = ExpedienteFactory(completo=True)

    enviar(client, pagina_de(expediente.pk), **{campo: ""})

    assert valores(expediente)[campo] is None


def test_lo_que_otro_programa_escribio_mal_no_impide_guardar_lo_demas(client, como_operador):
    expediente = ExpedienteFactory(correo_cliente="sin arroba", marca="Nissan")

    response = enviar(client, pagina_de(expediente.pk), marca="Audi")

    assert response.redirect_chain == [(LISTA, 302)]
    assert valores(expediente)["correo_cliente"] == "sin arroba"
    assert valores(expediente)["marca"] == "Audi"


def test_modificar_no_cambia_la_clave_ni_lo_del_servidor(client, como_operador):
    expediente = ExpedienteFactory(no_siniestro="SIN-1", por=como_operador)

    enviar(
        client, pagina_de("SIN-1"), no_siniestro="OTRO", estado="Salida", ubicacion_almacenamiento="Nube", creado_por=99
    )

    assert list(Expediente.objects.values_list("pk", "estado", "ubicacion_almacenamiento", "creado_por")) == [
        (expediente.pk, "Ingreso", "Local", como_operador.pk)
    ]


def test_aseguradora_eliminada_sigue_en_su_expediente_y_no_se_ofrece_a_otros(client, como_operador):
    vigente, eliminada = AseguradoraFactory(nombre="AXA"), AseguradoraFactory(nombre="Vieja")
    expediente, otro = ExpedienteFactory(aseguradora=eliminada), ExpedienteFactory()
    type(eliminada).objects.filter(pk=eliminada.pk).update(eliminado=True)

    def ofrecidas(clave):
        return list(client.get(pagina_de(clave)).context["adminform"].form.fields["aseguradora"].queryset)

    enviar(client, pagina_de(expediente.pk), marca="Audi")

    assert valores(expediente)["aseguradora_id"] == eliminada.pk
    assert ofrecidas(expediente.pk) == [vigente, eliminada]
    assert ofrecidas(otro.pk) == [vigente]


@pytest.mark.parametrize("clave", ["SIN/2024/9", "a b", "Ñandú_50%", "..x", "a?b#c", "a\"'<b>"])
def test_pagina_de_cualquier_clave(client, como_operador, clave):
    ExpedienteFactory(no_siniestro=clave)
    enlace = re.search(r'class="field-no_siniestro[^"]*"><a href="([^"]+)"', client.get(LISTA).content.decode())[1]

    response = enviar(client, unescape(enlace), marca="Audi")

    assert response.redirect_chain == [(LISTA, 302)]
    assert Expediente.objects.get(pk=clave).marca == "Audi"


@pytest.mark.parametrize("cuantos", [1, 3])
def test_pagina_hace_doce_consultas(client, como_operador, cuantos, django_assert_num_queries):
    expediente = ExpedienteFactory(completo=True)
    for estado in list(Estado)[1 : cuantos + 1]:
        Expediente.objects.cambiar_estado(expediente.pk, estado, por=UsuarioFactory())
    client.get(pagina_de(expediente.pk))

    # The statements read the session, the user, the expediente, who opened it, the insurers to choose from, and of the
    # line of time the people to choose from, the changes and the states, each with its person, and the insurers named;
    # its own insurer, for its sheet of paper; its photos and documents, and its comments.
    with django_assert_num_queries(12):
        client.get(pagina_de(expediente.pk))


def test_pagina_muestra_el_historial_del_mas_nuevo_al_mas_viejo(client, como_operador):
    expediente = ExpedienteFactory(por=UsuarioFactory(nombre="Ana Ruiz"))
    Expediente.objects.cambiar_estado(expediente.pk, Estado.PENDIENTE_DE_SALIDA, por=como_operador)

    sucesos = client.get(pagina_de(expediente.pk)).context["sucesos"]

    assert [(list(s.campos), str(s.persona)) for s in sucesos if s.campos[0][0] == "Estado"] == [
        ([("Estado", "Ingreso", "Pendiente de salida")], "María González"),
        ([("Estado", "—", "Ingreso")], "Ana Ruiz"),
    ]


# --- The state ---


def test_accion_cambia_el_estado_de_los_elegidos_y_dice_cuantos(client, como_operador):
    for clave in ("A", "B", "C", "D"):
        ExpedienteFactory(no_siniestro=clave)
    Expediente.objects.cambiar_estado("B", Estado.RESTAURACION, por=como_operador)

    response = accion(client, "pasar_a_restauracion", "A", "B", "C", "NO-ESTA", "A")

    assert dict(Expediente.objects.values_list("pk", "estado")) == {
        "A": "Restauracion", "B": "Restauracion", "C": "Restauracion", "D": "Ingreso"
    }  # fmt: skip
    assert frases(response) == [
        "Pasaron a Restauración: 2 expedientes.",
        f"{MISMO_ESTADO}: B.",
        f"{NO_ENCONTRADO}: NO-ESTA.",
    ]
    assert HistorialEstado.objects.filter(cambiado_por=como_operador, estado_anterior="Ingreso").count() == 3


def test_accion_nombra_diez_rechazados_y_cuenta_los_demas(client, como_operador):
    claves = [ExpedienteFactory(no_siniestro=f"S{n:02}").pk for n in range(12)]

    response = accion(client, "pasar_a_ingreso", *claves)

    assert frases(response) == [f"{MISMO_ESTADO}: {', '.join(claves[:10])} y 2 más."]


def test_accion_sin_elegidos_pide_elegir(client, como_operador):
    ExpedienteFactory()

    response = accion(client, "pasar_a_salida", select_across=1)

    assert Expediente.objects.get().estado == Estado.INGRESO
    assert frases(response) == ["Antes seleccione filas de la lista. No se hizo nada."]


def test_accion_con_claves_imposibles_es_una_peticion_invalida(client, como_administrador):
    response = accion(client, "delete_selected", "a\0b")

    assert response.status_code == 400
    assert "La dirección o el formulario no son válidos" in response.content.decode()


def test_boton_guarda_y_pasa_de_estado(client, como_operador):
    expediente = ExpedienteFactory(marca="Nissan")

    response = enviar(client, pagina_de(expediente.pk), marca="Audi", _estado="Restauracion")

    assert response.redirect_chain == [(pagina_de(expediente.pk), 302)]
    assert frases(response) == ["El expediente pasó a Restauración."]
    assert Expediente.objects.values_list("marca", "estado").get() == ("Audi", "Restauracion")
    assert HistorialEstado.objects.values_list("estado_anterior", "estado_nuevo", "cambiado_por").first() == (
        "Ingreso", "Restauracion", como_operador.pk
    )  # fmt: skip
    assert LogEntry.objects.get().get_change_message() == "Modificado Marca. Modificado estado."


@pytest.mark.parametrize(("estado", "frase"), [("Ingreso", MISMO_ESTADO), ("Perdido", ESTADO_INVALIDO)])
def test_boton_rechazado_no_guarda_nada_y_conserva_lo_escrito(client, como_operador, estado, frase):
    expediente = ExpedienteFactory(marca="Nissan")

    response = enviar(client, pagina_de(expediente.pk), marca="Audi", _estado=estado)

    assert frases(response) == [frase]
    assert campos_de(response)["marca"] == "Audi"
    assert Expediente.objects.values_list("marca", "estado").get() == ("Nissan", "Ingreso")
    assert LogEntry.objects.count() == 0


def test_botones_son_los_demas_estados(client, como_operador):
    expediente = ExpedienteFactory()
    Expediente.objects.cambiar_estado(expediente.pk, Estado.SALIDA, por=como_operador)

    pagina = client.get(pagina_de(expediente.pk)).content.decode()

    assert re.findall(r'name="_estado" value="(\w+)"', pagina) == ["Ingreso", "Restauracion", "Pendiente_de_salida"]


# --- Deleting ---


def test_eliminar_avisa_que_va_al_archivo_y_lo_archiva(client, como_administrador):
    expediente = ExpedienteFactory(no_siniestro="SIN/1", completo=True)
    url = pagina_de("SIN_2F1", "delete")

    aviso = client.get(url).content.decode()
    response = client.post(url, {"post": "yes"}, follow=True)

    assert "pasarán, completos, al archivo" in aviso
    assert response.redirect_chain == [(LISTA, 302)]
    assert frases(response) == ["Se archivó: SIN/1."]
    assert (Expediente.objects.count(), HistorialEstado.objects.count()) == (0, 0)
    archivado = ExpedienteArchivado.objects.get()
    assert (archivado.no_siniestro, archivado.archivado_por) == (expediente.pk, como_administrador)


def test_eliminar_varios_los_archiva_uno_por_uno(client, como_administrador):
    for clave in ("A", "B", "C"):
        ExpedienteFactory(no_siniestro=clave)

    aviso = client.post(LISTA, {"action": "delete_selected", "_selected_action": ["A", "B"], "index": 0})
    Expediente.objects.archivar("B", por=como_administrador)  # somebody else does, before the answer
    response = accion(client, "delete_selected", "A", "B", post="yes")

    assert "pasarán, completos, al archivo" in aviso.content.decode()
    assert re.findall(r"<li>(\w+)</li>", aviso.content.decode()) == ["A", "B"]
    assert frases(response) == ["Se archivaron: 1 expediente.", f"{NO_ENCONTRADO}: B."]
    assert list(Expediente.objects.values_list("pk", flat=True)) == ["C"]
    assert sorted(ExpedienteArchivado.objects.values_list("no_siniestro", flat=True)) == ["A", "B"]


def test_eliminar_lo_que_otro_elimino_mientras_tanto_lo_dice(client, como_administrador, monkeypatch):
    ExpedienteFactory(no_siniestro="A")
    archivar = Expediente.objects.archivar

    def llegar_tarde(manager, clave, *, por, visto=None):
        archivar(clave, por=por)
        return archivar(clave, por=por)

    monkeypatch.setattr(type(Expediente.objects), "archivar", llegar_tarde)

    response = client.post(pagina_de("A", "delete"), {"post": "yes"}, follow=True)

    assert response.redirect_chain == [(LISTA, 302)]
    assert frases(response) == [NO_ENCONTRADO]
    assert LogEntry.objects.count() == 0


# --- The archive ---


def test_archivo_se_busca_por_clave_y_va_del_mas_nuevo_al_mas_viejo(client, como_administrador):
    for clave in ("SIN-Á1", "SIN-2", "OTRO"):
        Expediente.objects.archivar(ExpedienteFactory(no_siniestro=clave).pk, por=como_administrador)

    assert claves_de(client.get(ARCHIVO)) == list(
        ExpedienteArchivado.objects.order_by("-id").values_list("pk", flat=True)
    )
    encontrados = client.get(ARCHIVO, {"q": "sin-a"}).context["cl"].result_list
    assert [archivado.no_siniestro for archivado in encontrados] == ["SIN-Á1"]


def test_archivo_se_recorre_por_paginas(client, como_administrador, monkeypatch):
    monkeypatch.setattr("expedientes.admin.ExpedienteArchivadoAdmin.list_per_page", 2)
    for _ in range(3):
        Expediente.objects.archivar(ExpedienteFactory().pk, por=como_administrador)
    tres, dos, uno = ExpedienteArchivado.objects.order_by("-id").values_list("pk", flat=True)

    primera = client.get(ARCHIVO)
    segunda = client.get(ARCHIVO + primera.context["cl"].siguiente)
    de_vuelta = client.get(ARCHIVO + segunda.context["cl"].anterior)

    assert [claves_de(pagina) for pagina in (primera, segunda, de_vuelta)] == [[tres, dos], [uno], [tres, dos]]


@pytest.mark.parametrize("cuantos", [1, 3])
def test_archivo_hace_tres_consultas(client, como_administrador, cuantos, django_assert_num_queries):
    for _ in range(cuantos):
        Expediente.objects.archivar(ExpedienteFactory().pk, por=como_administrador)
    client.get(ARCHIVO)

    # The statements read the session, the user, and the page with its people.
    with django_assert_num_queries(3):
        client.get(ARCHIVO)


@pytest.fixture
def con_nombres():
    """Call the free fields as a shop does, and as they were called again after the test."""
    campos = [Expediente._meta.get_field(f"dato{n}{fin}") for n in range(1, 5) for fin in ("", "_fecha_hora")]
    apps.get_app_config("expedientes").nombrar_datos(["Refacciones", "", "Pintura"])
    yield
    for campo in campos:
        campo.verbose_name = campo._verbose_name


def test_los_datos_se_llaman_como_dice_el_taller(client, como_operador, con_nombres):
    ExpedienteFactory(no_siniestro="SIN-1")

    pagina = client.get(f"{LISTA}SIN-1/change/").content.decode()

    nombres = re.findall(r'<label for="id_dato\d"[^>]*>(.*?):</label>', pagina)
    assert nombres == ["Refacciones", "Dato 2", "Pintura", "Dato 4"]
    assert "Pintura: fecha y hora" in pagina
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_archivado_se_lee_entero(client, como_administrador):
    expediente = ExpedienteFactory(
        completo=True,
        no_siniestro="SIN-1",
        nombre_cliente="<b>Ángela</b>",
        aseguradora=AseguradoraFactory(nombre="Qualitas"),
        por=UsuarioFactory(nombre="Ana Ruiz"),
    )
    Expediente.objects.cambiar_estado("SIN-1", Estado.SALIDA, por=como_administrador)
    archivado = Expediente.objects.archivar(expediente.pk, por=como_administrador)
    archivado.refresh_from_db()

    response = client.get(f"{ARCHIVO}{archivado.pk}/change/")

    pagina = response.content.decode()
    mostrado = {
        strip_tags(dt): strip_tags(dd) for dt, dd in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", pagina, re.DOTALL)
    }
    con_valor = [c for c in Expediente.LEGIBLES if c.value_from_object(expediente) is not None]
    assert list(mostrado) == [c.verbose_name[0].upper() + c.verbose_name[1:] for c in con_valor]
    assert {nombre: mostrado[nombre] for nombre in ("Estado", "Aseguradora", "Creado por", "Fecha de ingreso")} == {
        "Estado": "Salida",
        "Aseguradora": "Qualitas",
        "Creado por": "Ana Ruiz",
        "Fecha de ingreso": "15/01/2024",
    }
    assert mostrado["Dato 1: fecha y hora"] == "20/03/2024 04:30"
    assert (mostrado["Identificación oficial"], mostrado["Carátula de la póliza"]) == ("Sí", "No")
    assert mostrado["Nombre del cliente"] == "&lt;b&gt;Ángela&lt;/b&gt;"
    assert "<b>" not in pagina
    historial = [strip_tags(fila).split("\n") for fila in re.findall(r"<tr>(<td>.*?)</tr>", pagina)]
    assert len(historial) == 2
    assert unescape(re.search(r"<pre>(.*?)</pre>", pagina, re.DOTALL)[1]) == json.dumps(
        archivado.datos, ensure_ascii=False, indent=2
    )


@pytest.mark.parametrize("datos", [{}, {"no_siniestro": "A", "fecha_ingreso": "ayer", "una_columna_de_antes": 1}])
def test_copia_de_otros_tiempos_tambien_se_lee(client, como_administrador, datos):
    archivado = ExpedienteArchivado.objects.create(no_siniestro="A", datos=datos, archivado_por=como_administrador)

    response = client.get(f"{ARCHIVO}{archivado.pk}/change/")

    assert response.status_code == 200
    assert [texto for _, texto in response.context["copia"]["columnas"]] == list(datos.values())[:2]


def test_expediente_con_textos_tan_largos_como_los_de_la_api_se_guarda(client):
    administrador = UsuarioFactory(administrador=True)
    client.force_login(administrador)
    expediente = ExpedienteFactory(color="azul")
    texto = "ñ" * 520_000  # each takes a body of 1 MiB
    for campo in ("vehiculo", "observaciones", "comentarios_aseguradora"):
        response = Api(administrador).patch(
            f"/api/expedientes/{expediente.pk}", json.dumps({campo: texto}, ensure_ascii=False).encode()
        )
        assert response.status_code == 200
    url = f"/admin/expedientes/expediente/{expediente.pk}/change/"
    pagina = client.get(url)
    assert '<form enctype="multipart/form-data"' in pagina.content.decode()  # so does this client send it

    response = client.post(url, campos_de(pagina) | {"color": "rojo", "observaciones": f"{texto}!"})

    assert response.status_code == 302
    expediente.refresh_from_db()
    assert (expediente.color, expediente.observaciones, expediente.vehiculo) == ("rojo", f"{texto}!", texto)


# --- Dates that are seldom meant ---

RARAS = {
    "fecha_ingreso": date(2024, 3, 10),
    "fecha_entrega": date(2024, 3, 9),
    "unidad_terminada": date(2024, 3, 10),
    "fecha_valuacion": date(2204, 3, 11),
    "dato1_fecha_hora": datetime(1924, 3, 11, 18, tzinfo=UTC),
}
DUDAS = [
    "Fecha de valuación: el año 2204 no está entre 1990 y 2100; revíselo.",
    "Dato 1: fecha y hora: el año 1924 no está entre 1990 y 2100; revíselo.",
    "Fecha de entrega prometida es anterior a la fecha de ingreso: revise las dos.",
]


def test_las_fechas_que_se_contradicen_se_avisan_y_no_se_rechazan(client, como_operador):
    ExpedienteFactory(no_siniestro="SIN-1", **RARAS)

    pagina = client.get(pagina_de("SIN-1")).content.decode()
    guardado = enviar(client, pagina_de("SIN-1"), color="Rojo")

    assert re.findall(r'<p class="duda">(.*?)</p>', pagina) == DUDAS
    assert [strip_tags(frase) for frase in frases(guardado)] == ["Se guardó: SIN-1.", *DUDAS]
    assert Expediente.objects.get(color="Rojo").fecha_entrega == RARAS["fecha_entrega"]


def test_las_fechas_de_un_dia_normal_no_se_avisan(client, como_operador):
    mismo = date(2024, 3, 10)
    ExpedienteFactory(no_siniestro="SIN-1", fecha_ingreso=mismo, fecha_entrega=mismo, unidad_terminada=mismo)
    ExpedienteFactory(no_siniestro="SIN-2", fecha_ingreso=None, fecha_entrega=mismo)

    for clave in ("SIN-1", "SIN-2"):
        assert "duda" not in client.get(pagina_de(clave)).content.decode()


# --- The door of a change of state ---


def test_la_linea_dice_por_que_puerta_llego_cada_estado(client, como_operador):
    Api(como_operador).post("/api/expedientes", {"no_siniestro": "SIN-1"})
    enviar(client, pagina_de("SIN-1"), _estado="Restauracion")
    with entrando_por(Origen.IMPORTACION):
        Expediente.objects.cambiar_estado("SIN-1", Estado.SALIDA, por=como_operador)

    sucesos = client.get(pagina_de("SIN-1"), {"campo": "estado"}).context["sucesos"]

    assert [(suceso.campos[0][2], suceso.puerta) for suceso in sucesos] == [
        ("Salida", "Importación"), ("Restauración", "Admin"), ("Ingreso", "API")
    ]  # fmt: skip
    assert [fila["origen"] for fila in HistorialEstado.objects.values("origen")] == ["importacion", "admin", "api"]
