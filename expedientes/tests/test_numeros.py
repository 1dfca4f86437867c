"""The number of an expediente: the provisional one that the system gives, and another in its place."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from expedientes.archivo import ExpedienteArchivado
from expedientes.models import Expediente, HistorialEstado
from expedientes.numeros import NumeroProvisional
from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory
from expedientes.tests.test_sentencias import contar
from monitor.api.tests.cliente import respuesta
from monitor.cambios.models import Cambio
from monitor.db.triggers import door
from monitor.usuarios.tests.factories import UsuarioFactory

RUTA = "/api/expedientes"
NO_ENCONTRADO = (404, {"error": "Expediente no encontrado"})
YA_EXISTE = (409, {"error": "Ya existe un expediente con ese No. Siniestro"})


def ahora_es(numero):
    return 404, {"error": f"Expediente no encontrado: ahora es {numero}"}


# --- Receiving ---


@pytest.fixture
def por(db):
    return UsuarioFactory()


def recibir(por, **datos) -> str:
    return Expediente.objects.recibir(datos, por=por).no_siniestro


@pytest.fixture
def en_2026(monkeypatch):
    """Say that it is the last evening of 2026 in the shop, which is 2027 in UTC."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(2027, 1, 1, 5, 59, tzinfo=UTC))


def test_recibir_da_numeros_seguidos_del_ano_del_taller(por, en_2026, monkeypatch):
    assert [recibir(por, placas="ABC-12-34"), recibir(por)] == ["TALLER-2026-000001", "TALLER-2026-000002"]

    monkeypatch.setattr(timezone, "now", lambda: datetime(2027, 1, 1, 6, 0, tzinfo=UTC))
    assert recibir(por) == "TALLER-2027-000001"


def test_recibir_abre_el_expediente_con_su_historial(por):
    aseguradora = AseguradoraFactory()

    expediente = Expediente.objects.recibir({"marca": "Nissan", "aseguradora_id": aseguradora.pk}, por=por)

    assert (expediente.marca, expediente.aseguradora_id, expediente.creado_por_id) == ("Nissan", aseguradora.pk, por.pk)
    assert list(expediente.historial.values_list("estado_nuevo", flat=True)) == ["Ingreso"]
    assert Cambio.objects.get(uid=expediente.uid).cambios.startswith("{")


def test_con_numero_conocido_no_se_gasta_ninguno(por):
    assert recibir(por, no_siniestro="SIN-1") == "SIN-1"
    assert not NumeroProvisional.objects.exists()


def test_ningun_numero_se_da_dos_veces(por, en_2026):
    """Whatever became of the expediente that had it."""
    primero, segundo, tercero = recibir(por), recibir(por), recibir(por)
    Expediente.objects.renombrar(primero, "SIN-1", por=por)
    Expediente.objects.archivar(segundo, por=por)
    with door(HistorialEstado, HistorialEstado.objects.filter(expediente=tercero).values_list("pk", flat=True)):
        HistorialEstado.objects.filter(expediente=tercero).delete()
    Expediente.objects.filter(pk=tercero).delete()

    assert recibir(por) == "TALLER-2026-000004"


def test_lo_que_falla_no_deja_dos_con_el_mismo_numero(por, en_2026):
    primero = recibir(por)
    with transaction.atomic():
        perdido = recibir(por)
        transaction.set_rollback(True)

    assert not Expediente.objects.filter(pk=perdido).exists()
    assert recibir(por) != primero
    assert Expediente.objects.count() == 2


def test_se_salta_el_numero_que_otro_programa_tomo(por, en_2026):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO expediente (no_siniestro) VALUES ('TALLER-2026-000001')")

    assert recibir(por) == "TALLER-2026-000002"


# --- Another number ---


def renombrar(api, viejo, nuevo, **cabeceras):
    return api.patch(f"{RUTA}/{viejo}/no_siniestro", {"no_siniestro": nuevo}, **cabeceras)


def test_renombrar_lleva_todo_lo_suyo(administrador, operador):
    ExpedienteFactory(no_siniestro="SIN-1", completo=True, por=operador.usuario)
    operador.patch(f"{RUTA}/SIN-1/estado", {"estado": "Restauracion"})
    operador.patch(f"{RUTA}/SIN-1", {"color": "azul"})
    antes = respuesta(operador.get(f"{RUTA}/SIN-1"))[1]
    plano = {c: v for c, v in antes.items() if c not in ("aseguradora", "historial_estado", "evidencia")}

    recibida = renombrar(administrador, "SIN-1", " AXA/2026/9 ")

    assert respuesta(recibida) == (200, plano | {"no_siniestro": "AXA/2026/9"})
    assert recibida.headers["Location"] == "/api/expedientes/AXA%2F2026%2F9"
    leida = administrador.get(recibida.headers["Location"])
    assert leida.headers["ETag"] == recibida.headers["ETag"]
    historial = [fila | {"no_siniestro": "AXA/2026/9"} for fila in antes["historial_estado"]]
    assert respuesta(leida)[1] == antes | {"no_siniestro": "AXA/2026/9", "historial_estado": historial}
    cambios = respuesta(administrador.get(f"{RUTA}/AXA%2F2026%2F9/cambios"))[1]
    assert [list(c["cambios"]) for c in cambios[:2]] == [["no_siniestro"], ["color"]]
    assert (cambios[0]["cambios"]["no_siniestro"], cambios[0]["usuario"]["id"], cambios[0]["origen"]) == (
        {"de": "SIN-1", "a": "AXA/2026/9"}, administrador.usuario.pk, "api"
    )  # fmt: skip
    call_command("verificar_historial")


def test_un_expediente_renombrado_se_archiva_con_todo(administrador):
    ExpedienteFactory(no_siniestro="A")
    renombrar(administrador, "A", "B")

    assert administrador.delete(f"{RUTA}/B").status_code == 200

    copia = ExpedienteArchivado.objects.get()
    assert (copia.no_siniestro, copia.datos["no_siniestro"]) == ("B", "B")
    assert [fila["expediente_id"] for fila in copia.datos["historial_estado"]] == ["B"]
    call_command("verificar_historial")
    for numero in "AB":
        assert respuesta(administrador.get(f"{RUTA}/{numero}")) == NO_ENCONTRADO


@pytest.mark.parametrize(
    ("datos", "error"),
    [
        ({}, {"error": "El No. Siniestro es obligatorio"}),
        ({"no_siniestro": None}, {"error": "El No. Siniestro es obligatorio"}),
        ({"no_siniestro": " \u2800 "}, {"error": "El No. Siniestro es obligatorio"}),
        ({"no_siniestro": "TALLER-2026-000009"}, ...),
        ({"no_siniestro": "pendientes"}, ...),
        ({"no_siniestro": "x" * 101}, ...),
        ({"no_siniestro": 5}, ...),
        ({"no_siniestro": "B", "color": "azul"}, ...),
    ],
)
def test_renombrar_rechaza_lo_que_rechaza_abrir(operador, datos, error):
    ExpedienteFactory(no_siniestro="A")
    recibida, abierta = operador.patch(f"{RUTA}/A/no_siniestro", datos), operador.post(RUTA, datos)

    status, cuerpo = respuesta(recibida)
    assert status == 400
    if "color" not in datos:  # which opening takes
        assert (cuerpo, recibida.headers["X-Error-Code"]) == (respuesta(abierta)[1], abierta.headers["X-Error-Code"])
    if error is not ...:
        assert cuerpo == error
    assert list(Expediente.objects.values_list("pk", flat=True)) == ["A"] + (["B"] if "color" in datos else [])


def test_renombrar_lo_que_no_hay_y_a_lo_que_ya_hay(operador):
    ExpedienteFactory(no_siniestro="A")
    ExpedienteFactory(no_siniestro="B")

    assert respuesta(renombrar(operador, "NADA", "C")) == NO_ENCONTRADO
    assert respuesta(renombrar(operador, "A", "B")) == YA_EXISTE
    assert renombrar(operador, "A", "B").headers["X-Error-Code"] == "ya_existe"
    assert respuesta(renombrar(operador, "NADA", "B")) == NO_ENCONTRADO


def test_renombrar_a_la_que_no_hace_nada(operador):
    etag = operador.get(f"{RUTA}/{ExpedienteFactory(no_siniestro='A').pk}").headers["ETag"]

    recibida = renombrar(operador, "A", "A")

    assert (recibida.status_code, recibida.headers["ETag"]) == (200, etag)
    assert respuesta(operador.get(f"{RUTA}/NADA")) == NO_ENCONTRADO


def test_renombrar_con_if_match(operador):
    ExpedienteFactory(no_siniestro="A")
    vista = operador.get(f"{RUTA}/A").headers["ETag"]
    operador.patch(f"{RUTA}/A", {"color": "azul"})

    recibida = renombrar(operador, "A", "B", **{"If-Match": vista})
    assert respuesta(recibida) == (412, {"error": "El expediente cambió desde que lo leyó; vuelva a leerlo"})
    de_ahora = operador.get(f"{RUTA}/A").headers["ETag"]
    renombrada = renombrar(operador, "A", "B", **{"If-Match": de_ahora})
    assert renombrada.status_code == 200
    # What the answer says may be written on.
    assert operador.patch(f"{RUTA}/B", {"color": "rojo"}, **{"If-Match": renombrada.headers["ETag"]}).status_code == 200


def test_renombrar_con_clave_de_idempotencia(operador):
    ExpedienteFactory(no_siniestro="A")

    primera, segunda = (renombrar(operador, "A", "B", **{"Idempotency-Key": "una"}) for _ in range(2))

    assert (primera.status_code, segunda.status_code, segunda.content) == (200, 200, primera.content)
    assert segunda.headers["Location"] == primera.headers["Location"] == f"{RUTA}/B"
    assert segunda.headers["Idempotent-Replayed"] == "true"
    ExpedienteFactory(no_siniestro="C")
    assert respuesta(renombrar(operador, "C", "B", **{"Idempotency-Key": "otra"})) == YA_EXISTE


def test_sentencias_de_renombrar(operador):
    """With one row of history and with three: who asks; both, locked; the expediente, its change and the number that it
    leaves; the keys of its history, what opens and closes the door on PostgreSQL, and one that moves the history; and
    one that moves its evidence."""
    ExpedienteFactory(no_siniestro="A")
    ExpedienteFactory(no_siniestro="B")
    for estado in ("Salida", "Ingreso"):
        operador.patch(f"{RUTA}/B/estado", {"estado": estado})

    una, tres = (
        contar(operador, "PATCH", f"{RUTA}/{viejo}/no_siniestro", {"no_siniestro": f"{viejo}2"}) for viejo in "AB"
    )
    assert una == tres == (9 if connection.vendor == "postgresql" else 8)


# --- Under the old number ---


def test_con_el_numero_de_antes_se_dice_el_de_ahora(administrador):
    ExpedienteFactory(no_siniestro="A")
    renombrar(administrador, "A", "B")
    renombrar(administrador, "B", "C")

    for viejo in "AB":
        recibida = administrador.get(f"{RUTA}/{viejo}")
        assert (respuesta(recibida), recibida.headers["X-Error-Code"]) == (ahora_es("C"), "renombrado")
    peticiones = [
        ("GET", "/A/estado/historial", None),
        ("GET", "/A/cambios", None),
        ("PUT", "/A", {"color": "azul"}),
        ("PATCH", "/A/estado", {"estado": "Salida"}),
        ("PATCH", "/A/no_siniestro", {"no_siniestro": "D"}),
        ("DELETE", "/A", None),
    ]
    for metodo, ruta, datos in peticiones:
        assert respuesta(administrador.pedir(metodo, f"{RUTA}{ruta}", datos)) == ahora_es("C")


def test_hasta_que_otro_lo_tome(administrador):
    ExpedienteFactory(no_siniestro="A")
    renombrar(administrador, "A", "B")
    ExpedienteFactory(no_siniestro="A", color="verde")
    assert respuesta(administrador.get(f"{RUTA}/A"))[1]["color"] == "verde"

    administrador.delete(f"{RUTA}/A")
    assert respuesta(administrador.get(f"{RUTA}/A")) == NO_ENCONTRADO

    ExpedienteFactory(no_siniestro="A")
    renombrar(administrador, "A", "D")
    assert respuesta(administrador.get(f"{RUTA}/A")) == ahora_es("D")
    renombrar(administrador, "D", "A")
    assert respuesta(administrador.get(f"{RUTA}/A"))[0] == 200
    assert respuesta(administrador.get(f"{RUTA}/D")) == ahora_es("A")


def test_uno_que_vuelve_del_archivo_se_dice_otra_vez(administrador):
    ExpedienteFactory(no_siniestro="A")
    renombrar(administrador, "A", "B")
    administrador.delete(f"{RUTA}/B")
    assert respuesta(administrador.get(f"{RUTA}/A")) == NO_ENCONTRADO

    Expediente.objects.restaurar(ExpedienteArchivado.objects.get().pk, por=administrador.usuario)

    assert respuesta(administrador.get(f"{RUTA}/A")) == ahora_es("B")
    assert renombrar(administrador, "B", "C").status_code == 200
    call_command("verificar_historial")


# --- The door ---


def test_la_puerta_de_renombrar_no_deja_pasar_otra_cosa(db):
    ExpedienteFactory(no_siniestro="A")
    ExpedienteFactory(no_siniestro="B")
    uno, otro = (HistorialEstado.objects.get(expediente=clave) for clave in "AB")

    def intentar(cambio, fila=uno, **puerta):
        with pytest.raises(IntegrityError), transaction.atomic(), door(HistorialEstado, [uno.pk], **puerta):
            cambio(HistorialEstado.objects.filter(pk=fila.pk))

    intentar(lambda filas: filas.update(estado_nuevo="Salida"), to_follow=True)
    intentar(lambda filas: filas.update(expediente="B", cambiado_por=None), to_follow=True)
    intentar(lambda filas: filas.update(expediente="B", huella="x"), to_follow=True)
    intentar(lambda filas: filas.delete(), to_follow=True)
    intentar(lambda filas: filas.update(expediente="A"), fila=otro, to_follow=True)
    intentar(lambda filas: filas.update(expediente="B"))
    with door(HistorialEstado, [uno.pk], to_follow=True):
        HistorialEstado.objects.filter(pk=uno.pk).update(expediente="B")
    with pytest.raises(IntegrityError), transaction.atomic():
        HistorialEstado.objects.filter(pk=uno.pk).update(expediente="A")
