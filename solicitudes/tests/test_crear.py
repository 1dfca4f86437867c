"""POST /solicitud: the contract's sample, the rules, and what a creation leaves behind."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from post_office.models import Email

from catalogos.models import Departamento, Lugar, TipoPrioridadSolicitud, TipoServicioSolicitud
from monitor.api.tests.cliente import Api, respuesta
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import HistoricoEstado, LugarSolicitud, Solicitud


@pytest.fixture
def juan(mundo):
    return Api(mundo["solicitante"])


def invalida(*frases):
    return 400, {"success": False, "message": frases[0], "detail": list(frases)}


def incumplida(*frases):
    return 422, {"success": False, "message": frases[0], "detail": list(frases)}


def cuenta():
    return [modelo.objects.count() for modelo in (Solicitud, LugarSolicitud, HistoricoEstado, Email)]


def test_crear_responde_con_la_forma_del_contrato(cuerpo, mundo, juan):
    recibida = juan.post("/solicitud", cuerpo)
    solicitud = Solicitud.objects.get()
    ahora = timezone.localtime(solicitud.creado_en).replace(tzinfo=None).isoformat(timespec="seconds")
    primera, segunda = solicitud.lugares.order_by("orden")
    esperada = {
        "success": True,
        "message": "Solicitud creada exitosamente",
        "data": {
            "Id": solicitud.pk,
            "CodigoSolicitud": f"SOL-{ahora[:7]}-{solicitud.pk:08d}",
            "IdUsuarioSolicitante": mundo["solicitante"].pk,
            "NombreSolicitante": "Juan Pérez",
            "EmailSolicitante": "juan@example.org",
            "IdDepartamentoSolicitante": mundo["departamento"].pk,
            "NombreDepartamento": "Logística",
            "IdUsuarioAprobador": mundo["aprobador"].pk,
            "NombreAprobador": "María González",
            "EmailAprobador": "maria@example.org",
            "IdTipoPrioridadSolicitud": mundo["prioridad"].pk,
            "NombrePrioridad": "Normal",
            "IdTipoServicioSolicitud": mundo["servicio"].pk,
            "NombreTipoServicio": "Transporte de personal",
            "Asunto": "Transporte de personal a sede central",
            "Descripcion": "Se requiere transporte para personal de la unidad",
            "Justificacion": "Reunión de coordinación institucional",
            "CantidadPasajeros": 5,
            "NombresPasajeros": "Juan Pérez, María López, Carlos Rivas",
            "FechaServicioRequerido": cuerpo["fechaServicioRequerido"],
            "HoraServicioRequerido": "08:00:00",
            "Observaciones": "Llevar a las 8am y regresar a las 5pm",
            "IdEstadoActual": 1,
            "CodigoEstadoActual": "PENDIENTE_APROBACION",
            "NombreEstadoActual": "Pendiente de Aprobación",
            "ColorEstadoActual": "#FFA500",
            "EsEstadoFinal": False,
            "FechaHoraCreacion": ahora,
            "FechaHoraActualizacion": ahora,
            "lugares": [
                {
                    "Id": primera.pk,
                    "IdLugar": mundo["sede"].pk,
                    "NombreLugar": "Sede Central",
                    "DireccionLugar": "Av. Principal 123",
                    "EsOrigen": True,
                    "Orden": 0,
                    "Descripcion": "Sede central - Salida",
                    "HoraEstimadaLlegada": None,
                    "RequiereRetorno": False,
                    "HoraEstimadaRetorno": None,
                },
                {
                    "Id": segunda.pk,
                    "IdLugar": mundo["norte"].pk,
                    "NombreLugar": "Oficina Regional Norte",
                    "DireccionLugar": "Calle Norte 456",
                    "EsOrigen": False,
                    "Orden": 1,
                    "Descripcion": "Primer destino",
                    "HoraEstimadaLlegada": "10:30:00",
                    "RequiereRetorno": True,
                    "HoraEstimadaRetorno": "12:00:00",
                },
            ],
            "misiones": [],
        },
    }

    # They are compared as text, because the order of the keys counts too.
    assert (recibida.status_code, json.dumps(recibida.json())) == (201, json.dumps(esperada))
    assert recibida.headers["Location"] == f"/solicitud/{solicitud.pk}"


def test_crear_deja_la_primera_fila_del_historico(cuerpo, mundo, juan):
    juan.post("/solicitud", cuerpo)

    fila = HistoricoEstado.objects.get()
    assert (fila.solicitud, fila.estado_id, fila.motivo, fila.cambiado_por) == (
        Solicitud.objects.get(),
        1,
        "Solicitud creada",
        mundo["solicitante"],
    )


def test_crear_pone_null_en_lo_opcional_que_no_llega_o_llega_vacio(cuerpo, juan):
    opcionales = ["descripcion", "justificacion", "nombresPasajeros", "observaciones"]
    for opcional in opcionales[:2]:
        del cuerpo[opcional]
    cuerpo |= {"nombresPasajeros": "", "observaciones": None}
    cuerpo["lugares"] = [{"idLugar": cuerpo["lugares"][0]["idLugar"], "orden": 0, "esOrigen": None, "descripcion": ""}]

    datos = juan.post("/solicitud", cuerpo).json()["data"]

    assert [datos[clave] for clave in ("Descripcion", "Justificacion", "NombresPasajeros", "Observaciones")] == [
        None
    ] * 4
    parada = datos["lugares"][0]
    del parada["Id"], parada["IdLugar"], parada["NombreLugar"], parada["DireccionLugar"]
    assert parada == {
        "EsOrigen": False,
        "Orden": 0,
        "Descripcion": None,
        "HoraEstimadaLlegada": None,
        "RequiereRetorno": False,
        "HoraEstimadaRetorno": None,
    }


def test_crear_recorta_el_asunto_antes_de_medirlo(cuerpo, juan):
    cuerpo["asunto"] = "\u2003 Viaje \n"

    assert juan.post("/solicitud", cuerpo).json()["data"]["Asunto"] == "Viaje"


def test_crear_devuelve_los_lugares_por_su_orden(cuerpo, juan):
    cuerpo["lugares"].reverse()

    assert [lugar["Orden"] for lugar in juan.post("/solicitud", cuerpo).json()["data"]["lugares"]] == [0, 1]


def test_crear_admite_un_lugar_dos_veces_y_hoy(cuerpo, juan):
    cuerpo["fechaServicioRequerido"] = timezone.localdate().isoformat()
    cuerpo["lugares"][1]["idLugar"] = cuerpo["lugares"][0]["idLugar"]

    assert juan.post("/solicitud", cuerpo).status_code == 201


NOCHE = timezone.datetime(2027, 4, 1, 5, 30, tzinfo=timezone.get_fixed_timezone(0))


@pytest.mark.parametrize(("fecha", "status"), [("2027-03-31", 201), ("2027-03-30", 422)])
def test_hoy_es_el_dia_local(cuerpo, juan, monkeypatch, fecha, status):
    monkeypatch.setattr(timezone, "now", lambda: NOCHE)
    cuerpo["fechaServicioRequerido"] = fecha

    assert Api(juan.usuario).post("/solicitud", cuerpo).status_code == status


def test_codigo_es_del_mes_local_en_que_se_creo(cuerpo, juan, settings, monkeypatch):
    """23:30 of 31 March in Mexico is already April in UTC."""
    monkeypatch.setattr(timezone, "now", lambda: NOCHE)
    cuerpo["fechaServicioRequerido"] = "2027-04-15"

    datos = Api(juan.usuario).post("/solicitud", cuerpo).json()["data"]

    assert datos["CodigoSolicitud"] == f"SOL-2027-03-{datos['Id']:08d}"
    assert datos["FechaHoraCreacion"] == "2027-03-31T23:30:00"


def test_codigo_de_una_eliminada_no_se_repite(cuerpo, juan):
    primera = juan.post("/solicitud", cuerpo).json()["data"]
    juan.delete(f"/solicitud/{primera['Id']}")
    segunda = juan.post("/solicitud", cuerpo).json()["data"]

    assert segunda["Id"] > primera["Id"]
    assert segunda["CodigoSolicitud"] != primera["CodigoSolicitud"]


REFERENCIAS = [
    ("idUsuarioSolicitante", "un usuario activo"),
    ("idDepartamentoSolicitante", "un departamento"),
    ("idUsuarioAprobador", "un usuario activo"),
    ("idTipoPrioridadSolicitud", "un tipo de prioridad"),
    ("idTipoServicioSolicitud", "un tipo de servicio"),
]


@pytest.mark.parametrize("clave", [999_999, -1, 0, 2_147_483_647])
@pytest.mark.parametrize(("campo", "cosa"), REFERENCIAS)
def test_crear_rechaza_una_referencia_que_no_existe(cuerpo, juan, campo, cosa, clave):
    cuerpo[campo] = clave

    assert respuesta(juan.post("/solicitud", cuerpo)) == invalida(f"{campo}: no existe {cosa} con Id {clave}")


def test_crear_rechaza_lo_que_esta_eliminado_o_inactivo(cuerpo, mundo, juan):
    for campo, modelo, datos in (
        ("idDepartamentoSolicitante", Departamento, {"codigo": "OTRO", "nombre": "Otro"}),
        ("idTipoPrioridadSolicitud", TipoPrioridadSolicitud, {"nombre": "Otra"}),
        ("idTipoServicioSolicitud", TipoServicioSolicitud, {"nombre": "Otro"}),
    ):
        cuerpo[campo] = modelo.objects.crear(datos, por=None).pk
        modelo.objects.eliminar(cuerpo[campo], por=None)
    Lugar.objects.eliminar(mundo["norte"].pk, por=None)
    cuerpo["idUsuarioAprobador"] = UsuarioFactory(inactivo=True).pk

    assert respuesta(juan.post("/solicitud", cuerpo)) == invalida(
        f"idDepartamentoSolicitante: no existe un departamento con Id {cuerpo['idDepartamentoSolicitante']}",
        f"idUsuarioAprobador: no existe un usuario activo con Id {cuerpo['idUsuarioAprobador']}",
        f"idTipoPrioridadSolicitud: no existe un tipo de prioridad con Id {cuerpo['idTipoPrioridadSolicitud']}",
        f"idTipoServicioSolicitud: no existe un tipo de servicio con Id {cuerpo['idTipoServicioSolicitud']}",
        f"lugares[1].idLugar: no existe un lugar con Id {mundo['norte'].pk}",
    )


def test_crear_rechaza_que_el_solicitante_se_apruebe(cuerpo, juan):
    cuerpo["idUsuarioAprobador"] = cuerpo["idUsuarioSolicitante"]

    assert respuesta(juan.post("/solicitud", cuerpo)) == invalida(
        "El solicitante y el aprobador no pueden ser la misma persona"
    )


def test_crear_dice_a_la_vez_todo_lo_que_es_400_y_nada_de_lo_que_es_422(cuerpo, mundo, juan):
    cuerpo |= {
        "idUsuarioAprobador": cuerpo["idUsuarioSolicitante"],
        "idDepartamentoSolicitante": 999_999,
        "asunto": "abcd",
        "cantidadPasajeros": "5",
        "fechaServicioRequerido": "2020-01-01",
        "extra": 1,
    }
    del cuerpo["horaServicioRequerido"]
    cuerpo["lugares"] = [
        {"idLugar": 999_998, "orden": "0", "esOrigen": 1, "descripion": "x"},
        "texto",
        {"idLugar": mundo["sede"].pk, "orden": 7, "requiereRetorno": True},
    ]

    assert respuesta(juan.post("/solicitud", cuerpo)) == invalida(
        "idDepartamentoSolicitante: no existe un departamento con Id 999999",
        "El solicitante y el aprobador no pueden ser la misma persona",
        "asunto: requiere 5 caracteres como mínimo",
        "cantidadPasajeros: debe ser un entero",
        "horaServicioRequerido: es obligatorio",
        "lugares[0].orden: debe ser un entero",
        "lugares[0].esOrigen: debe ser true o false",
        "lugares[0].descripion: no se reconoce (¿quiso decir `descripcion`?)",
        "lugares[1]: debe ser un objeto",
        "lugares[0].idLugar: no existe un lugar con Id 999998",
        "extra: no se reconoce",
    )


def test_crear_dice_a_la_vez_todas_las_reglas_de_fecha_y_lugares(cuerpo, mundo, juan):
    sede = mundo["sede"].pk
    cuerpo["fechaServicioRequerido"] = (timezone.localdate() - timedelta(days=1)).isoformat()
    cuerpo["lugares"] = [
        {"idLugar": sede, "orden": 1, "esOrigen": True, "requiereRetorno": True},
        {"idLugar": sede, "orden": 1, "esOrigen": True},
        {"idLugar": sede, "orden": 5},
        {"idLugar": sede, "orden": -1},
    ]

    assert respuesta(juan.post("/solicitud", cuerpo)) == incumplida(
        "fechaServicioRequerido: no puede ser una fecha pasada; use hoy o una posterior",
        "lugares[1].orden: el orden de cada lugar debe ser único",
        "lugares[2].orden: el orden de los lugares debe ser consecutivo desde 0",
        "lugares[3].orden: el orden de los lugares debe ser consecutivo desde 0",
        "lugares[1].esOrigen: sólo puede haber un origen",
        "lugares[0].requiereRetorno: el origen no puede requerir retorno",
        "lugares[0].horaEstimadaRetorno: es obligatoria cuando se requiere retorno",
    )


def test_crear_con_hora_de_retorno_sin_retorno_es_422(cuerpo, juan):
    cuerpo["lugares"][1]["requiereRetorno"] = False

    frase = "lugares[1].horaEstimadaRetorno: sólo se indica cuando se requiere retorno"
    assert respuesta(juan.post("/solicitud", cuerpo)) == incumplida(frase)


def test_crear_sin_lugares_es_422_y_sin_el_arreglo_400(cuerpo, juan):
    cuerpo["lugares"] = []
    assert respuesta(juan.post("/solicitud", cuerpo)) == incumplida("lugares: debe haber al menos un lugar")

    del cuerpo["lugares"]
    assert respuesta(juan.post("/solicitud", cuerpo)) == invalida("lugares: es obligatorio")


def test_crear_con_501_lugares_es_400(cuerpo, juan):
    cuerpo["lugares"] = [{"idLugar": cuerpo["lugares"][0]["idLugar"], "orden": i} for i in range(501)]

    assert respuesta(juan.post("/solicitud", cuerpo)) == invalida("lugares: admite 500 elementos como máximo")


def test_crear_con_500_lugares_se_puede(cuerpo, juan):
    cuerpo["lugares"] = [{"idLugar": cuerpo["lugares"][0]["idLugar"], "orden": i} for i in range(500)]

    assert len(juan.post("/solicitud", cuerpo).json()["data"]["lugares"]) == 500


def test_crear_rechazada_no_deja_nada(cuerpo, juan):
    cuerpo["lugares"][1]["orden"] = 3
    juan.post("/solicitud", cuerpo)
    cuerpo["asunto"] = ""
    juan.post("/solicitud", cuerpo)

    assert cuenta() == [0, 0, 0, 0]


def test_crear_que_falla_a_la_mitad_no_deja_nada(cuerpo, juan, monkeypatch):
    def fallar(*_):
        raise RuntimeError("plantilla rota")

    monkeypatch.setattr("solicitudes.correo.cola.fila_de", fallar)

    assert respuesta(juan.post("/solicitud", cuerpo)) == (
        500,
        {"success": False, "message": "Error interno al crear solicitud", "detail": None},
    )
    assert cuenta() == [0, 0, 0, 0]


def test_crear_el_tecnico_solo_a_su_nombre(cuerpo, tecnico):
    assert respuesta(tecnico.post("/solicitud", cuerpo)) == (
        403,
        {"success": False, "message": "Un técnico sólo puede solicitar transporte a su propio nombre", "detail": None},
    )
    assert cuenta() == [0, 0, 0, 0]

    cuerpo["idUsuarioSolicitante"] = tecnico.usuario.pk
    assert tecnico.post("/solicitud", cuerpo).status_code == 201


def test_crear_el_operador_para_cualquiera(cuerpo, operador):
    assert operador.post("/solicitud", cuerpo).status_code == 201


def test_crear_comprueba_los_campos_antes_que_el_dueno_y_el_dueno_antes_que_las_reglas(cuerpo, tecnico):
    cuerpo["lugares"] = []
    assert tecnico.post("/solicitud", cuerpo).status_code == 403

    cuerpo["asunto"] = ""
    assert tecnico.post("/solicitud", cuerpo).status_code == 400


def test_crear_sin_nombre_muestra_el_username(cuerpo, mundo, juan):
    for persona in (mundo["solicitante"], mundo["aprobador"]):
        persona.nombre, persona.email = None, None
        persona.save()

    datos = juan.post("/solicitud", cuerpo).json()["data"]
    leidos = juan.get(f"/solicitud/{datos['Id']}").json()["data"]

    for vistos in (datos, leidos):
        assert [vistos["NombreSolicitante"], vistos["EmailSolicitante"]] == [mundo["solicitante"].username, None]
        assert [vistos["NombreAprobador"], vistos["EmailAprobador"]] == [mundo["aprobador"].username, None]
    assert Email.objects.count() == 0
