"""Users through the API: the rows of §2 of the contract except login and logout (test_acceso.py, test_tokens.py)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Remota, respuesta
from monitor.cambios.models import Cambio
from monitor.db.triggers import door
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import CLAVE, UsuarioFactory

REGISTRO = {"username": "maria", "password": "mesa-redonda-58", "rol": "Operador"}
NO_ENCONTRADO = (404, {"error": "Usuario no encontrado"})
ULTIMO = (409, {"error": "Debe quedar al menos un Administrador activo"})
ESPACIOS = (400, {"error": "El usuario no puede contener espacios"})
ROL = (400, {"error": "Rol inválido. Debe ser: Administrador, Operador, Tecnico"})
EN_USO = (400, {"error": "El username ya está en uso"})


FORMATO = "tiene caracteres invisibles; bórrelo y escríbalo sin copiarlo"


def invalido(campo, *frases):
    frases = [f"{campo}: {frase}" for frase in frases]
    return 400, {"error": frases[0], "campos": {campo: frases}}


CORTA = "La contraseña es demasiado corta. Debe contener por lo menos 8 caracteres."
COMUN = "Esta contraseña es muy común."
NUMERICA = "Esta contraseña es totalmente numérica."
DEBILES = [
    ("mesa-58", [CORTA]),
    ("password", [COMUN]),
    ("password123", [COMUN]),
    ("12345678", [COMUN, NUMERICA]),
    ("9182736450192", [NUMERICA]),
    ("1", [CORTA, COMUN, NUMERICA]),
]


# --- POST /api/auth/register ---


def test_register_da_de_alta_a_quien_ya_puede_entrar(administrador, anonimo):
    recibida = administrador.post("/api/auth/register", REGISTRO | {"nombre": "María", "email": "m@example.com"})

    maria = Usuario.objects.get(username="maria")
    esperado = {"id": maria.pk, "nombre": "María", "username": "maria", "rol": "Operador"}
    assert (recibida.status_code, list(recibida.json().items())) == (201, list(esperado.items()))
    assert recibida.headers["Location"] == f"/api/usuarios/{maria.pk}"
    assert (maria.email, maria.is_active) == ("m@example.com", True)
    assert anonimo.post("/api/auth/login", {"username": "maria", "password": CLAVE}).status_code == 200


def test_register_sin_nombre_ni_correo_los_deja_nulos(administrador):
    assert administrador.post("/api/auth/register", REGISTRO | {"nombre": "", "email": None}).json()["nombre"] is None
    assert Usuario.objects.get(username="maria").email is None


@pytest.mark.parametrize("username", ["\u200b", "\u2800\u3164"])
def test_register_con_un_username_que_no_se_ve_es_sin_el(administrador, username):
    recibida = respuesta(administrador.post("/api/auth/register", REGISTRO | {"username": username}))

    assert recibida == (400, {"error": "username, password y rol son requeridos"})


@pytest.mark.parametrize("invisible", "\u200b\ufe0f\u3164\u2800\U000e0100")
def test_un_username_no_tiene_nada_que_no_se_vea(administrador, invisible):
    recibida = respuesta(administrador.post("/api/auth/register", REGISTRO | {"username": f"maria{invisible}"}))

    assert recibida == invalido("username", FORMATO)


@pytest.mark.parametrize("nombre", ["\u200b", "\u3164", "\ufe0f \u2800"])
def test_un_nombre_que_no_se_ve_es_ninguno(administrador, nombre):
    assert administrador.post("/api/auth/register", REGISTRO | {"nombre": nombre}).json()["nombre"] is None

    maria = Usuario.objects.get(username="maria")
    administrador.put(f"/api/usuarios/{maria.pk}", {"nombre": "María"})
    assert administrador.put(f"/api/usuarios/{maria.pk}", {"nombre": nombre}).json()["nombre"] == "María"


INVIERTE = "tiene caracteres invisibles que invierten lo que sigue; bórrelo y escríbalo sin copiarlo"


def test_un_nombre_no_invierte_lo_que_sigue(administrador):
    recibida = respuesta(administrador.post("/api/auth/register", REGISTRO | {"nombre": "\u202eAdmin"}))

    assert recibida == invalido("nombre", INVIERTE)


def test_quien_ya_tenia_algo_invisible_se_puede_cambiar(administrador):
    maria = UsuarioFactory()
    Usuario.objects.filter(pk=maria.pk).update(username="maria\ufe0f", nombre="\u202eMaría")

    cambiada = administrador.put(f"/api/usuarios/{maria.pk}", {"rol": "Operador", "is_active": False})

    assert (cambiada.status_code, cambiada.json()["rol"]) == (200, "Operador")
    assert respuesta(administrador.put(f"/api/usuarios/{maria.pk}", {"username": "m\ufe0f"})) == invalido(
        "username", FORMATO
    )


@pytest.mark.parametrize("falta", ["username", "password", "rol"])
@pytest.mark.parametrize("valor", [..., None, ""])
def test_register_exige_username_password_y_rol(administrador, falta, valor):
    datos = {clave: v for clave, v in (REGISTRO | {falta: valor}).items() if v is not ...}

    recibida = respuesta(administrador.post("/api/auth/register", datos))

    assert recibida == (400, {"error": "username, password y rol son requeridos"})


@pytest.mark.parametrize(
    ("datos", "esperado"),
    [
        ({"username": "maria perez"}, ESPACIOS),
        ({"username": " maria"}, ESPACIOS),
        ({"username": "maria\u2003"}, ESPACIOS),
        ({"rol": "Jefe"}, ROL),
        ({"rol": "administrador"}, ROL),
        ({"rol": "Técnico"}, ROL),
        ({"username": "ocupado"}, EN_USO),
        ({"username": 5}, invalido("username", "debe ser texto")),
        ({"password": 12345678}, invalido("password", "debe ser texto")),
        ({"rol": 5}, invalido("rol", "debe ser texto")),
        ({"nombre": 5}, invalido("nombre", "debe ser texto")),
        ({"nombre": "x" * 256}, invalido("nombre", "admite 255 caracteres como máximo")),
        ({"nombre": "a\x00"}, invalido("nombre", "no se admiten caracteres de control")),
        ({"username": "x" * 151}, invalido("username", "admite 150 caracteres como máximo")),
        ({"username": "a\x00b"}, invalido("username", "no se admiten caracteres de control")),
        *(({"username": u}, invalido("username", FORMATO)) for u in ("ma\u200bria", "\u200emaria", "mar\u00adia")),
        ({"email": "ma\u200bria@example.org"}, invalido("email", FORMATO)),
        ({"email": "maria@exam\u00adple.org"}, invalido("email", FORMATO)),
        ({"email": "maria"}, invalido("email", "Introduzca una dirección de correo electrónico válida.")),
        ({"email": f"{'x' * 250}@a.mx"}, invalido("email", "admite 254 caracteres como máximo")),
        ({"is_active": False}, invalido("is_active", "no se reconoce")),
        ({"correo": "x"}, invalido("correo", "no se reconoce")),
        *(({"password": mala}, invalido("password", *frases)) for mala, frases in DEBILES),
        (
            {"username": "mariagonzalez", "password": "mariagonzalez1"},
            invalido("password", "La contraseña se parece demasiado a: usuario."),
        ),
        (
            {"nombre": "Guadalupe", "password": "guadalupe-1"},
            invalido("password", "La contraseña se parece demasiado a: nombre."),
        ),
    ],
)
def test_register_rechaza_lo_que_no_puede_ser(administrador, datos, esperado):
    UsuarioFactory(username="ocupado")

    assert respuesta(administrador.post("/api/auth/register", REGISTRO | datos)) == esperado
    assert Usuario.objects.count() == 2


def test_register_dice_todos_los_campos_malos_a_la_vez(administrador):
    malos = {"email": 1, "nombre": 2, "rol": 3, "password": 4, "username": 5, "zeta": 6}

    status, cuerpo = respuesta(administrador.post("/api/auth/register", malos))

    assert (status, list(cuerpo["campos"])) == (400, ["username", "password", "rol", "nombre", "email", "zeta"])


def test_register_distingue_mayusculas_en_el_username(administrador):
    UsuarioFactory(username="Maria")

    assert administrador.post("/api/auth/register", REGISTRO).status_code == 201


# --- GET /api/usuarios ---


def test_list_da_a_todos_por_id(administrador):
    otros = [UsuarioFactory(tecnico=True, nombre=None), UsuarioFactory(inactivo=True)]

    recibida = administrador.get("/api/usuarios")

    esperado = [
        {"id": u.pk, "nombre": u.nombre, "username": u.username, "rol": u.rol} for u in (administrador.usuario, *otros)
    ]
    assert respuesta(recibida) == (200, esperado)
    assert [list(usuario) for usuario in recibida.json()] == [["id", "nombre", "username", "rol"]] * 3
    assert recibida.headers["Cache-Control"] == "private, no-cache"


def test_retrieve_da_a_uno(administrador):
    maria = UsuarioFactory(username="maria", nombre="María")

    assert respuesta(administrador.get(f"/api/usuarios/{maria.pk}")) == (
        200,
        {"id": maria.pk, "nombre": "María", "username": "maria", "rol": "Operador"},
    )


@pytest.mark.parametrize("pk", ["abc", "-1", "1.5", "+1", "%201", "1%00", "1%0A", "٣", "0x1", "1e3", "null"])
@pytest.mark.parametrize(("metodo", "datos"), [("GET", None), ("PUT", {}), ("DELETE", None)])
def test_id_que_no_es_de_digitos_es_400(administrador, metodo, datos, pk):
    assert respuesta(administrador.pedir(metodo, f"/api/usuarios/{pk}", datos)) == (400, {"error": "ID inválido"})


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 18, "9" * 19, "9" * 5000])
@pytest.mark.parametrize(("metodo", "datos"), [("GET", None), ("PUT", {"nombre": "x"}), ("PUT", {}), ("DELETE", None)])
def test_id_que_no_existe_es_404(administrador, metodo, datos, pk):
    assert respuesta(administrador.pedir(metodo, f"/api/usuarios/{pk}", datos)) == NO_ENCONTRADO


# --- PUT /api/usuarios/{id} ---


@pytest.mark.parametrize(
    ("cambios", "guardado"),
    [
        ({"nombre": "Otra"}, {"nombre": "Otra"}),
        ({"username": "otra"}, {"username": "otra"}),
        ({"rol": "Tecnico"}, {"rol": "Tecnico"}),
        ({"email": "otra@example.com"}, {"email": "otra@example.com"}),
        # No earlier token works again when the user is enabled.
        ({"is_active": False}, {"is_active": False, "version_token": 1}),
        ({"nombre": "Otra", "rol": "Administrador"}, {"nombre": "Otra", "rol": "Administrador"}),
        ({}, {}),
        (dict.fromkeys(["nombre", "username", "password", "rol", "email", "is_active"]), {}),
        (dict.fromkeys(["nombre", "username", "password", "rol", "email"], ""), {}),
    ],
)
def test_update_cambia_lo_enviado_y_pasa_por_alto_lo_vacio(administrador, cambios, guardado):
    maria = UsuarioFactory(username="maria", nombre="María", email="m@example.com")
    columnas = ["nombre", "username", "rol", "email", "is_active", "password", "version_token"]
    antes = Usuario.objects.values(*columnas).get(pk=maria.pk)

    recibida = administrador.put(f"/api/usuarios/{maria.pk}", cambios)

    despues = Usuario.objects.values(*columnas).get(pk=maria.pk)
    assert despues == antes | guardado
    visible = {clave: despues[clave] for clave in ("nombre", "username", "rol")}
    assert respuesta(recibida) == (200, {"id": maria.pk} | visible)


def test_update_acepta_de_vuelta_lo_que_se_leyo(administrador):
    ruta = f"/api/usuarios/{UsuarioFactory().pk}"
    leido = administrador.get(ruta).json()

    assert respuesta(administrador.put(ruta, leido)) == (200, leido)


@pytest.mark.parametrize(
    ("cambios", "esperado"),
    [
        ({"username": "a b"}, ESPACIOS),
        ({"rol": "Jefe"}, ROL),
        ({"username": "ocupado"}, EN_USO),
        ({"is_active": "true"}, invalido("is_active", "debe ser true o false")),
        ({"is_active": 1}, invalido("is_active", "debe ser true o false")),
        ({"is_active": ""}, invalido("is_active", "debe ser true o false")),
        ({"email": "x"}, invalido("email", "Introduzca una dirección de correo electrónico válida.")),
        ({"version_token": 5}, invalido("version_token", "no se reconoce")),
        *(({"password": mala}, invalido("password", *frases)) for mala, frases in DEBILES),
    ],
)
def test_update_rechaza_lo_que_no_puede_ser_y_no_cambia_nada(administrador, cambios, esperado):
    UsuarioFactory(username="ocupado")
    maria = UsuarioFactory(username="maria", nombre="María")
    antes = Usuario.objects.values().get(pk=maria.pk)

    assert respuesta(administrador.put(f"/api/usuarios/{maria.pk}", {"nombre": "Otra"} | cambios)) == esperado
    assert Usuario.objects.values().get(pk=maria.pk) == antes


@pytest.mark.parametrize("cambios", [{"rol": "Operador"}, {"is_active": False}])
def test_update_no_deja_al_sistema_sin_administrador(administrador, cambios):
    UsuarioFactory(administrador=True, inactivo=True)
    ruta = f"/api/usuarios/{administrador.usuario.pk}"

    assert respuesta(administrador.put(ruta, cambios)) == ULTIMO
    UsuarioFactory(administrador=True)
    assert administrador.put(ruta, cambios).status_code == 200


# --- DELETE /api/usuarios/{id} ---


def test_destroy_elimina_a_otro(administrador):
    maria = UsuarioFactory()

    assert respuesta(administrador.delete(f"/api/usuarios/{maria.pk}")) == (200, {"ok": True, "id": maria.pk})
    assert respuesta(administrador.delete(f"/api/usuarios/{maria.pk}")) == NO_ENCONTRADO


def test_destroy_de_la_propia_cuenta_es_400(administrador):
    recibida = respuesta(administrador.delete(f"/api/usuarios/{administrador.usuario.pk}"))

    assert recibida == (400, {"error": "No puedes eliminar tu propia cuenta"})


def test_destroy_de_quien_aparece_en_un_historial_es_409(administrador):
    expediente = ExpedienteFactory()
    type(expediente).objects.update(creado_por=None)
    por = expediente.historial.get().cambiado_por

    recibida = respuesta(administrador.delete(f"/api/usuarios/{por.pk}"))

    assert recibida == (409, {"error": "El usuario aparece en el historial; desactívelo en lugar de eliminarlo"})
    assert Usuario.objects.filter(pk=por.pk).exists()


@pytest.mark.postgresql
def test_dos_administradores_que_se_degradan_a_la_vez_no_dejan_al_sistema_sin_ninguno(servidor):
    for _ in range(5):
        with door(None):
            Cambio.objects.all().delete()
        Usuario.objects.all().delete()
        ana, luis = UsuarioFactory(administrador=True), UsuarioFactory(administrador=True)
        pares = [(Remota(servidor, ana), luis), (Remota(servidor, luis), ana)]

        with ThreadPoolExecutor(2) as hilos:
            status = sorted(
                hilos.map(
                    lambda par: par[0].pedir("PUT", f"/api/usuarios/{par[1].pk}", {"rol": "Tecnico"}).status, pares
                )
            )

        # The second request may come when its user is no longer an Administrador.
        assert status in ([200, 403], [200, 409])
        assert Usuario.objects.filter(rol="Administrador").count() == 1
