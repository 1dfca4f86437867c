"""The routes of catalogues. Most tests check a rule for every catalogue, with `ejemplos.EJEMPLOS`."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogos.models import CATALOGOS, CICLO, Departamento
from catalogos.tests.ejemplos import DEPARTAMENTO, EJEMPLOS, LUGAR
from catalogos.tests.factories import FABRICAS, AseguradoraFactory, DepartamentoFactory, LugarFactory
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import en_camello, respuesta
from monitor.api.tests.documento import cuerpo_de, fallas
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.django_db

DEL_SERVIDOR = ("Id", "Eliminado", "FechaHoraCreacion", "FechaHoraActualizacion")


def exito(mensaje, datos):
    return {"success": True, "message": mensaje, "data": datos}


def error(mensaje, detalle=None):
    return {"success": False, "message": mensaje, "detail": detalle}


def invalido(*frases):
    return 400, error(frases[0], list(frases))


def sin_lo_del_servidor(fila):
    return {clave: valor for clave, valor in fila.items() if clave not in DEL_SERVIDOR}


@pytest.fixture(params=EJEMPLOS, ids=lambda ejemplo: ejemplo.ruta)
def caso(request):
    return request.param


def test_todos_los_catalogos_tienen_ejemplo():
    assert {ejemplo.modelo for ejemplo in EJEMPLOS} == set(CATALOGOS)


# --- Creating ---


def test_crear_con_lo_minimo(caso, operador):
    antes = timezone.localtime().replace(tzinfo=None, microsecond=0)
    response = operador.post(f"{caso.ruta}/", caso.minimo)
    fila = response.json()["data"]

    assert respuesta(response) == (201, exito(caso.creado, fila))
    assert response.headers["Location"] == f"{caso.ruta}/{fila['Id']}"
    assert list(fila) == ["Id", *caso.fila_minima, "Eliminado", "FechaHoraCreacion", "FechaHoraActualizacion"]
    assert sin_lo_del_servidor(fila) == caso.fila_minima
    assert fila["Eliminado"] is False
    assert antes <= datetime.fromisoformat(fila["FechaHoraCreacion"]) <= timezone.localtime().replace(tzinfo=None)
    assert len(fila["FechaHoraActualizacion"]) == len("2026-03-10T14:30:00")


def test_crear_con_todo_se_lee_igual(caso, operador, tecnico):
    fila = operador.post(caso.ruta, caso.completo).json()["data"]

    assert sin_lo_del_servidor(fila) == caso.fila_completa
    assert respuesta(tecnico.get(f"{caso.ruta}/{fila['Id']}")) == (200, exito(caso.obtenido, fila))


@pytest.mark.parametrize("invisible", "\u200b\ufe0f\u034f\u17b4\u2065\U000e0100\u3164\u2800")
def test_la_clave_no_tiene_nada_que_no_se_vea(caso, operador, invisible):
    clave = caso.modelo.clave
    con_algo = caso.completo | {clave: f"{caso.completo[clave].split()[0]}{invisible}"}

    frase = f"{clave}: tiene caracteres invisibles; bórrelo y escríbalo sin copiarlo"
    assert respuesta(operador.post(caso.ruta, con_algo)) == invalido(frase)


@pytest.mark.parametrize("nombre", ["\u200b", "\ufe0f", "\u3164\u034f"])
def test_un_nombre_que_no_se_ve_es_ninguno(caso, operador, nombre):
    vacio = respuesta(operador.post(caso.ruta, caso.completo | {"nombre": ""}))

    assert respuesta(operador.post(caso.ruta, caso.completo | {"nombre": nombre})) == vacio


def test_lo_que_ya_tenia_algo_invisible_se_puede_cambiar(operador):
    departamento = DepartamentoFactory()
    Departamento.objects.filter(pk=departamento.pk).update(codigo="X\ufe0f", nombre="\u202eX")

    assert operador.put(f"/departamento/{departamento.pk}", {"nivelJerarquico": 3}).status_code == 200
    assert respuesta(operador.put(f"/departamento/{departamento.pk}", {"codigo": "Y\ufe0f"}))[0] == 400


def test_crear_rechaza_una_clave_activa_sin_distinguir_mayusculas(caso, operador):
    operador.post(caso.ruta, caso.completo)
    en_mayusculas = {campo: v.upper() if isinstance(v, str) else v for campo, v in caso.completo.items()}
    clave = caso.fila_completa[caso.modelo.clave.capitalize()]

    assert respuesta(operador.post(caso.ruta, caso.completo)) == (409, error(caso.ya_existe))
    esperado = caso.ya_existe.replace(clave, clave.upper())
    assert respuesta(operador.post(caso.ruta, en_mayusculas)) == (409, error(esperado))
    assert caso.modelo.objects.count() == 1


def test_crear_distingue_los_acentos(operador):
    assert operador.post("/aseguradora", {"nombre": "ÁREA"}).status_code == 201
    assert operador.post("/aseguradora", {"nombre": "AREA"}).status_code == 201
    assert operador.post("/aseguradora", {"nombre": "área"}).status_code == 409


def test_crear_una_eliminada_la_reactiva_con_los_nuevos_valores(caso, administrador):
    primera = administrador.post(caso.ruta, caso.completo).json()["data"]
    administrador.delete(f"{caso.ruta}/{primera['Id']}")
    con_su_clave = caso.minimo | {caso.modelo.clave: caso.completo[caso.modelo.clave].lower()}
    status, cuerpo = respuesta(administrador.post(caso.ruta, con_su_clave))

    assert (status, cuerpo["message"]) == (201, caso.creado)
    assert cuerpo["data"]["Id"] == primera["Id"]
    assert cuerpo["data"]["FechaHoraCreacion"] == primera["FechaHoraCreacion"]
    clave = con_su_clave[caso.modelo.clave].strip()
    clave = clave.upper() if caso.modelo.clave == "codigo" else clave
    assert sin_lo_del_servidor(cuerpo["data"]) == caso.fila_minima | {caso.modelo.clave.capitalize(): clave}
    assert caso.modelo.objects.count() == 1


def test_dos_lugares_sin_codigo_no_chocan(operador):
    for codigo in ({}, {"codigo": None}, {"codigo": ""}, {"codigo": "  "}):
        assert operador.post("/lugar", {"nombre": "Parque"} | codigo).json()["data"]["Codigo"] is None


def test_crear_junta_todos_los_errores(operador):
    cuerpo = {
        "codigo": "A B",
        "direccion": 3,
        "latitud": 90.01,
        "longitud": "12",
        "esPuntoFrecuente": "true",
        "telefonoContacto": "x" * 21,
        "referencia": "a\u0000b",
        "nombres": "Sede",
    }

    assert respuesta(operador.post("/lugar/", cuerpo)) == invalido(
        "codigo: no se admiten espacios",
        "nombre: es obligatorio",
        "direccion: debe ser texto",
        "latitud: debe estar entre -90 y 90",
        "longitud: debe ser un número",
        "esPuntoFrecuente: debe ser true o false",
        "referencia: no se admiten caracteres de control",
        "telefonoContacto: admite 20 caracteres como máximo",
        "nombres: no se reconoce (¿quiso decir `nombre`?)",
    )


def test_crear_rechaza_un_nombre_en_blanco_nulo_o_largo(caso, operador):
    largo = caso.modelo._meta.get_field("nombre").max_length
    for valor, frase in (
        ("  ", "nombre: no puede estar vacío"),
        (None, "nombre: no puede ser nulo"),
        ("x" * (largo + 1), f"nombre: admite {largo} caracteres como máximo"),
        ("a\nb", "nombre: no se admiten caracteres de control"),
        (7, "nombre: debe ser texto"),
    ):
        assert respuesta(operador.post(caso.ruta, caso.minimo | {"nombre": valor})) == invalido(frase)
    assert operador.post(caso.ruta, caso.minimo | {"nombre": "x" * largo}).status_code == 201


@pytest.mark.parametrize(
    ("campo", "valor", "frase"),
    [
        ("latitud", -90.5, "latitud: debe estar entre -90 y 90"),
        ("latitud", True, "latitud: debe ser un número"),
        ("longitud", 180.5, "longitud: debe estar entre -180 y 180"),
        ("codigo", "x" * 51, "codigo: admite 50 caracteres como máximo"),
        ("codigo", "ß" * 50, "codigo: Asegúrese de que este valor tenga como máximo 50 caracteres (tiene 100)."),
        ("tipoLugar", "x" * 51, "tipoLugar: admite 50 caracteres como máximo"),
        ("tipoLugar", "ß" * 50, "tipoLugar: Asegúrese de que este valor tenga como máximo 50 caracteres (tiene 100)."),
        ("direccion", "x" * 501, "direccion: admite 500 caracteres como máximo"),
        ("referencia", "x" * 501, "referencia: admite 500 caracteres como máximo"),
        ("esPuntoFrecuente", 1, "esPuntoFrecuente: debe ser true o false"),
        ("observaciones", "\u0007", "observaciones: no se admiten caracteres de control"),
    ],
)
def test_lugar_rechaza(campo, valor, frase, operador):
    assert respuesta(operador.post("/lugar", {"nombre": "Sede", campo: valor})) == invalido(frase)


@pytest.mark.parametrize(
    ("campo", "valor", "frase"),
    [
        ("codigo", "", "codigo: no puede estar vacío"),
        ("codigo", "x" * 21, "codigo: admite 20 caracteres como máximo"),
        ("idPerfilJefe", 999999, "idPerfilJefe: no existe un usuario con Id 999999"),
        ("idPerfilJefe", "1", "idPerfilJefe: debe ser un entero"),
        ("emailJefe", "sin arroba", "emailJefe: Introduzca una dirección de correo electrónico válida."),
        ("ubicacionFisica", "x" * 501, "ubicacionFisica: admite 500 caracteres como máximo"),
        ("nivelJerarquico", -1, "nivelJerarquico: debe estar entre 0 y 2147483647"),
        ("nivelJerarquico", 1.5, "nivelJerarquico: debe ser un entero"),
        ("departamentoPadreId", 999999, "departamentoPadreId: no existe un departamento con Id 999999"),
    ],
)
def test_departamento_rechaza(campo, valor, frase, operador):
    assert respuesta(operador.post("/departamento", DEPARTAMENTO.minimo | {campo: valor})) == invalido(frase)


def test_lo_que_tiene_valor_por_omision_lo_toma_con_null(operador):
    lugar = operador.post("/lugar", {"nombre": "Sede", "esPuntoFrecuente": None}).json()["data"]
    departamento = operador.post("/departamento", DEPARTAMENTO.minimo | {"nivelJerarquico": None}).json()["data"]

    assert lugar["EsPuntoFrecuente"] is False
    assert departamento["NivelJerarquico"] == 0


# --- Updating ---


def test_actualizar_cambia_solo_lo_enviado(operador):
    fila = operador.post("/lugar", LUGAR.completo).json()["data"]
    status, cuerpo = respuesta(operador.put(f"/lugar/{fila['Id']}", {"codigo": "sc-2", "latitud": -90}))

    assert (status, cuerpo["message"]) == (200, LUGAR.actualizado)
    assert sin_lo_del_servidor(cuerpo["data"]) == LUGAR.fila_completa | {"Codigo": "SC-2", "Latitud": -90.0}
    assert respuesta(operador.get(f"/lugar/{fila['Id']}")) == (200, exito(LUGAR.obtenido, cuerpo["data"]))


def test_actualizar_cada_catalogo(caso, operador):
    fila = operador.post(caso.ruta, caso.completo).json()["data"]
    status, cuerpo = respuesta(operador.put(f"{caso.ruta}/{fila['Id']}", {"nombre": "Otro"}))

    assert (status, cuerpo["message"]) == (200, caso.actualizado)
    assert sin_lo_del_servidor(cuerpo["data"]) == caso.fila_completa | {"Nombre": "Otro"}


def test_actualizar_con_null_y_con_vacio(operador):
    """A null clears a column, or gives it its default, but for a text or a required field it counts as not sent. `""`
    clears a text."""
    pk = operador.post("/lugar", LUGAR.completo).json()["data"]["Id"]
    nulos = {"nombre": None, "direccion": None, "codigo": None, "latitud": None, "esPuntoFrecuente": None}
    fila = operador.put(f"/lugar/{pk}", nulos | {"referencia": "", "tipoLugar": ""}).json()["data"]

    assert sin_lo_del_servidor(fila) == LUGAR.fila_completa | {
        "Latitud": None,
        "EsPuntoFrecuente": False,
        "Referencia": None,
        "TipoLugar": None,
    }


@pytest.mark.parametrize("cuerpo", [{}, {"nombre": None}, {"id": 4, "eliminado": True}])
def test_actualizar_sin_campos(cuerpo, caso, operador):
    pk = FABRICAS[caso.modelo]().pk

    frase = "No se proporcionaron campos para actualizar"
    assert respuesta(operador.put(f"{caso.ruta}/{pk}", cuerpo)) == invalido(frase)


def test_actualizar_rechaza_lo_desconocido_aunque_sea_nulo(operador):
    cuerpo = {"nombre": "Sede", "codgo": None}
    frase = "codgo: no se reconoce (¿quiso decir `codigo`?)"

    assert respuesta(operador.put(f"/lugar/{LugarFactory().pk}", cuerpo)) == invalido(frase)


def test_actualizar_rechaza_una_clave_ajena(caso, operador):
    clave, ajena, propia = caso.modelo.clave, FABRICAS[caso.modelo](), FABRICAS[caso.modelo]()
    eliminada = FABRICAS[caso.modelo](eliminada=True)

    for otra in (ajena, eliminada):
        valor = getattr(otra, clave)
        response = operador.put(f"{caso.ruta}/{propia.pk}", {clave: valor})
        ejemplo = caso.fila_completa[clave.capitalize()]
        assert respuesta(response) == (409, error(caso.ya_existe.replace(ejemplo, valor)))
    assert caso.modelo.objects.get(pk=eliminada.pk).eliminado


def test_actualizar_acepta_su_propia_clave(caso, operador):
    fila = FABRICAS[caso.modelo]()
    clave = caso.modelo.clave

    assert operador.put(f"{caso.ruta}/{fila.pk}", {clave: getattr(fila, clave).lower()}).status_code == 200


def test_actualizar_ignora_lo_que_es_del_servidor(operador):
    departamento = DepartamentoFactory()
    del_servidor = {"id": 7, "eliminado": True, "fechaHoraCreacion": "x", "nombreDepartamentoPadre": "y"}
    fila = operador.put(f"/departamento/{departamento.pk}", del_servidor | {"nivelJerarquico": 4}).json()["data"]

    assert (fila["Id"], fila["Eliminado"], fila["NivelJerarquico"]) == (departamento.pk, False, 4)


def test_actualizar_admite_de_vuelta_lo_que_se_leyo(caso, operador):
    leida = operador.post(caso.ruta, caso.completo).json()["data"]
    con_las_suyas = {
        clave: leida[clave] for clave in ("Id", "Eliminado", "FechaHoraCreacion", "FechaHoraActualizacion")
    }
    ruta = f"{caso.ruta}/{leida['Id']}"

    for cuerpo in (en_camello(leida), {"nombre": leida["Nombre"]} | con_las_suyas):
        devuelta = operador.put(ruta, cuerpo).json()["data"]
        assert devuelta == leida | {"FechaHoraActualizacion": devuelta["FechaHoraActualizacion"]}
        assert fallas(cuerpo_de("PUT", f"{caso.ruta}/{{id}}"), cuerpo) == []


def test_actualizar_no_toma_por_suya_una_clave_como_se_responde(operador):
    frase = "Nombre: no se reconoce (¿quiso decir `nombre`?)"

    assert respuesta(operador.put(f"/lugar/{LugarFactory().pk}", {"Nombre": "Sede"})) == invalido(frase)


# --- Deleting ---


def test_eliminar_quita_la_fila_de_todas_las_rutas(caso, administrador):
    fila = administrador.post(caso.ruta, caso.completo).json()["data"]
    response = administrador.delete(f"{caso.ruta}/{fila['Id']}")

    assert respuesta(response) == (200, exito(caso.eliminado, {"mensaje": caso.eliminado_este}))
    pagina = {"total": 0, "pagina": 1, "porPagina": 10, "registros": []}
    assert respuesta(administrador.get(caso.ruta)) == (200, exito(caso.listado, pagina))
    assert respuesta(administrador.get(f"{caso.ruta}/todos/lista")) == (200, exito(caso.listado_completo, []))
    for pedir in (
        lambda ruta: administrador.get(ruta),
        lambda ruta: administrador.put(ruta, {"nombre": "x"}),
        lambda ruta: administrador.delete(ruta),
    ):
        assert pedir(f"{caso.ruta}/{fila['Id']}").status_code == 404
    assert caso.modelo.objects.get().eliminado


def test_eliminar_rechaza_una_aseguradora_en_uso(administrador):
    aseguradora = AseguradoraFactory()
    expediente = ExpedienteFactory(aseguradora=aseguradora, por=administrador.usuario)
    frase = "No se puede eliminar esta aseguradora porque tiene expedientes activos asociados"

    assert respuesta(administrador.delete(f"/aseguradora/{aseguradora.pk}")) == (409, error(frase))
    assert administrador.delete(f"/api/expedientes/{expediente.pk}").status_code == 200
    assert administrador.delete(f"/aseguradora/{aseguradora.pk}").status_code == 200


def test_eliminar_rechaza_un_departamento_con_hijos_hasta_que_se_eliminan(administrador):
    padre = DepartamentoFactory()
    hijo = DepartamentoFactory(departamento_padre_id=padre.pk)
    frase = "No se puede eliminar este departamento porque tiene departamentos activos asociados"

    assert respuesta(administrador.delete(f"/departamento/{padre.pk}")) == (409, error(frase))
    assert administrador.delete(f"/departamento/{hijo.pk}").status_code == 200
    assert administrador.delete(f"/departamento/{padre.pk}").status_code == 200


# --- The tree of departments ---


def test_departamento_dice_el_nombre_de_su_padre(operador):
    padre = DepartamentoFactory(nombre="Dirección")
    fila = operador.post("/departamento", DEPARTAMENTO.minimo | {"departamentoPadreId": padre.pk}).json()["data"]

    assert (fila["DepartamentoPadreId"], fila["NombreDepartamentoPadre"]) == (padre.pk, "Dirección")
    fila = operador.put(f"/departamento/{fila['Id']}", {"departamentoPadreId": None}).json()["data"]
    assert (fila["DepartamentoPadreId"], fila["NombreDepartamentoPadre"]) == (None, None)


@pytest.mark.parametrize("abajo", [0, 1, 3])
def test_departamento_rechaza_colgarse_de_si_o_de_un_descendiente(abajo, operador):
    linea = [DepartamentoFactory()]
    for _ in range(abajo):
        linea.append(DepartamentoFactory(departamento_padre_id=linea[-1].pk))
    response = operador.put(f"/departamento/{linea[0].pk}", {"departamentoPadreId": linea[-1].pk})

    assert respuesta(response) == invalido(CICLO)
    assert Departamento.objects.get(pk=linea[0].pk).departamento_padre_id is None


def test_departamento_rechaza_un_padre_eliminado(operador):
    padre = DepartamentoFactory(eliminada=True)
    frase = f"departamentoPadreId: no existe un departamento con Id {padre.pk}"

    cuerpo = DEPARTAMENTO.minimo | {"departamentoPadreId": padre.pk}
    assert respuesta(operador.post("/departamento", cuerpo)) == invalido(frase)


def test_departamento_queda_sin_jefe_cuando_se_elimina_el_usuario(administrador):
    jefe = UsuarioFactory()
    cuerpo = DEPARTAMENTO.minimo | {"idPerfilJefe": jefe.pk}
    fila = administrador.post("/departamento", cuerpo).json()["data"]
    assert fila["IdPerfilJefe"] == jefe.pk

    assert administrador.delete(f"/api/usuarios/{jefe.pk}").status_code == 200
    assert administrador.get(f"/departamento/{fila['Id']}").json()["data"]["IdPerfilJefe"] is None


# --- Paths ---


@pytest.mark.parametrize("metodo", ["GET", "PUT", "DELETE"])
def test_no_encontrado(metodo, caso, administrador):
    response = administrador.pedir(metodo, f"{caso.ruta}/999999", {"nombre": "x"} if metodo == "PUT" else None)

    assert respuesta(response) == (404, error(caso.no_encontrado))


@pytest.mark.parametrize("metodo", ["GET", "PUT", "DELETE"])
def test_id_que_no_es_un_numero(metodo, caso, administrador):
    for texto in ("abc", "-1", "1.0", "١"):
        response = administrador.pedir(metodo, f"{caso.ruta}/{texto}", {"nombre": "x"} if metodo == "PUT" else None)
        assert respuesta(response) == invalido("ID inválido")


def test_id_mayor_que_cualquiera(caso, tecnico):
    enorme = "9" * 30

    esperado = caso.no_encontrado.replace("999999", enorme)
    assert respuesta(tecnico.get(f"{caso.ruta}/{enorme}")) == (404, error(esperado))


def test_metodo_que_la_ruta_no_tiene(caso, anonimo):
    for ruta, permitidos in (
        (caso.ruta, "GET, HEAD, POST"),
        (f"{caso.ruta}/todos/lista", "GET, HEAD"),
        (f"{caso.ruta}/1", "DELETE, GET, HEAD, PUT"),
    ):
        response = anonimo.patch(ruta, {})
        assert respuesta(response) == (405, error("El método PATCH no está permitido aquí"))
        assert response.headers["Allow"] == permitidos


# --- Roles ---

SOLO_ADMINISTRADORES = "Acceso restringido a administradores"
OPERADORES = "Acceso restringido a administradores y operadores"


# Each route has the status of its success, and the sentence for each role that may not use it.
RUTAS = [
    ("POST", "", 201, {"tecnico": OPERADORES}),
    ("GET", "", 200, {}),
    ("GET", "/todos/lista", 200, {}),
    ("GET", "/{pk}", 200, {}),
    ("PUT", "/{pk}", 200, {"tecnico": OPERADORES}),
    ("DELETE", "/{pk}", 200, {"tecnico": SOLO_ADMINISTRADORES, "operador": SOLO_ADMINISTRADORES}),
]


@pytest.mark.parametrize("rol", ["anonimo", "tecnico", "operador", "administrador"])
def test_roles(rol, caso, request):
    api, fila = request.getfixturevalue(rol), FABRICAS[caso.modelo]()
    for metodo, resto, status, negados in RUTAS:
        cuerpo = {"POST": caso.minimo, "PUT": {"nombre": "Otro"}}.get(metodo)
        response = api.pedir(metodo, caso.ruta + resto.format(pk=fila.pk), cuerpo)

        if rol == "anonimo":
            assert respuesta(response) == (401, error("Token requerido"))
        elif rol in negados:
            assert respuesta(response) == (403, error(negados[rol]))
        else:
            assert (metodo, resto, response.status_code) == (metodo, resto, status)


# --- Statements ---


@pytest.mark.parametrize("filas", [1, 3])
def test_consultas_de_cada_ruta(filas, caso, operador):
    creadas = [FABRICAS[caso.modelo]() for _ in range(filas)]
    for ruta, consultas in (
        (caso.ruta, 3),  # the user, the page and the total
        (f"{caso.ruta}/todos/lista", 2),  # the user and the rows
        (f"{caso.ruta}/{creadas[0].pk}", 2),  # the user and the row
    ):
        with CaptureQueriesContext(connection) as capturadas:
            assert operador.get(ruta).status_code == 200
        assert len(capturadas) == consultas
