"""Solicitudes and their mails in the admin: the same verbs and the same sentences as in the API, for the three
roles."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from post_office.models import STATUS, Email

from monitor.tests.formularios import campos_de
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.admin import OTRA_LOS_CAMBIO
from solicitudes.correo.cartero import Cartero
from solicitudes.correo.cola import OMITIDO
from solicitudes.models import HistoricoEstado, Solicitud
from solicitudes.tests.factories import SolicitudFactory, manana

LISTA = "/admin/solicitudes/solicitud/"
COLA = "/admin/post_office/email/"


def entrar(usuario):
    cliente = Client()
    cliente.force_login(usuario)
    return cliente


def mensajes(response):
    return [str(mensaje) for mensaje in get_messages(response.wsgi_request)]


def errores(response):
    """Return the errors above the form."""
    return response.context["adminform"].form.non_field_errors()


@pytest.fixture
def jefa(db):
    return UsuarioFactory(administrador=True)


@pytest.fixture
def admin(jefa):
    return entrar(jefa)


@pytest.fixture
def formulario(mundo):
    """Return what the page of a new solicitud sends."""
    parada = {"descripcion": "", "hora_llegada": "", "hora_retorno": ""}
    paradas = [
        parada | {"lugar": mundo["sede"].pk, "orden": 0, "es_origen": "on"},
        parada | {"lugar": mundo["norte"].pk, "orden": 1, "requiere_retorno": "on", "hora_retorno": "12:00"},
    ]
    return {
        "solicitante": mundo["solicitante"].pk,
        "departamento": mundo["departamento"].pk,
        "aprobador": mundo["aprobador"].pk,
        "prioridad": mundo["prioridad"].pk,
        "servicio": mundo["servicio"].pk,
        "asunto": "Viaje a la sede",
        "fecha_servicio": manana().isoformat(),
        "hora_servicio": "08:00",
        "cantidad_pasajeros": 2,
        "nombres_pasajeros": "",
        "descripcion": "",
        "justificacion": "",
        "observaciones": "",
        "lugares-TOTAL_FORMS": 2,
        "lugares-INITIAL_FORMS": 0,
        **{f"lugares-{i}-{campo}": valor for i, datos in enumerate(paradas) for campo, valor in datos.items()},
    }


def test_crear_pasa_por_el_verbo(admin, jefa, formulario):
    response = admin.post(f"{LISTA}add/", formulario)

    solicitud = Solicitud.objects.get()
    assert response.status_code == 302
    assert f"{solicitud.codigo}" in mensajes(response)[0]
    assert [parada.lugar.nombre for parada in solicitud.lugares_en_orden] == ["Sede Central", "Oficina Regional Norte"]
    assert (solicitud.descripcion, solicitud.lugares_en_orden[0].descripcion) == (None, None)
    assert (HistoricoEstado.objects.get().cambiado_por, Email.objects.count()) == (jefa, 2)


@pytest.mark.parametrize(
    ("cambios", "frase"),
    [
        (
            {"fecha_servicio": "2020-01-01"},
            "fechaServicioRequerido: no puede ser una fecha pasada; use hoy o una posterior",
        ),
        ({"lugares-1-orden": 0}, "lugares[1].orden: el orden de cada lugar debe ser único"),
        ({"lugares-1-orden": 2}, "lugares[1].orden: el orden de los lugares debe ser consecutivo desde 0"),
        ({"lugares-1-orden": -1}, "lugares[1].orden: el orden de los lugares debe ser consecutivo desde 0"),
        (
            {"lugares-1-es_origen": "on", "lugares-1-requiere_retorno": "", "lugares-1-hora_retorno": ""},
            "lugares[1].esOrigen: sólo puede haber un origen",
        ),
        (
            {"lugares-1-hora_retorno": ""},
            "lugares[1].horaEstimadaRetorno: es obligatoria cuando se requiere retorno",
        ),
        (
            {"lugares-1-requiere_retorno": ""},
            "lugares[1].horaEstimadaRetorno: sólo se indica cuando se requiere retorno",
        ),
        (
            {"lugares-0-requiere_retorno": "on", "lugares-0-hora_retorno": "9:00"},
            "lugares[0].requiereRetorno: el origen no puede requerir retorno",
        ),
    ],
)
def test_crear_contra_una_regla_dice_la_frase_de_la_api(admin, formulario, cambios, frase):
    response = admin.post(f"{LISTA}add/", formulario | cambios)

    assert (response.status_code, errores(response)) == (200, [frase])
    assert (Solicitud.objects.count(), Email.objects.count()) == (0, 0)


def test_crear_sin_lugares_dice_la_frase_de_la_api(admin, formulario):
    vacias = {campo: "" for campo in formulario if campo.startswith("lugares-") and "FORMS" not in campo}

    response = admin.post(f"{LISTA}add/", formulario | vacias | {"lugares-TOTAL_FORMS": 0})

    assert errores(response) == ["lugares: debe haber al menos un lugar"]


def test_crear_para_uno_mismo_como_aprobador(admin, formulario, mundo):
    response = admin.post(f"{LISTA}add/", formulario | {"aprobador": mundo["solicitante"].pk})

    assert errores(response) == ["El solicitante y el aprobador no pueden ser la misma persona"]


@pytest.mark.parametrize(
    ("campo", "valor", "frase"),
    [
        ("asunto", "abcd", "requiere 5 caracteres como mínimo"),
        ("cantidad_pasajeros", -1, "debe estar entre 0 y 2147483647"),
        ("descripcion", "a\x07", "no se admiten caracteres de control"),
    ],
)
def test_crear_con_un_campo_invalido_lo_dice_en_su_campo(admin, formulario, campo, valor, frase):
    response = admin.post(f"{LISTA}add/", formulario | {campo: valor})

    assert response.context["adminform"].form.errors == {campo: [frase]}


def test_crear_el_tecnico_solo_a_su_nombre(formulario):
    tecnico = UsuarioFactory(tecnico=True)

    response = entrar(tecnico).post(f"{LISTA}add/", formulario)
    assert errores(response) == ["Un técnico sólo puede solicitar transporte a su propio nombre"]

    assert entrar(tecnico).post(f"{LISTA}add/", formulario | {"solicitante": tecnico.pk}).status_code == 302


def editar(cliente, solicitud):
    """Return what the page of a solicitud sends when nobody touched it: each value that it shows, twice where the form
    also sends what it showed."""
    contexto = cliente.get(f"{LISTA}{solicitud.pk}/change/").context
    formset = contexto["inline_admin_formsets"][0].formset
    datos = {}
    for forma in (contexto["adminform"].form, formset.management_form, *formset.forms):
        for campo in forma:
            if campo.value() is False:
                continue
            datos[campo.html_name] = "on" if campo.value() is True else "" if campo.value() is None else campo.value()
            if campo.field.show_hidden_initial:
                datos[campo.html_initial_name] = datos[campo.html_name]
    return datos


def test_editar_escribe_solo_lo_que_cambio(admin, solicitud):
    pagina = f"{LISTA}{solicitud.pk}/change/"
    paradas = [parada.pk for parada in solicitud.lugares_en_orden]
    datos = editar(admin, solicitud) | {"cantidad_pasajeros": 9}
    Solicitud.objects.filter(pk=solicitud.pk).update(asunto="Otra persona lo cambió")

    assert admin.post(pagina, datos).status_code == 302

    guardada = Solicitud.objects.get()
    assert (guardada.cantidad_pasajeros, guardada.asunto) == (9, "Otra persona lo cambió")
    assert [parada.pk for parada in guardada.lugares_en_orden] == paradas


def test_editar_los_lugares_los_reemplaza(admin, solicitud):
    datos = editar(admin, solicitud) | {"lugares-1-DELETE": "on"}

    assert admin.post(f"{LISTA}{solicitud.pk}/change/", datos).status_code == 302
    assert [parada.orden for parada in Solicitud.objects.get().lugares_en_orden] == [0]


def test_editar_contra_una_regla_no_guarda_nada(admin, solicitud):
    datos = editar(admin, solicitud) | {"cantidad_pasajeros": 9, "lugares-1-orden": 5}

    response = admin.post(f"{LISTA}{solicitud.pk}/change/", datos)

    assert errores(response) == ["lugares[1].orden: el orden de los lugares debe ser consecutivo desde 0"]
    assert Solicitud.objects.get().cantidad_pasajeros == 3


def test_editar_la_que_ya_no_esta_pendiente_no_se_puede(admin, solicitud):
    datos = editar(admin, solicitud) | {"cantidad_pasajeros": 9}
    Solicitud.objects.aprobar(solicitud.pk, por=solicitud.aprobador)

    assert admin.post(f"{LISTA}{solicitud.pk}/change/", datos).status_code == 403
    assert admin.get(f"{LISTA}{solicitud.pk}/change/").status_code == 200


def decidir(cliente, accion, solicitudes, **datos):
    return cliente.post(LISTA, {"action": accion, "_selected_action": [s.pk for s in solicitudes]} | datos)


def test_decidir_pide_el_motivo_en_una_pagina(admin, solicitud):
    response = decidir(admin, "rechazar", [solicitud])

    assert response.status_code == 200
    assert f"{solicitud.codigo}, {solicitud.asunto}" in response.text
    assert Solicitud.objects.get().estado_id == 1


@pytest.mark.parametrize(
    ("accion", "motivo", "estado", "frase"),
    [
        ("aprobar", "", 2, "Se aprobaron: 1 solicitud."),
        ("rechazar", "Sin\r\nunidades", 3, "Se rechazaron: 1 solicitud."),
        ("cancelar", "Ya no", 4, "Se cancelaron: 1 solicitud."),
    ],
)
def test_decidir_llama_al_verbo(admin, jefa, solicitud, accion, motivo, estado, frase):
    response = decidir(admin, accion, [solicitud], motivo=motivo)

    assert mensajes(response) == [frase]
    ultima = HistoricoEstado.objects.last()
    assert (ultima.estado_id, ultima.motivo, ultima.cambiado_por) == (
        estado,
        motivo.replace("\r\n", "\n") or None,
        jefa,
    )


@pytest.mark.parametrize(
    ("motivo", "frase"),
    [("  ", "motivo: no puede estar vacío"), ("a" * 501, "motivo: admite 500 caracteres como máximo")],
)
def test_decidir_con_un_motivo_que_no_sirve_vuelve_a_pedirlo(admin, solicitud, motivo, frase):
    response = decidir(admin, "rechazar", [solicitud], motivo=motivo)

    assert (response.context["error"], response.context["motivo"]) == (frase, motivo)
    assert Solicitud.objects.get().estado_id == 1


def test_decidir_varias_dice_cuales_no_y_sigue_con_las_demas(admin, jefa):
    buena, decidida, propia = SolicitudFactory(), SolicitudFactory(), SolicitudFactory(solicitante=jefa)
    Solicitud.objects.cancelar(decidida.pk, por=jefa, motivo="x")

    response = decidir(admin, "aprobar", [buena, decidida, propia], motivo="")

    assert sorted(mensajes(response)) == [
        f"No puede decidir una solicitud que usted pidió: {propia.codigo}.",
        f"No se puede aprobar la solicitud porque está en estado «Cancelada»: {decidida.codigo}.",
        "Se aprobaron: 1 solicitud.",
    ]


def test_quien_la_pidio_no_la_decide_aunque_la_pase_a_otra_persona(admin, jefa):
    propia = SolicitudFactory(solicitante=jefa)
    datos = editar(admin, propia) | {"solicitante": UsuarioFactory().pk}
    assert admin.post(f"{LISTA}{propia.pk}/change/", datos).status_code == 302

    ofrecidas = admin.get(f"{LISTA}{propia.pk}/change/").context["decisiones"]
    response = decidir(admin, "aprobar", [propia], motivo="")

    assert [str(accion) for accion in ofrecidas] == ["cancelar"]
    assert mensajes(response) == [f"No puede decidir una solicitud que usted pidió: {propia.codigo}."]


def test_decisiones_que_ofrece_la_pagina(db):
    solicitud = SolicitudFactory(solicitante=UsuarioFactory(tecnico=True), aprobador=UsuarioFactory(tecnico=True))
    solicitud.refresh_from_db()
    pagina = f"{LISTA}{solicitud.pk}/change/"

    ofrecidas = {
        quien: [str(a) for a in entrar(getattr(solicitud, quien)).get(pagina).context["decisiones"]]
        for quien in ("solicitante", "aprobador")
    }

    assert ofrecidas == {"solicitante": ["cancelar"], "aprobador": ["aprobar", "rechazar", "cancelar"]}


def test_lista_de_pendientes_de_mi_aprobacion(db):
    ana = UsuarioFactory()
    mia, decidida = SolicitudFactory(aprobador=ana), SolicitudFactory(aprobador=ana)
    SolicitudFactory()
    Solicitud.objects.aprobar(decidida.pk, por=ana)

    response = entrar(ana).get(f"{LISTA}?pendientes=mias")

    assert [s.pk for s in response.context["cl"].result_list] == [mia.pk]


@pytest.mark.parametrize("filtro", ["estado__id__exact", "departamento__id__exact", "prioridad__id__exact"])
def test_lista_filtra(admin, filtro):
    una, otra = SolicitudFactory(), SolicitudFactory()
    Solicitud.objects.aprobar(otra.pk, por=otra.aprobador)
    una.refresh_from_db()
    valor = getattr(una, filtro.replace("__id__exact", "_id"))

    response = admin.get(f"{LISTA}?{filtro}={valor}")

    assert [s.pk for s in response.context["cl"].result_list] == [una.pk]


def test_lista_busca_como_la_api(admin):
    una = SolicitudFactory(solicitante=UsuarioFactory(nombre="Ángela Muñoz"))
    SolicitudFactory()

    response = admin.get(f"{LISTA}?q=angela+munoz")

    assert [s.pk for s in response.context["cl"].result_list] == [una.pk]


@pytest.mark.parametrize("filas", [1, 3])
def test_sentencias_de_la_lista(admin, filas, django_assert_num_queries):
    """The statements read the session, the user, the page, and the filters' states, departments and priorities."""
    for _ in range(filas):
        SolicitudFactory()
    admin.get(LISTA)

    with django_assert_num_queries(6):
        admin.get(LISTA)


def test_tecnico_ve_solo_las_suyas(db):
    tecnico = UsuarioFactory(tecnico=True)
    suya, ajena = SolicitudFactory(solicitante=tecnico), SolicitudFactory()
    cliente = entrar(tecnico)

    assert [s.pk for s in cliente.get(LISTA).context["cl"].result_list] == [suya.pk]
    assert cliente.get(f"{LISTA}{ajena.pk}/change/").status_code == 404
    assert "Seleccione" not in mensajes(decidir(cliente, "cancelar", [ajena], motivo="x"))[0]
    assert Solicitud.objects.get(pk=ajena.pk).estado_id == 1


def test_eliminar_es_el_verbo(admin, solicitud):
    response = admin.post(f"{LISTA}{solicitud.pk}/delete/", {"post": "yes"})

    assert response.status_code == 302
    assert Solicitud.objects.get().eliminado


def test_pagina_muestra_el_historico_y_escapa_lo_que_escribieron(admin, solicitud):
    Solicitud.objects.cancelar(solicitud.pk, por=solicitud.solicitante, motivo="<script>alert(1)</script>")

    texto = admin.get(f"{LISTA}{solicitud.pk}/change/").text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in texto
    assert "<script>alert" not in texto
    assert "Solicitud creada" in texto


# --- The mail queue ---


@pytest.mark.parametrize("rol", ["tecnico", "operador"])
def test_cola_es_de_administradores(db, rol):
    usuario = UsuarioFactory(tecnico=rol == "tecnico")

    assert entrar(usuario).get(COLA).status_code == 403


def test_cola_se_mira_y_no_se_toca(admin, solicitud):
    correo = Email.objects.get(subject__startswith="Solicitud registrada")

    assert solicitud.codigo in admin.get(COLA).text
    pagina = admin.get(f"{COLA}{correo.pk}/change/")
    assert "Solicitud registrada" in pagina.text
    assert '<iframe sandbox srcdoc="&lt;!doctype html&gt;&lt;meta http-equiv=&quot;Content-Security-' in pagina.text
    assert admin.post(f"{COLA}{correo.pk}/change/", {"subject": "otro"}).status_code == 403
    assert admin.get(f"{COLA}add/").status_code == 403
    assert admin.post(f"{COLA}{correo.pk}/delete/", {"post": "yes"}).status_code == 403


def test_cola_muestra_entera_una_direccion_con_coma(admin):
    SolicitudFactory(solicitante__email='"perez,juan"@example.org', aprobador__email=None)

    assert '<td class="field-para">&quot;perez,juan&quot;@example.org</td>' in admin.get(COLA).text
    pagina = admin.get(f"{COLA}{Email.objects.get().pk}/change/").text
    assert ("perez,juan" in pagina, "perez, juan" in pagina) == (True, False)


def test_cola_reenvia_solo_los_fallidos(admin, solicitud):
    fallido, sano = Email.objects.order_by("pk")
    Email.objects.filter(pk=fallido.pk).update(status=STATUS.failed, number_of_retries=20)

    response = admin.post(COLA, {"action": "reenviar", "_selected_action": [fallido.pk, sano.pk]})

    assert mensajes(response) == ["Vuelven a la cola: 1. Los que no habían fallado siguen igual."]
    assert list(Email.objects.order_by("pk").values_list("status", "number_of_retries")) == [
        (STATUS.queued, 0),
        (STATUS.queued, None),
    ]


def test_cola_dice_que_se_omitio_y_por_que(admin, jefa, solicitud):
    Solicitud.objects.rechazar(solicitud.pk, por=jefa, motivo="x")
    Cartero().repartir()
    omitido = Email.objects.get(subject__startswith="Solicitud pendiente")

    vistos = admin.get(f"{COLA}?estado={OMITIDO}").context["cl"].result_list
    assert sorted(correo.subject.partition(":")[0] for correo in vistos) == [
        "Solicitud pendiente de su aprobación",
        "Solicitud registrada",
    ]
    pagina = admin.get(f"{COLA}{omitido.pk}/change/").text
    assert "Omitido: ya no hacía falta" in pagina
    assert "No se envía: un cambio posterior de la solicitud lo dejó sin objeto." in pagina
    assert cuantos_reenviados(admin, omitido) == 0


def cuantos_reenviados(admin, correo):
    [frase] = mensajes(admin.post(COLA, {"action": "reenviar", "_selected_action": [correo.pk]}))
    return int(frase.removeprefix("Vuelven a la cola: ").partition(".")[0])


@pytest.mark.parametrize("modelo", ["emailtemplate", "attachment", "log"])
def test_lo_demas_de_post_office_no_es_de_nadie(admin, modelo):
    assert admin.get(f"/admin/post_office/{modelo}/").status_code in (403, 404)


# --- Somebody else writes the places while the page is open ---


@pytest.fixture
def abierta(admin, jefa, mundo):
    """Return the page of a solicitud, and what it sends, after somebody else changed the order of its places."""
    solicitud = SolicitudFactory()
    url, datos = f"{LISTA}{solicitud.pk}/change/", editar(admin, solicitud)
    columnas = ("lugar_id", "orden", "es_origen", "hora_llegada", "requiere_retorno", "hora_retorno")
    otras = [
        fila | {"descripcion": "Por otra puerta"} for fila in solicitud.lugares.order_by("orden").values(*columnas)
    ]
    Solicitud.objects.actualizar(solicitud.pk, {"lugares": otras}, por=jefa)
    return solicitud, url, datos


def descripciones(solicitud):
    return list(solicitud.lugares.order_by("orden").values_list("descripcion", flat=True))


def test_pagina_con_lugares_que_otro_cambio_guarda_lo_demas(admin, abierta):
    solicitud, url, datos = abierta

    response = admin.post(url, datos | {"asunto": "Otro asunto"})

    assert response.status_code == 302
    assert Solicitud.objects.get().asunto == "Otro asunto"
    assert set(descripciones(solicitud)) == {"Por otra puerta"}


def test_lugares_que_otro_cambio_se_dicen_y_guardar_otra_vez_los_deja_como_se_ven(admin, abierta):
    solicitud, url, datos = abierta

    response = admin.post(url, datos | {"lugares-0-descripcion": "Por la mía"})

    assert OTRA_LOS_CAMBIO in response.content.decode()
    assert set(descripciones(solicitud)) == {"Por otra puerta"}
    assert admin.post(url, campos_de(response)).status_code == 302
    assert descripciones(solicitud)[0] == "Por la mía"
    assert "Por otra puerta" not in descripciones(solicitud)
