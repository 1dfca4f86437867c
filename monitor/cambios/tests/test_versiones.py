"""Nobody writes over what they didn't see: ETag and If-Match, for whatever has a version."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from catalogos.models import Aseguradora
from catalogos.tests.factories import AseguradoraFactory, LugarFactory
from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Remota
from monitor.cambios.models import Cambio
from monitor.cambios.tests.disparadores import sin_disparadores
from monitor.db.versions import Seen
from monitor.errores import Desactualizado
from monitor.tests.conexiones import en_otra_conexion
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory

VACIO = {"error": None, "message": None}


def expediente():
    ExpedienteFactory(no_siniestro="SIN/1", aseguradora=AseguradoraFactory(nombre="AXA"))
    return "/api/expedientes/SIN%2F1", {"color": "rojo"}, "El expediente cambió desde que lo leyó; vuelva a leerlo"


def solicitud():
    fila = SolicitudFactory()
    return f"/solicitud/{fila.pk}", {"asunto": "Otro asunto"}, "La solicitud cambió desde que la leyó; vuelva a leerla"


def lugar():
    fila = LugarFactory(nombre="Sede")
    return f"/lugar/{fila.pk}", {"nombre": "Otra"}, "El lugar cambió desde que lo leyó; vuelva a leerlo"


def aseguradora():
    fila = AseguradoraFactory(nombre="HDI")
    return f"/aseguradora/{fila.pk}", {"nombre": "Otra"}, "La aseguradora cambió desde que la leyó; vuelva a leerla"


def usuario():
    fila = UsuarioFactory()
    return f"/api/usuarios/{fila.pk}", {"nombre": "Otra"}, "El usuario cambió desde que lo leyó; vuelva a leerlo"


COSAS = [expediente, solicitud, lugar, aseguradora, usuario]


@pytest.fixture(params=COSAS, ids=lambda cosa: cosa.__name__)
def cosa(request, administrador):
    """The path of a thing, what changes it, and the sentence for who saw another state of it."""
    return request.param()


def frase_de(response):
    cuerpo = response.json()
    return cuerpo.get("error") or cuerpo.get("message")


def test_escribir_lo_que_ya_dice_no_mueve_nada(administrador, cosa, monkeypatch):
    ruta, cambio, _ = cosa
    etag = administrador.put(ruta, cambio).headers["ETag"]
    leido, cambios = administrador.get(ruta).content, Cambio.objects.count()
    despues = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: despues)

    escrito = administrador.put(ruta, cambio)

    assert (escrito.status_code, escrito.headers["ETag"]) == (200, etag)
    assert administrador.get(ruta).content == leido
    assert administrador.put(ruta, cambio, **{"If-Match": etag}).status_code == 200
    assert Cambio.objects.count() == cambios


def test_la_etag_de_una_escritura_es_la_de_leer_despues(administrador, cosa):
    ruta, cambio, _ = cosa
    antes = administrador.get(ruta).headers["ETag"]
    escrita = administrador.put(ruta, cambio).headers["ETag"]

    assert escrita != antes
    assert administrador.get(ruta).headers["ETag"] == escrita


def test_se_escribe_sobre_lo_que_se_vio(administrador, cosa):
    ruta, cambio, _ = cosa

    response = administrador.put(ruta, cambio, **{"If-Match": administrador.get(ruta).headers["ETag"]})

    assert response.status_code == 200


@pytest.mark.parametrize("metodo", ["PUT", "DELETE"])
def test_no_se_escribe_sobre_lo_que_no_se_vio(administrador, cosa, metodo):
    ruta, cambio, frase = cosa
    vieja = administrador.get(ruta).headers["ETag"]
    administrador.put(ruta, cambio)
    despues = administrador.get(ruta)

    response = administrador.pedir(metodo, ruta, cambio if metodo == "PUT" else None, **{"If-Match": vieja})

    assert (response.status_code, frase_de(response)) == (412, frase)
    assert response.headers["X-Error-Code"] == "desactualizado"
    assert (administrador.get(ruta).headers["ETag"], administrador.get(ruta).content) == (
        despues.headers["ETag"],
        despues.content,
    )


@pytest.mark.parametrize(
    ("condicion", "status"),
    [
        ('"otra", {etag}', 200),
        ("*", 200),
        ("W/{etag}", 412),
        ('"otra"', 412),
        ("sin comillas", 412),
        ("", 412),
        ("{gzip}", 200),
    ],
)
def test_como_se_dice_lo_que_se_vio(administrador, cosa, condicion, status):
    ruta, cambio, _ = cosa
    etag = administrador.get(ruta).headers["ETag"]
    dicho = condicion.format(etag=etag, gzip=f'{etag[:-1]}-gzip"')

    assert administrador.put(ruta, cambio, **{"If-Match": dicho}).status_code == status


@pytest.mark.parametrize("metodo", ["PUT", "DELETE"])
def test_si_ya_existe_no_se_escribe_cuando_se_pide_que_no_exista(administrador, cosa, metodo):
    ruta, cambio, _ = cosa

    response = administrador.pedir(metodo, ruta, cambio if metodo == "PUT" else None, **{"If-None-Match": "*"})

    assert response.status_code == 412


def test_lo_que_no_existe_es_un_404_antes_que_un_412(administrador):
    cuerpos = {"/api/expedientes/X": {}, "/lugar/99": {"nombre": "X"}, "/solicitud/99": {"asunto": "Otro asunto"}}
    for ruta, cuerpo in cuerpos.items():
        assert administrador.put(ruta, cuerpo, **{"If-Match": '"1"'}).status_code == 404


def test_un_412_antes_que_un_conflicto_o_un_mismo_estado(administrador):
    ExpedienteFactory(no_siniestro="A")
    aprobada = SolicitudFactory()
    Solicitud.objects.aprobar(aprobada.pk, por=aprobada.aprobador)
    vieja = {"If-Match": '"1"'}

    assert administrador.patch("/api/expedientes/A/estado", {"estado": "Ingreso"}, **vieja).status_code == 412
    assert administrador.put(f"/solicitud/{aprobada.pk}", {"asunto": "Otro asunto"}, **vieja).status_code == 412


@pytest.mark.parametrize(
    ("accion", "cuerpo"), [("aprobar", None), ("rechazar", {"motivo": "x"}), ("cancelar", {"motivo": "x"})]
)
def test_no_se_decide_lo_que_no_se_vio(administrador, accion, cuerpo):
    fila = SolicitudFactory()
    ruta = f"/solicitud/{fila.pk}"
    vieja = administrador.get(ruta).headers["ETag"]
    Solicitud.objects.actualizar(fila.pk, {"cantidad_pasajeros": 9}, por=fila.solicitante)

    response = administrador.post(f"{ruta}/{accion}", cuerpo, **{"If-Match": vieja})

    assert (response.status_code, Solicitud.objects.get().estado_id) == (412, 1)


def test_la_version_de_un_expediente_no_vale_para_otro_con_su_clave(administrador):
    ruta = "/api/expedientes/A"
    ExpedienteFactory(no_siniestro="A")
    del_primero = administrador.get(ruta).headers["ETag"]
    administrador.delete(ruta)
    administrador.post("/api/expedientes", {"no_siniestro": "A"})

    assert administrador.put(ruta, {"color": "azul"}, **{"If-Match": del_primero}).status_code == 412


def test_la_version_de_antes_de_restaurar_un_respaldo_no_vale_para_la_de_despues(administrador):
    """A restored database counts its versions from those of the backup on."""
    ruta = "/api/expedientes/A"
    ExpedienteFactory(no_siniestro="A")
    guardado = {"version": 1} | Expediente.objects.filter(pk="A").values("eslabones", "cabeza", "color").get()
    se_perdio = administrador.put(ruta, {"color": "rojo"}).headers["ETag"]
    with sin_disparadores():
        Expediente.objects.filter(pk="A").update(**guardado)
        Cambio.objects.filter(eslabon__gt=guardado["eslabones"]).delete()
    ahora = administrador.put(ruta, {"color": "azul"}).headers["ETag"]

    assert ahora.split("-")[0] == se_perdio.split("-")[0]
    assert administrador.get(ruta, **{"If-None-Match": se_perdio}).status_code == 200
    assert administrador.put(ruta, {"color": "gris"}, **{"If-Match": se_perdio}).status_code == 412


def test_entrar_y_salir_no_cambia_al_usuario_que_otro_esta_viendo(administrador, operador, client):
    ruta = f"/api/usuarios/{operador.usuario.pk}"
    vista = administrador.get(ruta).headers["ETag"]
    client.force_login(operador.usuario)
    operador.post("/api/auth/logout")

    assert administrador.get(ruta).headers["ETag"] == vista
    assert administrador.put(ruta, {"nombre": "Otra"}, **{"If-Match": vista}).status_code == 200


def test_renombrar_la_aseguradora_cambia_la_etag_y_no_lo_que_se_puede_escribir(administrador):
    ruta, cambio, _ = expediente()
    antes = administrador.get(ruta).headers["ETag"]
    Aseguradora.objects.actualizar(Aseguradora.objects.get().pk, {"nombre": "AXA México"}, por=None)

    assert administrador.get(ruta).headers["ETag"] != antes
    assert administrador.put(ruta, cambio, **{"If-Match": antes}).status_code == 200


@pytest.mark.parametrize("tabla", ["expediente", "aseguradora", "usuario", "solicitud"])
def test_la_version_crece_lo_escriba_quien_lo_escriba(administrador, tabla):
    expediente()
    SolicitudFactory()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT version FROM {tabla}")
        antes = sorted(cursor.fetchall())
        columna = {"expediente": "color", "solicitud": "observaciones"}.get(tabla, "nombre")
        cursor.execute(f"UPDATE {tabla} SET {columna} = 'x'")
        cursor.execute(f"SELECT version FROM {tabla}")

        assert sorted(cursor.fetchall()) == [(version + 1,) for (version,) in antes]


def test_poner_lo_mismo_no_escribe_nada(administrador):
    ruta, _, _ = expediente()
    leido = administrador.get(ruta)

    response = administrador.put(ruta, leido.json())

    assert (response.status_code, response.headers["ETag"]) == (200, leido.headers["ETag"])


@pytest.mark.postgresql
def test_de_muchos_que_vieron_lo_mismo_escribe_uno(servidor):
    operador = UsuarioFactory()
    Expediente.objects.abrir({"no_siniestro": "A"}, por=operador)
    remota = Remota(servidor, operador)
    vista = {"If-Match": remota.pedir("GET", "/api/expedientes/A").headers["ETag"]}

    with ThreadPoolExecutor(8) as hilos:
        status = list(
            hilos.map(
                lambda n: remota.pedir("PUT", "/api/expedientes/A", {"color": f"color {n}"}, **vista).status, range(8)
            )
        )

    assert sorted(status) == [200] + [412] * 7


@pytest.mark.postgresql
def test_de_muchos_que_escriben_a_la_vez_sin_condicion_ninguno_se_pierde(servidor):
    """Whoever finds that the row changed since they read it does it again, with a lock."""
    operador = UsuarioFactory()
    Expediente.objects.abrir({"no_siniestro": "A"}, por=operador)
    remota = Remota(servidor, operador)
    campos = ["color", "marca", "modelo", "tipo", "placas", "factura", "orden", "asesor"]

    with ThreadPoolExecutor(8) as hilos:
        status = set(
            hilos.map(lambda campo: remota.pedir("PUT", "/api/expedientes/A", {campo: campo}).status, campos * 3)
        )

    fila = Expediente.objects.get()
    assert status == {200}
    assert [getattr(fila, campo) for campo in campos] == campos
    assert fila.eslabones == 2 + len(campos)


@pytest.mark.postgresql
def test_quien_no_cambia_nada_se_entera_tambien_de_lo_que_otro_escribio_en_medio(transactional_db):
    """A row that isn't written is given back as it was seen: a later state, taken for the one seen, would let the next
    write go through."""
    ExpedienteFactory(no_siniestro="A")
    yo, otro = UsuarioFactory(), UsuarioFactory()
    visto = Seen([Expediente.objects.get().tag])
    leidas = []

    def entrometerse(ejecutar, sql, *resto):
        filas = ejecutar(sql, *resto)
        if not leidas:
            leidas.append(sql)
            en_otra_conexion(lambda: Expediente.objects.actualizar("A", {"color": "Rojo"}, por=otro))
        return filas

    with connection.execute_wrapper(entrometerse), pytest.raises(Desactualizado):
        Expediente.objects.actualizar("A", {}, por=yo, visto=visto)
    assert leidas[0].startswith("SELECT")
