"""The checklists of units that leave, and the gate to Salida, as clients of the API meet them."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from expedientes.archivo import AnexoArchivado, ExpedienteArchivado
from expedientes.checklist.models import Checklist, ChecklistItem
from expedientes.checklist.serializers import CAMPOS
from expedientes.comentarios.models import Comentario
from expedientes.models import Expediente
from expedientes.tests.anexos import ChecklistFactory
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import respuesta
from monitor.cambios.models import Cambio
from monitor.errores import DatosInvalidos

pytestmark = pytest.mark.django_db

RUTA = "/api/checklist"
SALIDA = "/api/expedientes/SIN%2F1/estado"
A_SALIDA = {"estado": "Salida"}
FARO = {"sistema": "Luces", "nombre_item": "Faros", "valor": "OK"}
FIRMA = "data:image/png;base64," + "A" * 199_900


@pytest.fixture(autouse=True)
def expediente():
    return ExpedienteFactory(no_siniestro="SIN/1", fecha_entrega=date(2026, 3, 10))


@pytest.fixture
def creado(tecnico):
    recibida = tecnico.post(RUTA, {"no_siniestro": "SIN/1", "fecha_inspeccion": "2026-03-01"})
    assert recibida.status_code == 201
    return recibida.json()


def comprobar_historia():
    call_command("verificar_historial", stdout=StringIO())


def items(quien, clave):
    return quien.get(f"{RUTA}/{clave}").json()["checklist_item"]


def test_se_crea_y_se_lee_con_sus_puntos(tecnico):
    enviado = {
        "no_siniestro": "SIN/1",
        "fecha_inspeccion": "2026-03-01T23:30:00-06:00",
        "hora": "10:30",
        "aprobada": None,
        "a": True,
        "deducible": 1500.5,
        "demerito": "-0.10",
        "firma_quien_recibe": FIRMA,
        "areas_danadas": "Cofre\nCajuela",
    }

    recibida = tecnico.post(RUTA, enviado)

    creado = recibida.json()
    esperado = {"id": creado["id"]} | {"no_siniestro": "SIN/1"} | dict.fromkeys(CAMPOS) | enviado
    esperado |= {
        "fecha_inspeccion": "2026-03-01T12:00:00.000Z",
        "hora": "1970-01-01T10:30:00.000Z",
        "deducible": "1500.5",
        "demerito": "-0.1",
    }
    assert (recibida.status_code, recibida.headers["Location"]) == (201, f"{RUTA}/{creado['id']}")
    assert json.dumps(creado) == json.dumps(esperado)
    leido = tecnico.get(f"{RUTA}/{creado['id']}")
    assert json.dumps(leido.json()) == json.dumps(esperado | {"checklist_item": []})
    assert leido.headers["ETag"] == recibida.headers["ETag"]
    assert FIRMA not in Cambio.objects.get(objeto="checklist").cambios


@pytest.mark.parametrize(
    ("cuerpo", "status", "dicho"),
    [
        ({}, 400, {"error": "no_siniestro es requerido"}),
        ({"no_siniestro": "otro"}, 404, {"error": "Expediente no encontrado"}),
    ],
)
def test_lo_que_falta_se_dice(tecnico, cuerpo, status, dicho):
    assert respuesta(tecnico.post(RUTA, cuerpo)) == (status, dicho)


@pytest.mark.parametrize(
    ("campo", "valor"),
    [("hora", "24:00"), ("fecha_entrega", "10/03/2026"), ("a", 1), ("deducible", "mil"), ("items", []),
     ("firma_quien_recibe", "x" * 200_001), ("firma_quien_recibe", "a\nb")],
)  # fmt: skip
def test_lo_que_esta_mal_se_nombra(tecnico, campo, valor):
    recibida = tecnico.post(RUTA, {"no_siniestro": "SIN/1", campo: valor})

    assert (recibida.status_code, list(recibida.json()["campos"])) == (400, [campo])


def test_lo_que_no_se_envia_queda(tecnico, creado):
    clave = creado["id"]

    recibida = tecnico.patch(f"{RUTA}/{clave}", {"hora": "09:00:30", "checklist_item": [1], "no_siniestro": "SIN/1"})

    assert respuesta(recibida) == (200, creado | {"hora": "1970-01-01T09:00:30.000Z"})
    assert respuesta(tecnico.put(f"{RUTA}/{clave}", {"hora": ""})) == (200, creado)
    otro = tecnico.put(f"{RUTA}/{clave}", {"no_siniestro": "SIN-2"})
    assert respuesta(otro) == (400, {"error": "No se puede cambiar de expediente"})


def test_lo_que_se_leyo_se_puede_mandar_de_vuelta(tecnico, creado):
    ruta = f"{RUTA}/{creado['id']}"
    tecnico.patch(ruta, {"hora": "10:30:15", "fecha_entrega": "2026-03-10", "deducible": "1500.50"})
    leido = tecnico.get(ruta)

    devuelto = tecnico.put(ruta, leido.json())

    assert (devuelto.status_code, devuelto.headers["ETag"]) == (200, leido.headers["ETag"])
    assert tecnico.get(ruta, **{"If-None-Match": leido.headers["ETag"]}).status_code == 304
    assert respuesta(tecnico.get(ruta)) == (200, leido.json())


@pytest.mark.parametrize(
    "hora",
    [
        *("1970-01-02T10:30:00.000Z", "1970-01-01T10:30:00Z", "1970-01-01T10:30:00.001Z", "1970-01-01T25:30:00.000Z"),
        *("1970-01-01T10:30:00.000-06:00", "1970-01-01T10:30.000Z", "2026-01-01T10:30:00.000Z"),
    ],
)
def test_una_hora_con_dia_solo_se_admite_como_vuelve(tecnico, creado, hora):
    assert tecnico.put(f"{RUTA}/{creado['id']}", {"hora": hora}).status_code == 400


def test_la_plantilla_dice_los_puntos_en_orden(tecnico):
    puntos = tecnico.get(f"{RUTA}/plantilla").json()

    assert len(puntos) == len({(p["sistema"], p["nombre_item"]) for p in puntos}) > 30
    assert list(puntos[0]) == ["sistema", "nombre_item"]


def test_la_lista_y_el_ultimo(tecnico, creado):
    ultimo = ChecklistFactory(no_siniestro="SIN/1").pk

    todos = respuesta(tecnico.get(RUTA))[1]

    assert [uno["id"] for uno in todos] == [ultimo, creado["id"]]
    assert [[i["nombre_item"] for i in uno["checklist_item"]] for uno in todos] == [["Faros"], []]
    assert respuesta(tecnico.get(f"{RUTA}/siniestro/SIN/1")) == (200, todos[0])
    assert respuesta(tecnico.get(f"{RUTA}/siniestro/x")) == (404, {"error": "Checklist no encontrado"})
    assert tecnico.get(f"{RUTA}?no_siniestro=SIN/1").status_code == 400


# --- The items ---


def test_un_punto_se_agrega_se_marca_y_se_quita(tecnico, administrador, creado):
    ruta = f"{RUTA}/{creado['id']}"

    punto = tecnico.post(f"{ruta}/items", {"nombre_item": "Faros"}).json()
    marcado = tecnico.put(f"{RUTA}/items/{punto['id']}", {"valor": "MA"})

    assert list(punto.items())[1:] == [
        ("id_checklist", creado["id"]), ("sistema", None), ("nombre_item", "Faros"), ("valor", None)
    ]  # fmt: skip
    assert respuesta(marcado) == (200, punto | {"valor": "MA"})
    assert items(tecnico, creado["id"]) == [marcado.json()]
    assert respuesta(administrador.delete(f"{RUTA}/items/{punto['id']}")) == (200, {"ok": True})
    assert items(tecnico, creado["id"]) == []
    comprobar_historia()


@pytest.mark.parametrize("cuerpo", [{}, {"sistema": " ", "nombre_item": ""}, {"valor": "OK"}])
def test_un_punto_dice_que_se_reviso(tecnico, creado, cuerpo):
    recibida = tecnico.post(f"{RUTA}/{creado['id']}/items", cuerpo)

    assert respuesta(recibida) == (400, {"error": "sistema o nombre_item es requerido"})


@pytest.mark.parametrize("nombre", ["fAROS", "Faros ", " Faros", "Faros\u00a0", "\u3000FAROS"])
def test_ningun_punto_esta_dos_veces(tecnico, creado, nombre):
    ruta = f"{RUTA}/{creado['id']}/items"
    tecnico.post(ruta, FARO)
    otro = tecnico.post(ruta, FARO | {"nombre_item": "Cuartos"}).json()["id"]
    repetido = {"sistema": "LUCES", "nombre_item": nombre}

    agregado, cambiado = tecnico.post(ruta, repetido), tecnico.put(f"{RUTA}/items/{otro}", repetido)

    for recibida in (agregado, cambiado):
        assert respuesta(recibida) == (409, {"error": "Ese punto ya está en el checklist"})
    vacio = tecnico.put(f"{RUTA}/items/{otro}", {"sistema": "", "nombre_item": None})
    assert respuesta(vacio) == (400, {"error": "sistema o nombre_item es requerido"})


def test_todos_los_puntos_a_la_vez_o_ninguno(tecnico, creado):
    ruta = f"{RUTA}/{creado['id']}/items/bulk"
    plantilla = tecnico.get(f"{RUTA}/plantilla").json()

    guardados = tecnico.put(ruta, {"items": [punto | {"valor": "OK"} for punto in plantilla]})

    assert (guardados.status_code, guardados.json()) == (200, items(tecnico, creado["id"]))
    assert [(i["sistema"], i["nombre_item"]) for i in guardados.json()] == [tuple(p.values()) for p in plantilla]
    for malo in ({}, {"items": None}, {"items": [FARO, FARO]}, {"items": [FARO, {}]}, {"items": [FARO] * 501}):
        recibida = tecnico.put(ruta, malo)
        assert (recibida.status_code, list(recibida.json()["campos"])) == (400, ["items"])
    assert items(tecnico, creado["id"]) == guardados.json()
    comprobar_historia()


@pytest.mark.parametrize(
    ("metodo", "ruta", "status", "error"),
    [
        ("GET", "x", 400, "ID inválido"),
        ("GET", "999999", 404, "Checklist no encontrado"),
        ("DELETE", "999999", 404, "Checklist no encontrado"),
        ("PUT", "items/1.5", 400, "ID inválido"),
        ("PUT", "items/999999", 404, "Item no encontrado"),
    ],
)
def test_lo_que_no_hay_se_dice(administrador, metodo, ruta, status, error):
    cuerpo = {} if metodo == "PUT" else None
    assert respuesta(administrador.pedir(metodo, f"{RUTA}/{ruta}", cuerpo)) == (status, {"error": error})


def test_eliminado_o_archivado_nada_se_pierde(tecnico, administrador, creado):
    otro = ChecklistFactory(no_siniestro="SIN/1").pk
    assert respuesta(administrador.delete(f"{RUTA}/{otro}")) == (200, {"ok": True})
    assert [i["nombre_item"] for i in AnexoArchivado.objects.get().datos["checklist_item"]] == ["Faros"]
    tecnico.post(f"{RUTA}/{creado['id']}/items", FARO)
    antes = tecnico.get(f"{RUTA}/{creado['id']}").json()

    administrador.delete("/api/expedientes/SIN%2F1")
    assert (Checklist.objects.count(), ChecklistItem.objects.count()) == (0, 0)
    Expediente.objects.restaurar(ExpedienteArchivado.objects.get().pk, por=administrador.usuario)

    assert tecnico.get(f"{RUTA}/{creado['id']}").json() == antes
    comprobar_historia()


# --- The gate to Salida ---

SIN_ENTREGA = "Falta registrar la fecha de entrega del expediente"
SIN_CHECKLIST = "No existe checklist de salida para este expediente"
SIN_ENTREGA_EN_CHECKLIST = "Falta registrar la fecha de entrega en el checklist"
NO_APROBADA = "La inspección de salida no está aprobada"


@pytest.fixture
def con_puerta(settings):
    settings.SALIDA_CON_CHECKLIST = True


def test_sin_el_ajuste_se_sale_sin_checklist(operador):
    assert operador.patch(SALIDA, A_SALIDA | {"motivo": "x"}).status_code == 400
    assert operador.patch(SALIDA, A_SALIDA).status_code == 200


@pytest.mark.parametrize(
    ("entrega", "checklist", "campos"),
    [
        (None, None, {"fecha_entrega": [SIN_ENTREGA], "checklist": [SIN_CHECKLIST]}),
        ("2026-03-10", None, {"checklist": [SIN_CHECKLIST]}),
        ("2026-03-10", {}, {"checklist": [SIN_ENTREGA_EN_CHECKLIST]}),
        ("2026-03-10", {"aprobada": False}, {"checklist": [SIN_ENTREGA_EN_CHECKLIST, NO_APROBADA]}),
        (None, {"fecha_entrega": "2026-03-10"}, {"fecha_entrega": [SIN_ENTREGA]}),
        ("2026-03-10", {"fecha_entrega": "2026-03-10"}, None),
    ],
)
def test_lo_que_falta_para_salir_se_dice_junto(con_puerta, operador, entrega, checklist, campos):
    operador.put("/api/expedientes/SIN%2F1", {"fecha_entrega": entrega})
    if checklist is not None:
        ChecklistFactory(no_siniestro="SIN/1", aprobada=True, fecha_entrega=date(2026, 3, 1))
        operador.post(RUTA, {"no_siniestro": "SIN/1"} | checklist)  # the newest counts

    recibida = operador.patch(SALIDA, A_SALIDA)

    if campos is None:
        assert (recibida.status_code, recibida.json()["estado"]) == (200, "Salida")
    else:
        assert respuesta(recibida) == (400, {"error": next(iter(campos.values()))[0], "campos": campos})
        assert recibida.headers["X-Error-Code"] == "falta_para_salir"
        assert Expediente.objects.get().estado == "Ingreso"
    assert operador.patch(SALIDA, {"estado": "Restauracion"}).status_code == 200


def test_un_administrador_pasa_con_motivo_y_queda_dicho(con_puerta, administrador):
    recibida = administrador.patch(SALIDA, A_SALIDA | {"motivo": " Lo pidió la aseguradora "})

    assert recibida.status_code == 200
    comentario = Comentario.objects.get()
    assert (comentario.usuario, comentario.comentario) == (
        administrador.usuario,
        f"Salida autorizada con motivo: Lo pidió la aseguradora\n- {SIN_CHECKLIST}",
    )


def test_un_motivo_llega_a_500_caracteres(con_puerta, administrador):
    assert administrador.patch(SALIDA, A_SALIDA | {"motivo": "x" * 500}).status_code == 200
    assert f": {'x' * 500}\n" in Comentario.objects.get().comentario


def test_nadie_mas_pasa_con_motivo(con_puerta, operador, administrador):
    recibida = operador.patch(SALIDA, A_SALIDA | {"motivo": "Urge"})
    assert respuesta(recibida) == (403, {"error": "Acceso restringido a administradores"})
    for motivo in ("", "x" * 501, None, 5):
        recibida = administrador.patch(SALIDA, A_SALIDA | {"motivo": motivo})
        assert (recibida.status_code, list(recibida.json()["campos"])) == (400, ["motivo"])
    assert administrador.patch(SALIDA, {"estado": "Restauracion", "motivo": "x"}).status_code == 400
    assert not Comentario.objects.exists()


def test_un_motivo_para_lo_que_no_cambia_no_deja_comentario(con_puerta, administrador):
    administrador.patch(SALIDA, A_SALIDA | {"motivo": "Urge"})

    otra = administrador.patch(SALIDA, A_SALIDA | {"motivo": "Urge"})

    assert respuesta(otra) == (400, {"error": "El expediente ya se encuentra en ese estado"})
    assert Comentario.objects.count() == 1


def a_solas(verbo):
    """Call a verb in a thread, and return whether it was done."""
    try:
        verbo()
    except DatosInvalidos:
        return False
    finally:
        connection.close()
    return True


@pytest.mark.django_db(transaction=True)
def test_se_reprueba_y_se_sale_a_la_vez_sin_que_nadie_salga_reprobado(con_puerta, operador):
    """Whoever comes first, no unit leaves after its checklist said that it was refused."""
    por, clave = operador.usuario, ChecklistFactory(no_siniestro="SIN/1", fecha_entrega=date(2026, 3, 1)).pk
    verbos = (
        lambda: Expediente.objects.cambiar_estado("SIN/1", "Salida", por=por),
        lambda: Checklist.objects.actualizar(clave, {"aprobada": False}, por=por),
    )
    for _ in range(4):
        with ThreadPoolExecutor(2) as hilos:
            salio, reprobo = hilos.map(a_solas, verbos)

        reprobado = Cambio.objects.filter(objeto="checklist").first().fecha
        assert reprobo
        assert not salio or Expediente.objects.get().en_estado_desde <= reprobado
        Checklist.objects.actualizar(clave, {"aprobada": None}, por=por)
        if salio:
            Expediente.objects.cambiar_estado("SIN/1", "Ingreso", por=por)
