"""The record of who changed which field from what to what, through whichever door."""

import io
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalogos.models import Lugar
from catalogos.tests.factories import AseguradoraFactory, LugarFactory
from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import respuesta
from monitor.cambios.models import Cambio
from monitor.tests.formularios import campos_de
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import CLAVE, UsuarioFactory
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory, parada

RUTA = "/api/expedientes/SIN%2F1/cambios"


@pytest.fixture
def expediente(operador):
    return Expediente.objects.abrir({"no_siniestro": "SIN/1", "marca": "Nissan"}, por=operador.usuario)


def cuerpo_de(response):
    return respuesta(response)[1]


def ultimos(objeto):
    """Return what the rows of a table changed, newest first."""
    return [(c.usuario and c.usuario.username, c.origen, c.cambios) for c in Cambio.objects.filter(objeto=objeto)]


def test_los_cambios_de_un_expediente_por_la_api(operador, expediente):
    escrita = operador.put("/api/expedientes/SIN%2F1", {"marca": "KIA", "fecha_ingreso": "2024-01-15", "color": None})

    response = operador.get(RUTA)

    quien = operador.usuario
    ultimo, apertura = cuerpo_de(response)
    assert list(ultimo) == ["id", "fecha", "usuario", "origen", "peticion", "cambios"]
    assert ultimo["usuario"] == {"id": quien.pk, "nombre": quien.nombre, "username": quien.username}
    assert (ultimo["origen"], ultimo["peticion"]) == ("api", escrita.headers["X-Request-ID"])
    assert ultimo["cambios"] == {
        "marca": {"de": "Nissan", "a": "KIA"},
        "fecha_ingreso": {"de": None, "a": "2024-01-15T12:00:00.000Z"},
    }
    assert apertura["cambios"] == {
        "no_siniestro": {"de": None, "a": "SIN/1"},
        "marca": {"de": None, "a": "Nissan"},
    }


def test_los_nombres_y_los_valores_son_los_de_la_api(operador, expediente):
    axa = AseguradoraFactory(nombre="AXA")
    operador.put(
        "/api/expedientes/SIN%2F1",
        {"id_aseguradora": axa.pk, "dato1_fecha_hora": "2024-03-20T10:30:00Z", "doc_finiquito": True},
    )

    assert cuerpo_de(operador.get(RUTA))[0]["cambios"] == {
        "id_aseguradora": {"de": None, "a": axa.pk},
        "dato1_fecha_hora": {"de": None, "a": "2024-03-20T10:30:00.000Z"},
        "doc_finiquito": {"de": None, "a": True},
    }


def test_van_por_paginas_del_mas_nuevo_al_primero(operador, expediente):
    for n in range(5):
        operador.put("/api/expedientes/SIN%2F1", {"color": f"color {n}"})

    vistos, ruta = [], f"{RUTA}?por_pagina=2"
    while ruta:
        response = operador.get(ruta)
        vistos += [c["id"] for c in cuerpo_de(response)]
        enlace = response.headers.get("Link", "")
        ruta = enlace.partition(">")[0].removeprefix("<")

    assert vistos == sorted(Cambio.objects.filter(objeto="expediente").values_list("pk", flat=True), reverse=True)
    assert len(vistos) == 6


def test_el_cursor_de_un_expediente_no_sirve_en_otro(operador, expediente):
    ExpedienteFactory(no_siniestro="B", color="rojo")
    for n in range(2):
        operador.put("/api/expedientes/SIN%2F1", {"color": f"color {n}"})
    siguiente = operador.get(f"{RUTA}?por_pagina=1").headers["Link"].partition(">")[0].partition("?")[2]

    assert operador.get(f"/api/expedientes/B/cambios?{siguiente}").status_code == 400


def test_de_lo_que_no_existe_no_hay_cambios(operador, db):
    assert operador.get("/api/expedientes/X/cambios").status_code == 404
    assert operador.get("/solicitud/9/cambios").status_code == 404


def test_una_lectura_o_un_error_no_dejan_cambios(operador, tecnico, expediente):
    antes = Cambio.objects.count()
    operador.get("/api/expedientes/SIN%2F1")
    operador.put("/api/expedientes/SIN%2F1", {"marca": "Nissan"})
    operador.put("/api/expedientes/SIN%2F1", {"marca": 5})
    tecnico.put("/api/expedientes/SIN%2F1", {"marca": "KIA"})

    assert Cambio.objects.count() == antes


def test_los_cambios_quedan_al_archivar(administrador, expediente):
    administrador.delete("/api/expedientes/SIN%2F1")

    assert ultimos("expediente")[0] == (
        administrador.usuario.username,
        "api",
        '{"archivado":{"de":false,"a":true}}',
    )
    assert set(Cambio.objects.values_list("uid", flat=True)) >= {expediente.uid}


def test_los_cambios_de_una_solicitud_con_sus_lugares(administrador):
    norte = LugarFactory(nombre="Norte")
    solicitud = SolicitudFactory(lugares=[parada(0, norte, es_origen=True)])
    administrador.put(
        f"/solicitud/{solicitud.pk}",
        {"cantidadPasajeros": 9, "lugares": [{"idLugar": norte.pk, "orden": 0, "horaEstimadaLlegada": "10:30"}]},
    )

    cuerpo = administrador.get(f"/solicitud/{solicitud.pk}/cambios").json()

    assert list(cuerpo) == ["success", "message", "data"]
    cambios = cuerpo["data"][0]["cambios"]
    assert cambios["cantidadPasajeros"] == {"de": 3, "a": 9}
    de, a = cambios["lugares"]["de"], cambios["lugares"]["a"]
    assert ([p["idLugar"] for p in de], [p["esOrigen"] for p in de]) == ([norte.pk], [True])
    assert [(p["esOrigen"], p["horaEstimadaLlegada"]) for p in a] == [(False, "10:30:00")]


def test_los_cambios_de_una_solicitud_los_ve_quien_la_ve(tecnico, administrador):
    ajena = SolicitudFactory()
    propia = SolicitudFactory(solicitante=tecnico.usuario)

    assert tecnico.get(f"/solicitud/{ajena.pk}/cambios").status_code == 404
    assert tecnico.get(f"/solicitud/{propia.pk}/cambios").status_code == 200


def test_eliminar_una_solicitud_se_apunta(administrador):
    solicitud = SolicitudFactory()
    administrador.delete(f"/solicitud/{solicitud.pk}")

    assert ultimos("solicitud")[0][2] == '{"eliminado":{"de":false,"a":true}}'
    assert Solicitud.objects.filter(pk=solicitud.pk, eliminado=True, eslabones=3).exists()


def test_los_cambios_de_un_catalogo(operador, administrador):
    creado = operador.post("/lugar", {"nombre": "Sede", "codigo": "S-1"}).json()["data"]["Id"]
    operador.put(f"/lugar/{creado}", {"nombre": "Sede Norte"})
    administrador.delete(f"/lugar/{creado}")

    assert [cambios for _, _, cambios in ultimos("lugar")] == [
        '{"eliminado":{"de":false,"a":true}}',
        '{"nombre":{"de":"Sede","a":"Sede Norte"}}',
        '{"codigo":{"de":null,"a":"S-1"},"nombre":{"de":null,"a":"Sede"},"es_punto_frecuente":{"de":null,"a":false}}',
    ]


def test_los_cambios_de_un_usuario_sin_su_contrasena(administrador):
    creada = administrador.post(
        "/api/auth/register", {"username": "ana", "password": "otra-mesa-61", "rol": "Tecnico"}
    ).json()["id"]
    administrador.put(f"/api/usuarios/{creada}", {"password": "banco-oscuro-81", "rol": "Operador"})
    administrador.delete(f"/api/usuarios/{creada}")

    eliminada, cambiada, registrada = (cambios for _, _, cambios in ultimos("usuario"))
    assert '"rol":{"de":"Tecnico","a":"Operador"}' in cambiada
    assert '"password":{"de":null,"a":null}' in cambiada
    assert '"username":{"de":"ana","a":null}' in eliminada
    assert not any("argon2" in cambios or "mesa" in cambios for cambios in (eliminada, cambiada, registrada))


def test_los_cambios_por_el_admin(db, client):
    jefa = UsuarioFactory(administrador=True)
    client.force_login(jefa)
    expediente = ExpedienteFactory(marca="Nissan", por=jefa)
    pagina = reverse("admin:expedientes_expediente_change", args=[expediente.pk])

    client.post(pagina, campos_de(client.get(pagina)) | {"marca": "KIA"})

    assert ultimos("expediente")[0] == (jefa.username, "admin", '{"marca":{"de":"Nissan","a":"KIA"}}')


def test_los_cambios_por_una_orden(db):
    call_command("seed_catalogos", stdout=io.StringIO())

    assert ultimos("aseguradora")[0][:2] == (None, "importacion")
    assert Cambio.objects.values("peticion").distinct().order_by().count() == 1


def test_lo_que_se_apunta_no_impide_que_la_persona_siga_en_su_lugar(administrador):
    """Somebody whose changes are told isn't deleted, because they would become nobody's."""
    ana = UsuarioFactory(username="ana")
    Lugar.objects.crear({"nombre": "Sede"}, por=ana)

    response = administrador.delete(f"/api/usuarios/{ana.pk}")

    assert (response.status_code, Usuario.objects.filter(pk=ana.pk).count()) == (409, 1)


def test_la_pagina_historial_del_admin(db, client):
    jefa = UsuarioFactory(administrador=True, nombre="María González")
    client.force_login(jefa)
    axa, hdi = AseguradoraFactory(nombre="AXA"), AseguradoraFactory(nombre="HDI")
    expediente = ExpedienteFactory(aseguradora=axa, por=jefa)
    Expediente.objects.actualizar(
        expediente.pk,
        {"aseguradora_id": hdi.pk, "fecha_entrega": date(2024, 1, 15), "doc_finiquito": True, "color": "<b>"},
        por=jefa,
    )

    pagina = client.get(reverse("admin:expedientes_expediente_history", args=[expediente.pk])).content.decode()

    for visto in ("María González", "Aseguradora", "AXA", "HDI", "15/01/2024", "Finiquito", "Sí", "&lt;b&gt;"):
        assert visto in pagina


def test_la_pagina_historial_busca_de_una_vez_lo_que_nombra(db, client, django_assert_num_queries):
    jefa = UsuarioFactory(administrador=True)
    client.force_login(jefa)
    expediente = ExpedienteFactory(aseguradora=AseguradoraFactory(), por=jefa)
    url = reverse("admin:expedientes_expediente_history", args=[expediente.pk])
    client.get(url)
    with CaptureQueriesContext(connection) as con_uno:
        client.get(url)
    for aseguradora in AseguradoraFactory.create_batch(5):
        Expediente.objects.actualizar(expediente.pk, {"aseguradora_id": aseguradora.pk}, por=jefa)

    with django_assert_num_queries(len(con_uno)):
        assert client.get(url).content.decode().count(aseguradora.nombre) == 1


def registrar():
    return Usuario.objects.registrar(username="ana", password=CLAVE, rol="Tecnico", por=None)


@pytest.mark.parametrize("modelo", ["lugar", "usuario", "solicitud"])
def test_cada_fila_del_admin_tiene_su_historial(db, client, modelo):
    client.force_login(UsuarioFactory(administrador=True))
    app, fila = {
        "lugar": ("catalogos", LugarFactory),
        "usuario": ("usuarios", registrar),
        "solicitud": ("solicitudes", SolicitudFactory),
    }[modelo]

    response = client.get(reverse(f"admin:{app}_{modelo}_history", args=[fila().pk]))

    sucesos = response.context["sucesos"]
    # A solicitud has its first state besides.
    assert len([s for s in sucesos if s.puerta not in ("", "Correo")]) == (2 if modelo == "solicitud" else 1)
