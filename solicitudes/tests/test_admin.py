"""Solicitudes and their mails in the admin: the same verbs and the same sentences as in the API, for the three
roles."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags
from post_office.models import STATUS, Email

from catalogos.models import Lugar
from catalogos.tests.factories import LugarFactory
from monitor.tests.formularios import campos_de
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.correo.cartero import Cartero
from solicitudes.correo.cola import OMITIDO
from solicitudes.models import HistoricoEstado, Solicitud
from solicitudes.tests.factories import SolicitudFactory, manana, parada

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
        parada | {"lugar": "Sede Central", "orden": 0},
        parada | {"lugar": "Oficina Regional Norte", "orden": 1, "hora_retorno": "12:00"},
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


def errores_de_las_filas(response):
    """Return the errors of each row of the places, by field."""
    return [dict(fila) for fila in response.context["inline_admin_formsets"][0].formset.errors]


def test_crear_contra_una_regla_lo_dice_en_su_campo(admin, formulario):
    response = admin.post(f"{LISTA}add/", formulario | {"fecha_servicio": "2020-01-01"})

    assert response.context["adminform"].form.errors == {
        "fecha_servicio": ["no puede ser una fecha pasada; use hoy o una posterior"]
    }
    assert (Solicitud.objects.count(), Email.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("cambios", "errores"),
    [
        (
            {"lugares-0-hora_retorno": "9:00"},
            [{"hora_retorno": ["el origen no puede requerir retorno"]}, {}],
        ),
        (
            {"lugares-1-lugar": "Oficina del Sur"},
            [{}, {"lugar": ["no hay ningún lugar que se llame así: elija uno de la lista"]}],
        ),
        ({"lugares-1-lugar": ""}, [{}, {"lugar": ["elija un lugar, o quite la fila"]}]),
    ],
)
def test_crear_con_un_lugar_que_no_sirve_lo_dice_en_su_fila(admin, formulario, cambios, errores):
    response = admin.post(f"{LISTA}add/", formulario | cambios)

    assert errores_de_las_filas(response) == errores
    assert response.context["adminform"].form.errors == {}
    assert "lugares[" not in response.text
    assert Solicitud.objects.count() == 0


def test_crear_con_un_lugar_que_se_elimina_mientras_tanto_lo_dice_en_su_fila(admin, formulario, mundo, monkeypatch):
    """The verb says it, with the number of the place among those that it got: an empty row doesn't count."""
    vacia = {"lugares-0-lugar": "", "lugares-0-orden": "0"}
    tercera = {f"lugares-2-{campo}": formulario[f"lugares-1-{campo}"] for campo in ("descripcion", "hora_llegada")}
    tercera |= {"lugares-2-lugar": "Sede Central", "lugares-2-orden": 2, "lugares-2-hora_retorno": ""}
    tercera |= {"lugares-TOTAL_FORMS": 3, "lugares-1-hora_retorno": ""}
    crear = type(Solicitud.objects).crear

    def con_uno_de_menos(self, datos, *, por):
        Lugar.objects.filter(nombre="Sede Central").update(eliminado=True)
        return crear(self, datos, por=por)

    monkeypatch.setattr(type(Solicitud.objects), "crear", con_uno_de_menos)

    response = admin.post(f"{LISTA}add/", formulario | vacia | tercera)

    assert Solicitud.objects.count() == 0
    assert errores_de_las_filas(response) == [{}, {}, {"lugar": [f"no existe un lugar con Id {mundo['sede'].pk}"]}]


def test_crear_numera_los_lugares_como_se_ven_y_el_primero_es_el_origen(admin, formulario):
    """Whoever drags a row changes only the numbers; without scripts a new row has none, and goes last."""
    datos = formulario | {"lugares-0-orden": "4", "lugares-1-orden": "2", "lugares-1-hora_retorno": ""}
    tercera = {"lugar": "oficina regional norte", "orden": "", "hora_retorno": "18:00"}
    vacia = {"lugar": "", "orden": "0"}
    for i, fila in ((2, tercera), (3, vacia)):
        base = {"descripcion": "", "hora_llegada": "", "hora_retorno": ""}
        datos |= {f"lugares-{i}-{campo}": valor for campo, valor in (base | fila).items()}

    admin.post(f"{LISTA}add/", datos | {"lugares-TOTAL_FORMS": 4})

    assert [
        (p.orden, p.lugar.nombre, p.es_origen, p.requiere_retorno) for p in Solicitud.objects.get().lugares_en_orden
    ] == [
        (0, "Oficina Regional Norte", True, False),
        (1, "Sede Central", False, False),
        (2, "Oficina Regional Norte", False, True),
    ]


def test_crear_con_un_solo_lugar_se_puede_y_se_advierte(admin, formulario):
    response = admin.post(f"{LISTA}add/", formulario | {"lugares-TOTAL_FORMS": 1})

    assert mensajes(response)[1] == "Tiene un solo lugar: revise si falta a dónde va."
    assert "revise si falta a dónde va" in admin.get(f"{LISTA}{Solicitud.objects.get().pk}/change/").text


def test_pagina_advierte_que_no_hay_origen(admin):
    solicitud = SolicitudFactory(lugares=[parada(0), parada(1)])

    assert "Ningún lugar es el origen" in admin.get(f"{LISTA}{solicitud.pk}/change/").text


def test_lugares_del_mismo_nombre_se_distinguen(admin, mundo):
    LugarFactory(nombre="Bodega", codigo="B-1", direccion=None)
    LugarFactory(nombre="bodega", codigo=None, direccion="Calle 5")
    sin_senas = LugarFactory(nombre="BODEGA", codigo=None, direccion=None)

    formset = admin.get(f"{LISTA}add/").context["inline_admin_formsets"][0].formset

    assert sorted(formset.ofrecidos.nombres.values(), key=str.lower) == [
        "BODEGA", "Bodega (B-1)", "bodega (Calle 5)", "Oficina Regional Norte", "Sede Central"
    ]  # fmt: skip
    assert formset.ofrecidos.llamado("bodega").pk == sin_senas.pk


def test_nueva_la_pide_quien_la_llena_como_la_anterior(admin, jefa, mundo):
    SolicitudFactory(solicitante=jefa, aprobador=mundo["aprobador"], departamento=mundo["departamento"])
    anterior = SolicitudFactory(solicitante=jefa, aprobador=mundo["aprobador"])

    inicial = admin.get(f"{LISTA}add/").context["adminform"].form.initial

    assert inicial == {
        "solicitante": jefa.pk,
        "cantidad_pasajeros": 1,
        "departamento": anterior.departamento_id,
        "aprobador": mundo["aprobador"].pk,
        "prioridad": anterior.prioridad_id,
        "servicio": anterior.servicio_id,
    }


def test_crear_sin_lugares_dice_la_frase_de_la_api(admin, formulario):
    vacias = {campo: "" for campo in formulario if campo.startswith("lugares-") and "FORMS" not in campo}

    response = admin.post(f"{LISTA}add/", formulario | vacias)

    assert response.context["inline_admin_formsets"][0].formset.non_form_errors() == ["debe haber al menos un lugar"]


def test_crear_para_uno_mismo_como_aprobador(admin, formulario, mundo):
    response = admin.post(f"{LISTA}add/", formulario | {"aprobador": mundo["solicitante"].pk})

    assert response.context["adminform"].form.errors == {
        "aprobador": ["El solicitante y el aprobador no pueden ser la misma persona"]
    }


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
    datos = {"_visto": str(contexto["visto"])}
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
    datos = editar(admin, solicitud) | {"cantidad_pasajeros": 9, "lugares-0-hora_retorno": "9:00"}

    response = admin.post(f"{LISTA}{solicitud.pk}/change/", datos)

    assert errores_de_las_filas(response)[0] == {"hora_retorno": ["el origen no puede requerir retorno"]}
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
    dichos = {dato.nombre: dato.citado for dato in response.context["solicitudes"][0][1]}
    assert dichos["Solicita"] == f"{solicitud.solicitante} ({solicitud.departamento.nombre})"
    assert dichos["Servicio"].endswith(", 08:00 h")
    assert dichos["Pasajeros"] == "3"
    assert dichos["Lugares"].splitlines()[0].startswith(f"1. {solicitud.lugares_en_orden[0].lugar.nombre} (origen)")
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
    [("  ", "no puede estar vacío"), ("a" * 501, "admite 500 caracteres como máximo")],
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


def test_tras_decidir_se_vuelve_a_lo_que_espera_o_a_los_filtros_de_antes(db):
    solicitud = SolicitudFactory(asunto="Viaje")
    cliente, pagina = entrar(solicitud.aprobador), f"{LISTA}{solicitud.pk}/change/"

    directa = cliente.get(pagina).context["lista_de_vuelta"]
    filtrada = cliente.get(f"{pagina}?_changelist_filters=q%3Dviaje").context["lista_de_vuelta"]
    de_otra_persona = entrar(solicitud.solicitante).get(pagina).context["lista_de_vuelta"]
    response = cliente.post(filtrada, {"action": "rechazar", "_selected_action": solicitud.pk})

    assert (directa, filtrada, de_otra_persona) == (f"{LISTA}?pendientes=mias", f"{LISTA}?q=viaje", LISTA)
    assert f'action="{filtrada}"' in response.text
    datos = {"action": "rechazar", "_selected_action": solicitud.pk, "motivo": "No hay"}
    assert cliente.post(filtrada, datos).url == filtrada


@pytest.mark.parametrize("cuantas", [1, 3])
def test_sentencias_de_la_pagina_que_decide(admin, cuantas, django_assert_num_queries):
    """The statements read the session, the user, what Django's list asks for before any action (its page, and its
    filters' states, departments and priorities twice), the solicitudes and their places."""
    solicitudes = [SolicitudFactory() for _ in range(cuantas)]
    decidir(admin, "rechazar", solicitudes)

    with django_assert_num_queries(11):
        decidir(admin, "rechazar", solicitudes)


def test_lista_de_las_que_esperan_mi_decision(db):
    ana = UsuarioFactory()
    mia, decidida = SolicitudFactory(aprobador=ana), SolicitudFactory(aprobador=ana)
    SolicitudFactory()
    Solicitud.objects.aprobar(decidida.pk, por=ana)

    response = entrar(ana).get(f"{LISTA}?pendientes=mias")

    assert [s.pk for s in response.context["cl"].result_list] == [mia.pk]
    assert '<a href="?pendientes=mias">Esperan mi decisión: 1</a>' in response.text


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
    """The statements read the session, the user, the page, how many wait, and the filters' states, departments and
    priorities."""
    for _ in range(filas):
        SolicitudFactory()
    admin.get(LISTA)

    with django_assert_num_queries(7):
        admin.get(LISTA)


@pytest.mark.parametrize("lugares", [2, 6])
def test_sentencias_de_la_pagina(admin, jefa, lugares, django_assert_max_num_queries):
    solicitud = SolicitudFactory(lugares=[parada(i, es_origen=i == 0) for i in range(lugares)])
    Solicitud.objects.actualizar(solicitud.pk, {"asunto": "Otro asunto"}, por=jefa)
    admin.get(f"{LISTA}{solicitud.pk}/change/")

    with django_assert_max_num_queries(15):
        admin.get(f"{LISTA}{solicitud.pk}/change/")


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


def test_quien_solo_la_ve_no_la_elimina(db):
    """Its approver sees it, and who asked for it may no longer change it."""
    solicitud = SolicitudFactory()
    Solicitud.objects.cancelar(solicitud.pk, por=solicitud.solicitante, motivo="Ya no hace falta")

    for persona in (solicitud.aprobador, solicitud.solicitante):
        cliente = entrar(persona)
        assert "deletelink" not in cliente.get(f"{LISTA}{solicitud.pk}/change/").text
        assert cliente.get(f"{LISTA}{solicitud.pk}/delete/").status_code == 403
        assert cliente.post(f"{LISTA}{solicitud.pk}/delete/", {"post": "yes"}).status_code == 403
    assert not Solicitud.objects.get().eliminado


def test_pagina_muestra_el_historico_y_escapa_lo_que_escribieron(admin, solicitud):
    Solicitud.objects.cancelar(solicitud.pk, por=solicitud.solicitante, motivo="<script>alert(1)</script>")

    texto = admin.get(f"{LISTA}{solicitud.pk}/change/").text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in texto
    assert "<script>alert" not in texto
    assert "Solicitud creada" in texto


def test_estados_se_dicen_por_su_nombre(admin, solicitud):
    estado = solicitud.estado_id
    paginas = [
        LISTA,
        f"{LISTA}{solicitud.pk}/change/",
        "/admin/solicitudes/estadosolicitud/",
        f"/admin/solicitudes/estadosolicitud/{estado}/change/",
    ]

    for pagina in paginas:
        texto = strip_tags(admin.get(pagina).text)
        assert ("Pendiente de Aprobación" in texto, "PENDIENTE_APROBACION" in texto) == (True, False), pagina


def test_eliminar_pregunta_sin_equivocar_el_genero(admin, solicitud):
    una = admin.get(f"{LISTA}{solicitud.pk}/delete/").text
    varias = admin.post(LISTA, {"action": "delete_selected", "_selected_action": solicitud.pk}).text

    assert f"Se va a eliminar «{solicitud.codigo}»" in una
    assert f"<li>{solicitud.codigo}</li>" in varias
    assert "los solicitud" not in una + varias


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
    Cartero().work()
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

    (dicho,) = response.context["inline_admin_formsets"][0].formset.non_form_errors()
    assert "lo cambió usted en otra página, hace un momento" in dicho
    assert "descripción: Por otra puerta" in dicho
    assert set(descripciones(solicitud)) == {"Por otra puerta"}
    assert admin.post(url, campos_de(response)).status_code == 302
    assert descripciones(solicitud)[0] == "Por la mía"
    assert "Por otra puerta" not in descripciones(solicitud)


def test_lugares_que_otro_cambio_se_pueden_tomar(admin, abierta):
    solicitud, url, datos = abierta
    response = admin.post(url, datos | {"lugares-0-descripcion": "Por la mía", "asunto": "Otro asunto"})

    assert admin.post(url, campos_de(response) | {"_elegir-lugares": "suyo"}).status_code == 302

    assert set(descripciones(solicitud)) == {"Por otra puerta"}
    assert Solicitud.objects.get().asunto == "Otro asunto"


# --- The first page ---


def test_la_primera_pagina_cuenta_las_mias_y_los_servicios_que_vienen(db):
    ana = UsuarioFactory()
    SolicitudFactory(aprobador=ana)
    for dias in (0, 6, 7):
        aprobada = SolicitudFactory(aprobador=ana, fecha_servicio=timezone.localdate() + timedelta(days=dias))
        Solicitud.objects.aprobar(aprobada.pk, por=ana)
    cliente = entrar(ana)

    (grupo,) = [g for g in cliente.get("/admin/").context["cifras"] if g["titulo"] == "Solicitudes"]

    assert [(titulo, str(cuantas)) for titulo, cuantas, _ in grupo["cifras"]] == [
        ("esperan mi decisión", "1"),
        ("servicios de aquí a 7 días", "2"),
    ]
    assert [len(cliente.get(lista).context["cl"].result_list) for *_, lista in grupo["cifras"]] == [1, 2]
