"""The admin's pages of people: who sees them, and every rule of the verbs as a sentence there."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from expedientes.tests.factories import ExpedienteFactory
from monitor.api import tokens
from monitor.api.tests.cliente import Api
from monitor.tests.formularios import campos_de, enviar, frases
from monitor.usuarios.admin import DISTINTAS, UsuarioAdmin
from monitor.usuarios.models import CON_ESPACIOS, EN_BITACORA, EN_HISTORIAL, EN_USO, ULTIMO_ADMINISTRADOR, Usuario
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.django_db

LISTA = "/admin/usuarios/usuario/"
AGREGAR = f"{LISTA}add/"
NUEVA = "llave-de-cruz-14"
PROPIA = "No puedes eliminar tu propia cuenta"


def pagina_de(usuario, vista="change"):
    return f"{LISTA}{usuario.pk}/{vista}/"


@pytest.fixture
def administrador(client):
    usuario = UsuarioFactory(administrador=True, username="juan.perez", nombre="Juan Pérez")
    client.force_login(usuario)
    return usuario


def agregar(client, **cambios):
    datos = {"username": "ana", "nombre": "Ana Ruiz", "rol": "Operador", "password": NUEVA, "repetida": NUEVA}
    return enviar(client, AGREGAR, **datos | cambios)


def borrar(client, *usuarios):
    claves = [usuario.pk for usuario in usuarios]
    return client.post(LISTA, {"action": "delete_selected", "_selected_action": claves, "post": "yes"}, follow=True)


def usernames():
    return list(Usuario.objects.order_by("username").values_list("username", flat=True))


@pytest.mark.parametrize("trait", [{}, {"tecnico": True}])
def test_solo_un_administrador_ve_y_escribe_usuarios(client, trait):
    usuario = UsuarioFactory(**trait)
    client.force_login(usuario)
    antes = list(Usuario.objects.values())

    urls = [LISTA, AGREGAR, pagina_de(usuario), pagina_de(usuario, "delete"), pagina_de(usuario, "history")]
    respuestas = [client.get(url).status_code for url in urls]
    respuestas += [client.post(url, {"rol": "Administrador", "post": "yes"}).status_code for url in urls[:4]]

    assert respuestas == [403] * 9
    assert list(Usuario.objects.values()) == antes
    assert "Usuarios" not in client.get("/admin/").content.decode()


def test_sin_grupos_ni_permisos_ni_rastro_de_la_clave(client, administrador):
    response = client.get(pagina_de(administrador))

    assert list(response.context["adminform"].form.fields) == [
        "username", "nombre", "email", "rol", "is_active", "password", "repetida"
    ]  # fmt: skip
    assert administrador.password not in response.content.decode()
    assert campos_de(response)["password"] == ""


@pytest.mark.parametrize("cuantos", [1, 3])
def test_lista_hace_cuatro_consultas(client, administrador, cuantos, django_assert_num_queries):
    UsuarioFactory.create_batch(cuantos - 1)
    client.get(LISTA)

    # The four queries are the session, the user, the count for the pages, and the page.
    with django_assert_num_queries(4):
        client.get(LISTA)


def test_busqueda_y_filtros(client, administrador):
    UsuarioFactory(username="ana", nombre="Ana Núñez", tecnico=True)
    UsuarioFactory(username="bea", nombre=None, email="bea@example.com", inactivo=True)

    def con(**parametros):
        return [usuario.username for usuario in client.get(LISTA, parametros).context["cl"].result_list]

    assert con() == ["ana", "bea", "juan.perez"]
    assert con(q="NUNEZ") == ["ana"]
    assert con(q="bea@") == ["bea"]
    assert con(rol__exact="Tecnico") == ["ana"]
    assert con(is_active__exact="0") == ["bea"]


def test_agregar_registra(client, administrador):
    response = agregar(client, email="ana@example.com")

    assert response.redirect_chain == [(LISTA, 302)]
    ana = Usuario.objects.get(username="ana")
    assert (ana.nombre, ana.rol, ana.email, ana.is_active) == ("Ana Ruiz", "Operador", "ana@example.com", True)
    assert ana.check_password(NUEVA)
    assert list(LogEntry.objects.values_list("object_id", "user_id")) == [(str(ana.pk), administrador.pk)]


def test_agregar_inactivo(client, administrador):
    datos = campos_de(client.get(AGREGAR)) | {
        "username": "ana",
        "rol": "Operador",
        "password": NUEVA,
        "repetida": NUEVA,
    }
    del datos["is_active"]  # a browser doesn't send an unmarked box

    client.post(AGREGAR, datos)

    assert Usuario.objects.get(username="ana").is_active is False


@pytest.mark.parametrize(
    ("cambios", "esperadas"),
    [
        ({"username": "juan.perez"}, [EN_USO]),
        ({"username": "ana ruiz"}, [f"username: {CON_ESPACIOS}"]),
        ({"username": "ana "}, [f"username: {CON_ESPACIOS}"]),
        ({"rol": ""}, ["rol: Este campo es requerido."]),
        ({"rol": "Jefe"}, ["rol: Seleccione una opción válida. Jefe no es una de las opciones disponibles."]),
        ({"email": "nadie"}, ["email: Introduzca una dirección de correo electrónico válida."]),
        ({"repetida": "otra"}, [f"repetida: {DISTINTAS}"]),
        (
            {"password": "", "repetida": ""},
            ["password: Este campo es requerido.", "repetida: Este campo es requerido."],
        ),
        (
            {"password": "12345", "repetida": "12345"},
            [
                "password: La contraseña es demasiado corta. Debe contener por lo menos 8 caracteres.",
                "password: Esta contraseña es muy común.",
                "password: Esta contraseña es totalmente numérica.",
            ],
        ),
        (
            {"username": "mesa-redonda", "password": "mesa-redonda", "repetida": "mesa-redonda"},
            ["password: La contraseña se parece demasiado a: usuario."],
        ),
    ],
)  # fmt: skip
def test_agregar_dice_que_regla_se_rompio(client, administrador, cambios, esperadas):
    response = agregar(client, **cambios)

    assert frases(response) == esperadas
    assert usernames() == ["juan.perez"]


def test_nombre_tomado_mientras_se_escribia_es_un_error_del_formulario(client, administrador, monkeypatch):
    validar = Usuario.validar

    def perder_la_carrera(usuario, *nuevos):
        validar(usuario, *nuevos)
        if not Usuario.objects.filter(username="ana").exists():
            UsuarioFactory(username="ana", nombre="La otra")

    monkeypatch.setattr(Usuario, "validar", perder_la_carrera)

    assert frases(agregar(client)) == [EN_USO]
    assert LogEntry.objects.count() == 0


def test_modificar_escribe_solo_lo_que_cambio(client, administrador):
    ana = UsuarioFactory(username="ana", nombre="Ana", email="ana@example.com", rol="Operador")
    abierto = campos_de(client.get(pagina_de(ana)))
    Usuario.objects.actualizar(ana.pk, {"rol": "Tecnico", "is_active": False}, por=None)

    client.post(pagina_de(ana), abierto | {"nombre": "Ana Ruiz", "email": ""})

    assert Usuario.objects.values_list("username", "nombre", "email", "rol", "is_active").get(pk=ana.pk) == (
        "ana", "Ana Ruiz", None, "Tecnico", False
    )  # fmt: skip


def test_cambiar_la_clave_revoca_los_tokens(client, administrador):
    ana = UsuarioFactory()
    cabeceras = {"Authorization": f"Bearer {tokens.issue(ana)}"}
    assert client.get("/api/expedientes", headers=cabeceras).status_code == 200

    enviar(client, pagina_de(ana), password=NUEVA, repetida=NUEVA)

    assert client.get("/api/expedientes", headers=cabeceras).status_code == 401
    assert Usuario.objects.get(pk=ana.pk).check_password(NUEVA)


def test_clave_en_blanco_no_la_cambia(client, administrador):
    ana = UsuarioFactory()

    enviar(client, pagina_de(ana), nombre="Otro")

    despues = Usuario.objects.get(pk=ana.pk)
    assert (despues.nombre, despues.password, despues.version_token) == ("Otro", ana.password, ana.version_token)
    assert LogEntry.objects.get().get_change_message() == "Modificado Nombre."


def test_cambiar_la_propia_clave_no_cierra_esta_sesion_y_si_las_otras(client, administrador, django_user_model):
    otra = type(client)()
    otra.force_login(administrador)

    response = enviar(client, pagina_de(administrador), password=NUEVA, repetida=NUEVA)

    assert response.redirect_chain == [(LISTA, 302)]
    assert client.get(LISTA).status_code == 200
    assert otra.get(LISTA).status_code == 302


@pytest.mark.parametrize("cambio", [{"rol": "Operador"}, {"rol": "Tecnico"}])
def test_ultimo_administrador_no_se_degrada(client, administrador, cambio):
    UsuarioFactory(administrador=True, inactivo=True)

    response = enviar(client, pagina_de(administrador), **cambio)

    assert frases(response) == [ULTIMO_ADMINISTRADOR]
    assert Usuario.objects.get(pk=administrador.pk).rol == "Administrador"
    assert LogEntry.objects.count() == 0


def test_ultimo_administrador_no_se_desactiva(client, administrador):
    datos = campos_de(client.get(pagina_de(administrador)))
    del datos["is_active"]

    response = client.post(pagina_de(administrador), datos)

    assert frases(response) == [ULTIMO_ADMINISTRADOR]
    assert Usuario.objects.get(pk=administrador.pk).is_active is True


def test_eliminar(client, administrador):
    ana = UsuarioFactory(username="ana", nombre="Ana <b>Ruiz</b>")

    aviso = client.get(pagina_de(ana, "delete")).content.decode()
    response = client.post(pagina_de(ana, "delete"), {"post": "yes"}, follow=True)

    assert "Ana &lt;b&gt;Ruiz&lt;/b&gt;" in aviso
    assert response.redirect_chain == [(LISTA, 302)]
    assert usernames() == ["juan.perez"]


def test_eliminar_la_propia_cuenta_se_rechaza(client, administrador):
    UsuarioFactory(administrador=True)

    response = client.post(pagina_de(administrador, "delete"), {"post": "yes"}, follow=True)

    assert frases(response) == [PROPIA]
    assert Usuario.objects.filter(pk=administrador.pk).exists()


def test_eliminar_a_quien_aparece_en_un_historial_se_rechaza(client, administrador):
    ana = UsuarioFactory(username="ana")
    ExpedienteFactory(por=ana)

    response = client.post(pagina_de(ana, "delete"), {"post": "yes"}, follow=True)

    assert frases(response) == [EN_HISTORIAL]
    assert usernames() == ["ana", "juan.perez"]
    assert LogEntry.objects.count() == 0


def anotado(usuario):
    """Return the user, with a line in the admin's log of what they did."""
    tipo = ContentType.objects.get_for_model(Usuario)
    LogEntry.objects.create(user=usuario, content_type=tipo, object_id="1", object_repr="Ana", action_flag=2)
    return usuario


@pytest.mark.parametrize("puerta", ["admin", "api"])
def test_eliminar_a_quien_hizo_algo_en_el_admin_se_rechaza(client, administrador, puerta):
    ana = anotado(UsuarioFactory(username="ana"))

    if puerta == "admin":
        response = client.post(pagina_de(ana, "delete"), {"post": "yes"}, follow=True)
        assert frases(response) == [EN_BITACORA]
    else:
        recibida = Api(administrador).delete(f"/api/usuarios/{ana.pk}")
        assert (recibida.status_code, recibida.json()) == (409, {"error": EN_BITACORA})

    assert (usernames(), LogEntry.objects.count()) == (["ana", "juan.perez"], 1)


@pytest.mark.django_db(transaction=True)
def test_a_quien_eliminan_mientras_trabaja_se_le_dice(client, monkeypatch):
    ana = UsuarioFactory(administrador=True)
    client.force_login(ana)
    otra = UsuarioFactory(nombre="Otra")
    guardar = UsuarioAdmin.save_model

    def despues_de_eliminarla(self, *resto):
        Usuario.objects.filter(pk=ana.pk).delete()
        return guardar(self, *resto)

    monkeypatch.setattr(UsuarioAdmin, "save_model", despues_de_eliminarla)
    response = client.post(pagina_de(otra), campos_de(client.get(pagina_de(otra))) | {"nombre": "Otro"})

    assert (response.status_code, response.context["title"]) == (409, "Algo ya no existe")
    assert Usuario.objects.get(pk=otra.pk).nombre == "Otra"


def test_eliminar_varios_elimina_a_quien_se_puede_y_nombra_a_los_demas(client, administrador):
    ana, bea = UsuarioFactory(username="ana", nombre="Ana"), UsuarioFactory(username="bea", nombre="Bea")
    ExpedienteFactory(por=ana)

    response = borrar(client, ana, administrador, bea)

    assert frases(response) == ["Se eliminaron: 1 usuario.", f"{EN_HISTORIAL}: Ana.", f"{PROPIA}: Juan Pérez."]
    assert usernames() == ["ana", "juan.perez"]


@pytest.mark.parametrize("clave", ["abc", "1\0", "99999999999999999999999"])
def test_clave_imposible_no_es_un_error_interno(client, administrador, clave):
    assert client.get(f"{LISTA}{clave}/change/").status_code == 404
    accion = {"action": "delete_selected", "_selected_action": [clave], "post": "yes"}
    assert client.post(LISTA, accion).status_code == 400
