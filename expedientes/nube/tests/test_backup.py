"""The routes under /api/backup, and the worker that does what they ask for."""

from io import StringIO

import pytest
from django.core.management import call_command

from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.tests.formas import con_archivo, ruta_de, subida
from expedientes.nube.exportacion import Exportador
from expedientes.nube.models import Exportacion, Respaldo, turno
from expedientes.nube.tests.conftest import salido
from expedientes.nube.tests.cubeta import que_corte_la_subida
from monitor.api.tests.cliente import respuesta
from monitor.archivos.tests.muestras import imagen

BASE = "/api/backup"
NADA = {
    "corriendo": False,
    "total": 0,
    "procesados": 0,
    "subidas": 0,
    "fallidas": 0,
    "archivoActual": None,
    "terminado_en": None,
    "error": None,
}
SIN_NUBE = (409, {"error": "La nube no está configurada"})


def trabajar():
    call_command("respaldar_nube", "--una-vez", stdout=StringIO())


@pytest.fixture
def tres(db, operador):
    """Three that left with a photo each, and one that didn't."""
    for n in range(3):
        salido(f"S-{n}")
        subida(operador, f"S-{n}", con_archivo(imagen(ancho=50 + n)))


def test_estado(administrador, operador, nube, tres, settings):
    dicho = administrador.get(f"{BASE}/estado").json()
    assert set(dicho["disco_local"]) == {"libre_gb", "usado_gb", "total_gb"}
    assert dicho["nube"] == {
        "estado": "Sin respaldos",
        "ultimo_respaldo": None,
        "ultimo_error": "Ninguno",
        "pendientes": 3,
    }
    assert dicho["evidencias"] == {"totales": 3, "local": 3, "nube": 0}
    assert dicho["expedientes"] == {"totales": 3}
    operador.post(f"{ruta_de('S-1')}/respaldar")
    dicho = administrador.get(f"{BASE}/estado").json()
    assert (dicho["nube"]["estado"], dicho["nube"]["pendientes"]) == ("Activo", 2)
    assert dicho["nube"]["ultimo_respaldo"].endswith("Z")
    assert dicho["evidencias"] == {"totales": 3, "local": 2, "nube": 1}
    settings.NUBE = None
    assert administrador.get(f"{BASE}/estado").json()["nube"]["estado"] == "Sin configurar"


def test_exportar_todo(administrador, operador, nube, tres):
    salido("VACIO")
    assert respuesta(administrador.get(f"{BASE}/progreso")) == (200, NADA)
    assert operador.post(f"{BASE}/exportar").status_code == 403
    assert respuesta(administrador.post(f"{BASE}/exportar")) == (200, {"ok": True, "iniciado": True})
    assert respuesta(administrador.post(f"{BASE}/exportar")) == (409, {"error": "Ya hay una exportación en curso"})
    assert administrador.get(f"{BASE}/progreso").json() == NADA | {"corriendo": True}
    trabajar()

    progreso = administrador.get(f"{BASE}/progreso").json()
    assert progreso.pop("terminado_en").endswith("Z")
    assert progreso == {c: v for c, v in NADA.items() if c != "terminado_en"} | {
        "total": 3,
        "procesados": 3,
        "subidas": 3,
    }
    assert Evidencia.objects.en_la_nube().count() == 3
    [log] = administrador.get(f"{BASE}/logs").json()
    quien = administrador.usuario
    assert log | {"fecha": None} == {
        "id": log["id"],
        "fecha": None,
        "tipo": "Nube",
        "resultado": "Exitoso",
        "detalle": "Evidencias subidas: 3.",
        "usuario": {"id": quien.pk, "nombre": quien.nombre, "username": quien.username},
    }
    trabajar()  # nobody asked for another
    assert Respaldo.objects.count() == 1
    assert administrador.post(f"{BASE}/exportar").status_code == 200


def test_la_de_un_proceso_muerto_se_continua_o_se_pide_otra(administrador, nube, tres):
    administrador.post(f"{BASE}/exportar")
    Exportacion.objects.update(tomada=True, total=4, procesados=1, subidas=5)
    with turno():
        assert administrador.post(f"{BASE}/exportar").status_code == 409
        trabajar()  # who has the turn lives
        assert Evidencia.objects.en_la_nube().count() == 0
    trabajar()
    progreso = administrador.get(f"{BASE}/progreso").json()
    assert (progreso["total"], progreso["procesados"], progreso["subidas"]) == (4, 4, 8)
    Exportacion.objects.update(corriendo=True)
    assert administrador.post(f"{BASE}/exportar").status_code == 200
    assert administrador.get(f"{BASE}/progreso").json()["subidas"] == 0


def test_lo_que_falla_se_cuenta_y_se_dice(administrador, operador, nube, tres, almacen):
    almacen.soltar(Evidencia.objects.get(expediente="S-1").lugar)
    administrador.post(f"{BASE}/exportar")
    trabajar()
    progreso = administrador.get(f"{BASE}/progreso").json()
    assert (progreso["procesados"], progreso["subidas"], progreso["fallidas"], progreso["error"]) == (3, 2, 1, None)
    [log] = administrador.get(f"{BASE}/logs").json()
    assert (log["resultado"], log["detalle"]) == ("Parcial", "Evidencias subidas: 2. Fallaron: 1.")
    frase = "Evidencias subidas: 2. Fallaron: 1."
    assert administrador.get(f"{BASE}/estado").json()["nube"]["ultimo_error"] == frase


def test_cuando_la_nube_no_responde_se_deja(administrador, operador, nube, tres):
    for n in range(3, 6):
        salido(f"S-{n}")
        subida(operador, f"S-{n}")
    nube.falla = que_corte_la_subida
    administrador.post(f"{BASE}/exportar")
    trabajar()
    progreso = administrador.get(f"{BASE}/progreso").json()
    assert (progreso["corriendo"], progreso["error"], progreso["fallidas"]) == (False, "La nube no responde", 3)
    assert administrador.get(f"{BASE}/logs").json()[0]["resultado"] == "Error"


def test_exportar_uno_y_anotarlo(administrador, operador, nube, tres):
    assert operador.post(f"{BASE}/exportar/S-1").status_code == 403
    assert respuesta(administrador.post(f"{BASE}/exportar/S-1")) == (200, {"ok": True, "subidas": 1})
    sin_nada = (400, {"error": "No hay evidencias locales para respaldar"})
    assert respuesta(administrador.post(f"{BASE}/exportar/S-1")) == sin_nada
    assert administrador.post(f"{BASE}/exportar/NO-HAY").status_code == 404
    nube.falla = que_corte_la_subida
    assert respuesta(administrador.post(f"{BASE}/exportar/S-2")) == (503, {"error": "La nube no responde"})
    dichos = [(log["tipo"], log["resultado"], log["detalle"]) for log in administrador.get(f"{BASE}/logs").json()]
    assert dichos == [
        ("Manual", "Error", "S-2: La nube no responde. Evidencias subidas: 0."),
        ("Manual", "Exitoso", "S-1: Evidencias subidas: 1."),
    ]
    for vaciar, eliminados in ((administrador.delete, 2), (lambda ruta: administrador.post(f"{ruta}/limpiar"), 0)):
        assert respuesta(vaciar(f"{BASE}/logs")) == (200, {"ok": True, "eliminados": eliminados})
    assert administrador.get(f"{BASE}/estado").json()["nube"]["estado"] == "Activo"


def test_sin_nube(administrador, tres):
    assert respuesta(administrador.post(f"{BASE}/exportar")) == SIN_NUBE
    assert respuesta(administrador.post(f"{BASE}/exportar/S-1")) == SIN_NUBE
    assert not Exportacion.objects.exists()


def test_el_trabajador_termina_cuando_se_lo_dicen(administrador, nube, tres, monkeypatch):
    administrador.post(f"{BASE}/exportar")
    exportador, vistas = Exportador(), []

    def avisar(evidencia):
        vistas.append(evidencia)
        exportador.stop()
        return original(evidencia)

    original = exportador._avisar
    monkeypatch.setattr(exportador, "_avisar", avisar)
    exportador.run()
    assert len(vistas) == 1
    assert administrador.get(f"{BASE}/progreso").json()["corriendo"] is True
    trabajar()
    assert Evidencia.objects.en_la_nube().count() == 3


@pytest.mark.parametrize("camino", [f"{ruta_de('S-1')}/respaldar", f"{BASE}/exportar/S-1"])
def test_con_clave_no_se_muda_nada_antes_de_mirarla(administrador, nube, tres, camino):
    administrador.post("/api/expedientes", {"no_siniestro": "S-9"}, **{"Idempotency-Key": "usada"})
    mal = [administrador.post(camino, **{"Idempotency-Key": clave}).status_code for clave in ("a b", "usada")]
    pedidos_antes = len(nube.pedidos)
    primera = administrador.post(camino, **{"Idempotency-Key": "una"})
    administrador.post(f"{ruta_de('S-1')}/restaurar")
    pedidos = len(nube.pedidos)
    repetida = administrador.post(camino, **{"Idempotency-Key": "una"})

    assert (mal, pedidos_antes) == ([400, 422], 0)
    assert (primera.status_code, repetida.getvalue(), repetida["Idempotent-Replayed"]) == (
        200,
        primera.getvalue(),
        "true",
    )
    assert (len(nube.pedidos), Evidencia.objects.en_la_nube().count()) == (pedidos, 0)


@pytest.mark.parametrize("clave", ["a b", "usada", "una"])
def test_con_clave_no_se_trae_nada_antes_de_mirarla(administrador, nube, tres, clave):
    camino, respaldar = f"{ruta_de('S-1')}/restaurar", f"{ruta_de('S-1')}/respaldar"
    administrador.post("/api/expedientes", {"no_siniestro": "S-9"}, **{"Idempotency-Key": "usada"})
    administrador.post(respaldar)
    administrador.post(camino, **{"Idempotency-Key": "una"})
    administrador.post(respaldar)
    administrador.post(camino, **{"Idempotency-Key": clave})

    assert Evidencia.objects.en_la_nube().count() == 1
