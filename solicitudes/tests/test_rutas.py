"""The answers of every route of a solicitud except its creation."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.utils import timezone
from post_office.models import Email

from monitor.api.tests.cliente import Api, en_camello, respuesta
from monitor.api.tests.documento import cuerpo_de, fallas
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import HistoricoEstado, LugarSolicitud, Solicitud
from solicitudes.serializers import ParadaEntrada, SolicitudEntrada
from solicitudes.tests.factories import SolicitudFactory, manana, parada


@pytest.fixture
def juan(mundo):
    return Api(mundo["solicitante"])


@pytest.fixture
def creada(cuerpo, juan):
    return juan.post("/solicitud", cuerpo).json()["data"]


def hora(momento):
    return timezone.localtime(momento).replace(tzinfo=None).isoformat(timespec="seconds")


# --- GET /solicitud/{id} ---


def test_obtener_es_como_la_creacion_con_el_lugar_en_el_mapa(creada, juan):
    mapas = [
        {"CodigoLugar": "SC-001", "Latitud": 13.6929, "Longitud": -89.2182},
        {"CodigoLugar": None, "Latitud": None, "Longitud": None},
    ]
    esperada = creada | {
        "lugares": [
            {
                **{clave: lugar[clave] for clave in ("Id", "IdLugar", "NombreLugar", "DireccionLugar")},
                **mapa,
                **{clave: valor for clave, valor in lugar.items() if clave not in ("Id", "IdLugar", "NombreLugar")},
            }
            for lugar, mapa in zip(creada["lugares"], mapas, strict=True)
        ]
    }
    for lugar, mapa in zip(esperada["lugares"], mapas, strict=True):  # the map goes after DireccionLugar, not before
        assert list(lugar)[3:7] == ["DireccionLugar", *mapa]

    recibida = juan.get(f"/solicitud/{creada['Id']}")

    cuerpo = {"success": True, "message": "Solicitud obtenida exitosamente", "data": esperada}
    assert (recibida.status_code, json.dumps(recibida.json())) == (200, json.dumps(cuerpo))


def test_obtener_la_que_no_existe(administrador):
    assert respuesta(administrador.get("/solicitud/999999")) == (
        404,
        {"success": False, "message": "Solicitud con Id 999999 no encontrada", "detail": None},
    )


# --- GET /solicitud ---


def test_lista_trae_filas_sin_lugares_de_la_mas_reciente_a_la_primera(creada, juan, mundo):
    segunda = SolicitudFactory(solicitante=mundo["aprobador"], aprobador=mundo["solicitante"])
    del creada["lugares"], creada["misiones"]

    recibida = juan.get("/solicitud").json()

    registros = recibida["data"].pop("registros")
    assert recibida == {
        "success": True,
        "message": "Listado de solicitudes obtenido exitosamente",
        "data": {"total": 2, "pagina": 1, "porPagina": 10},
    }
    assert [fila["Id"] for fila in registros] == [segunda.pk, creada["Id"]]
    assert json.dumps(registros[1]) == json.dumps(creada)


def test_lista_por_paginas_y_mas_alla_de_la_ultima_vacia_con_el_total(administrador, db):
    todas = [SolicitudFactory().pk for _ in range(3)][::-1]

    paginas = [administrador.get(f"/solicitud?pagina={n}&por_pagina=2").json()["data"] for n in (1, 2, 3)]

    assert [[fila["Id"] for fila in pagina["registros"]] for pagina in paginas] == [todas[:2], todas[2:], []]
    assert [pagina["total"] for pagina in paginas] == [3, 3, 3]


@pytest.fixture
def dos(db):
    """Return two solicitudes with nothing in common. The second is approved, and is for two days later."""
    primera = SolicitudFactory(
        solicitante=UsuarioFactory(nombre="Ángela Muñoz"),
        aprobador=UsuarioFactory(nombre="Óscar Ríos"),
        asunto="Traslado a la Dirección",
        nombres_pasajeros="Inés Ávila",
        fecha_servicio=manana(),
    )
    segunda = SolicitudFactory(asunto="Traslado de muebles", fecha_servicio=manana() + timedelta(days=2))
    Solicitud.objects.aprobar(segunda.pk, por=segunda.aprobador)
    return primera, Solicitud.objects.get(pk=segunda.pk)


@pytest.mark.parametrize(
    ("parametro", "valor"),
    [
        ("idEstadoSolicitud", lambda s: s.estado_id),
        ("codigoEstado", lambda s: s.estado.codigo),
        ("idDepartamento", lambda s: s.departamento_id),
        ("idTipoPrioridad", lambda s: s.prioridad_id),
        ("idTipoServicio", lambda s: s.servicio_id),
        ("idUsuarioSolicitante", lambda s: s.solicitante_id),
        ("idUsuarioAprobador", lambda s: s.aprobador_id),
        ("busqueda", lambda s: s.codigo),
        ("busqueda", lambda s: s.codigo.lower()[4:]),
        ("busqueda", lambda s: s.asunto),
    ],
)
def test_filtro_deja_solo_las_que_coinciden(administrador, dos, parametro, valor):
    for solicitud in dos:
        datos = administrador.get(f"/solicitud?{urlencode({parametro: valor(solicitud)})}").json()["data"]
        assert ([fila["Id"] for fila in datos["registros"]], datos["total"]) == ([solicitud.pk], 1)


@pytest.mark.parametrize(
    ("texto", "encontradas"),
    [
        ("angela", 1),
        ("MUÑOZ", 1),
        ("oscar+rios", 1),
        ("ines", 1),
        ("direccion+AVILA", 1),
        ("traslado", 2),
        ("traslado+angela", 1),
        ("%25", 0),
        ("_", 0),
        ("%5C", 0),
        ("nadie", 0),
    ],
)
def test_busqueda_no_distingue_mayusculas_ni_acentos(administrador, dos, texto, encontradas):
    assert administrador.get(f"/solicitud?busqueda={texto}").json()["data"]["total"] == encontradas


def test_filtro_por_fechas_las_incluye(administrador, dos):
    primera, segunda = (s.fecha_servicio for s in dos)
    casos = {
        f"fechaDesde={primera}": 2,
        f"fechaDesde={segunda}": 1,
        f"fechaDesde={segunda + timedelta(days=1)}": 0,
        f"fechaHasta={segunda}": 2,
        f"fechaHasta={primera}": 1,
        f"fechaDesde={primera}&fechaHasta={primera}": 1,
    }

    totales = {consulta: administrador.get(f"/solicitud?{consulta}").json()["data"]["total"] for consulta in casos}

    assert totales == casos


@pytest.mark.parametrize(
    "consulta",
    [
        "estado=1",
        "pagina=0",
        "por_pagina=0",
        "por_pagina=101",
        "pagina=x",
        "pagina=1&pagina=2",
        "idEstadoSolicitud=x",
        "codigoEstado=aprobada",
        "codigoEstado=OTRO",
        "fechaDesde=2027-02-30",
        "fechaHasta=2027-01-01T00:00:00",
        "busqueda=",
        "busqueda=%00",
        "idDepartamento=99999999999",
    ],
)
def test_parametro_invalido_es_400_y_se_nombra(administrador, consulta):
    status, cuerpo = respuesta(administrador.get(f"/solicitud?{consulta}"))

    assert (status, cuerpo["success"], cuerpo["detail"]) == (400, False, [cuerpo["message"]])
    assert cuerpo["message"].startswith(f"{consulta.partition('=')[0]}: ")


# --- PUT ---


def test_actualizar_cambia_solo_lo_que_llega(creada, juan):
    recibida = juan.put(f"/solicitud/{creada['Id']}", {"cantidadPasajeros": 9, "descripcion": "", "asunto": None})

    assert (recibida.status_code, recibida.json()["message"]) == (200, "Solicitud actualizada exitosamente")
    datos = juan.get(f"/solicitud/{creada['Id']}").json()["data"]
    assert recibida.json()["data"] == datos
    distintos = {clave for clave in creada if clave != "lugares" and datos[clave] != creada[clave]}
    assert distintos - {"FechaHoraActualizacion"} == {"CantidadPasajeros", "Descripcion"}
    assert (datos["CantidadPasajeros"], datos["Descripcion"]) == (9, None)


def test_actualizar_admite_de_vuelta_lo_que_se_leyo(creada, juan):
    ruta = f"/solicitud/{creada['Id']}"
    leida = juan.get(ruta).json()["data"]
    cuerpo = en_camello(leida)

    devuelta = juan.put(ruta, cuerpo).json()["data"]

    assert sin_lo_que_pone_el_servidor(devuelta) == sin_lo_que_pone_el_servidor(leida)
    assert fallas(cuerpo_de("PUT", "/solicitud/{id}"), cuerpo) == []


def test_actualizar_ignora_lo_que_es_del_servidor_como_se_responde(creada, juan):
    ruta = f"/solicitud/{creada['Id']}"
    leida = juan.get(ruta).json()["data"]
    propias = [clave for clave in leida if clave[0].lower() + clave[1:] not in SolicitudEntrada().fields]
    lugares = [
        {"idLugar": lugar["IdLugar"], "orden": lugar["Orden"]}
        | {clave: "de otro" for clave in lugar if clave[0].lower() + clave[1:] not in ParadaEntrada().fields}
        for lugar in leida["lugares"]
    ]

    devuelta = juan.put(ruta, dict.fromkeys(propias, "de otro") | {"lugares": lugares}).json()["data"]

    assert devuelta | {"lugares": []} == leida | {
        "lugares": [],
        "FechaHoraActualizacion": devuelta["FechaHoraActualizacion"],
    }
    assert [lugar["NombreLugar"] for lugar in devuelta["lugares"]] == ["Sede Central", "Oficina Regional Norte"]


def sin_lo_que_pone_el_servidor(solicitud):
    """A PUT writes the time of the change, and makes its places anew."""
    lugares = [lugar | {"Id": None} for lugar in solicitud["lugares"]]
    return solicitud | {"lugares": lugares, "FechaHoraActualizacion": None}


def test_actualizar_reemplaza_la_lista_de_lugares(creada, juan, mundo):
    recibida = juan.put(f"/solicitud/{creada['Id']}", {"lugares": [{"idLugar": mundo["norte"].pk, "orden": 0}]})

    assert [lugar["NombreLugar"] for lugar in recibida.json()["data"]["lugares"]] == ["Oficina Regional Norte"]
    assert LugarSolicitud.objects.count() == 1


def test_actualizar_lo_que_no_cambia_el_servicio_no_deja_rastro_en_el_historico_ni_correo(creada, juan):
    textos = dict.fromkeys(
        ["asunto", "descripcion", "justificacion", "nombresPasajeros", "observaciones"], "Otro texto"
    )
    iguales = {"cantidadPasajeros": 5, "horaServicioRequerido": "08:00"}
    assert juan.put(f"/solicitud/{creada['Id']}", textos | iguales).status_code == 200

    assert (HistoricoEstado.objects.count(), Email.objects.count()) == (1, 2)


@pytest.mark.parametrize("cuerpo_vacio", [{}, {"asunto": None}, {"descripcion": None, "lugares": None}])
def test_actualizar_sin_campos_es_400(creada, juan, cuerpo_vacio):
    frase = "No se proporcionaron campos para actualizar"

    assert respuesta(juan.put(f"/solicitud/{creada['Id']}", cuerpo_vacio)) == (
        400,
        {"success": False, "message": frase, "detail": [frase]},
    )


def test_actualizar_aplica_las_reglas_a_lo_que_llega(creada, juan, mundo):
    ayer = (timezone.localdate() - timedelta(days=1)).isoformat()
    lugares = [{"idLugar": mundo["norte"].pk, "orden": 1}]

    status, cuerpo = respuesta(
        juan.put(f"/solicitud/{creada['Id']}", {"fechaServicioRequerido": ayer, "lugares": lugares})
    )

    assert (status, cuerpo["detail"]) == (
        422,
        [
            "fechaServicioRequerido: no puede ser una fecha pasada; use hoy o una posterior",
            "lugares[0].orden: el orden de los lugares debe ser consecutivo desde 0",
        ],
    )
    assert respuesta(juan.put(f"/solicitud/{creada['Id']}", {"lugares": []}))[0] == 422


def test_actualizar_no_juzga_una_fecha_que_ya_paso_si_no_llega(creada, juan):
    Solicitud.objects.update(fecha_servicio=timezone.localdate() - timedelta(days=1))

    assert juan.put(f"/solicitud/{creada['Id']}", {"cantidadPasajeros": 1}).status_code == 200


@pytest.mark.parametrize("campo", ["idUsuarioSolicitante", "idUsuarioAprobador"])
def test_actualizar_juzga_a_las_personas_ya_juntas(creada, juan, campo, administrador):
    otra = {"idUsuarioSolicitante": "IdUsuarioAprobador", "idUsuarioAprobador": "IdUsuarioSolicitante"}[campo]
    frase = "El solicitante y el aprobador no pueden ser la misma persona"

    assert respuesta(administrador.put(f"/solicitud/{creada['Id']}", {campo: creada[otra]})) == (
        400,
        {"success": False, "message": frase, "detail": [frase]},
    )


def test_actualizar_rechaza_una_referencia_que_no_existe(creada, juan):
    frases = ["idTipoServicioSolicitud: no existe un tipo de servicio con Id 999999"]

    assert respuesta(juan.put(f"/solicitud/{creada['Id']}", {"idTipoServicioSolicitud": 999_999})) == (
        400,
        {"success": False, "message": frases[0], "detail": frases},
    )


def test_actualizar_el_tecnico_no_pasa_la_suya_a_otro(tecnico, operador):
    solicitud = SolicitudFactory(solicitante=tecnico.usuario)

    recibida = tecnico.put(f"/solicitud/{solicitud.pk}", {"idUsuarioSolicitante": operador.usuario.pk})

    assert respuesta(recibida) == (
        403,
        {"success": False, "message": "Un técnico sólo puede solicitar transporte a su propio nombre", "detail": None},
    )


def test_actualizar_comprueba_en_el_orden_del_contrato(solicitud, operador, administrador):
    aprobada = SolicitudFactory()
    Solicitud.objects.aprobar(aprobada.pk, por=aprobada.aprobador)
    mala, sin_regla, buena = {"cantidadPasajeros": "1"}, {"lugares": []}, {"cantidadPasajeros": 1}
    casos = [
        (operador, "999999", mala, 400),
        (operador, "abc", mala, 400),
        (operador, "999999", sin_regla, 404),
        (operador, solicitud.pk, sin_regla, 403),
        (administrador, aprobada.pk, sin_regla, 422),
        (administrador, aprobada.pk, buena, 409),
        (administrador, solicitud.pk, buena, 200),
    ]

    obtenidos = [api.put(f"/solicitud/{pk}", datos).status_code for api, pk, datos, _ in casos]

    assert obtenidos == [status for *_, status in casos]


# --- Decisions ---


@pytest.mark.parametrize(
    ("accion", "mensaje", "codigo", "final"),
    [
        ("aprobar", "Solicitud aprobada exitosamente", "APROBADA", False),
        ("rechazar", "Solicitud rechazada exitosamente", "RECHAZADA", True),
        ("cancelar", "Solicitud cancelada exitosamente", "CANCELADA", True),
    ],
)
def test_decidir_responde_con_la_solicitud_y_deja_historico(administrador, solicitud, accion, mensaje, codigo, final):
    recibida = administrador.post(f"/solicitud/{solicitud.pk}/{accion}", {"motivo": " Sin unidades\nhoy "})

    cuerpo = recibida.json()
    assert (recibida.status_code, cuerpo["message"]) == (200, mensaje)
    assert cuerpo["data"] == administrador.get(f"/solicitud/{solicitud.pk}").json()["data"]
    assert (cuerpo["data"]["CodigoEstadoActual"], cuerpo["data"]["EsEstadoFinal"]) == (codigo, final)
    ultima = HistoricoEstado.objects.last()
    assert (ultima.estado.codigo, ultima.motivo, ultima.cambiado_por) == (
        codigo,
        "Sin unidades\nhoy",
        administrador.usuario,
    )


@pytest.mark.parametrize("accion", ["aprobar", "rechazar", "cancelar"])
def test_decidir_actualiza_la_solicitud_en_el_instante_de_su_historico(administrador, solicitud, accion):
    administrador.post(f"/solicitud/{solicitud.pk}/{accion}", {"motivo": "Sin unidades"})

    quedo = Solicitud.objects.get()
    assert quedo.actualizado_en == HistoricoEstado.objects.last().creado_en > quedo.creado_en


@pytest.mark.parametrize(("metodo", "datos"), [("PUT", {"cantidadPasajeros": 9}), ("DELETE", None)])
def test_actualizar_y_eliminar_actualizan_su_instante(administrador, solicitud, metodo, datos):
    administrador.pedir(metodo, f"/solicitud/{solicitud.pk}", datos)

    assert Solicitud.objects.get().actualizado_en > solicitud.actualizado_en


@pytest.mark.parametrize("datos", [None, {}, {"motivo": None}, {"motivo": ""}, {"motivo": "  "}])
def test_aprobar_sin_motivo(administrador, solicitud, datos):
    assert administrador.post(f"/solicitud/{solicitud.pk}/aprobar", datos).status_code == 200
    assert HistoricoEstado.objects.last().motivo is None


def test_historico_del_primero_al_ultimo(administrador, solicitud):
    administrador.post(f"/solicitud/{solicitud.pk}/aprobar")
    administrador.post(f"/solicitud/{solicitud.pk}/cancelar", {"motivo": "Ya no hace falta"})
    momentos = [hora(fila.creado_en) for fila in HistoricoEstado.objects.order_by("pk")]
    filas = [
        (1, "PENDIENTE_APROBACION", "Pendiente de Aprobación", "#FFA500", 1, False, "Solicitud creada"),
        (2, "APROBADA", "Aprobada", "#00FF00", 2, False, None),
        (4, "CANCELADA", "Cancelada", "#808080", 4, True, "Ya no hace falta"),
    ]
    esperada = {
        "success": True,
        "message": "Histórico de estados obtenido exitosamente",
        "data": {
            "idSolicitud": solicitud.pk,
            "codigoSolicitud": solicitud.codigo,
            "historico": [
                {
                    "IdEstadoSolicitud": clave,
                    "IdSolicitud": solicitud.pk,
                    "CodigoEstado": codigo,
                    "NombreEstado": nombre,
                    "ColorEstado": color,
                    "OrdenEstado": orden,
                    "EsEstadoFinal": final,
                    "MotivoEstadoSolicitud": motivo,
                    "FechaHoraCreacion": momento,
                    "FechaHoraActualizacion": momento,
                }
                for (clave, codigo, nombre, color, orden, final, motivo), momento in zip(filas, momentos, strict=True)
            ],
        },
    }

    assert json.dumps(administrador.get(f"/solicitud/{solicitud.pk}/historico").json()) == json.dumps(esperada)


# --- DELETE ---


def test_eliminar_solo_la_marca(administrador, solicitud):
    mensaje = f"Solicitud '{solicitud.codigo}' eliminada exitosamente"

    assert respuesta(administrador.delete(f"/solicitud/{solicitud.pk}")) == (
        200,
        {"success": True, "message": "Solicitud eliminada exitosamente", "data": {"mensaje": mensaje}},
    )
    assert (Solicitud.objects.get().eliminado, LugarSolicitud.objects.count()) == (True, 2)


def test_eliminar_libera_lo_que_usaba(administrador, solicitud):
    lugar = solicitud.lugares_en_orden[0].lugar
    ruta = f"/lugar/{lugar.pk}"

    assert administrador.delete(ruta).status_code == 409
    administrador.delete(f"/solicitud/{solicitud.pk}")
    assert administrador.delete(ruta).status_code == 200


@pytest.mark.parametrize(
    ("ruta", "atributo", "frase"),
    [
        ("tipo-prioridad-solicitud", "prioridad", "este tipo de prioridad"),
        ("tipo-servicio-solicitud", "servicio", "este tipo de servicio"),
        ("departamento", "departamento", "este departamento"),
    ],
)
def test_catalogo_en_uso_no_se_elimina(administrador, solicitud, ruta, atributo, frase):
    recibida = administrador.delete(f"/{ruta}/{getattr(solicitud, f'{atributo}_id')}")

    mensaje = f"No se puede eliminar {frase} porque tiene solicitudes activas asociadas"
    assert respuesta(recibida) == (409, {"success": False, "message": mensaje, "detail": None})


# --- Statements, transaction control not counted: the same with 1 and 3 rows, places or changes ---


def sentencias(contador, api, metodo, ruta, datos=None):
    api.token  # noqa: B018  it is signed once, before counting
    with contador as capturadas:
        assert api.pedir(metodo, ruta, datos).status_code < 300
    controles = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT")
    return len([c for c in capturadas.captured_queries if not c["sql"].startswith(controles)])


@pytest.fixture
def contar(django_assert_max_num_queries):
    def contar(api, metodo, ruta, datos=None):
        return sentencias(django_assert_max_num_queries(50), api, metodo, ruta, datos)

    return contar


@pytest.mark.parametrize("lugares", [1, 3])
def test_sentencias_de_crear(contar, juan, cuerpo, mundo, lugares):
    """The statements read the user and the references, and insert the solicitud, its places, and the history with the
    change and two mails, which go one by one on SQLite."""
    cuerpo["lugares"] = [{"idLugar": mundo["norte"].pk, "orden": i} for i in range(lugares)]

    assert contar(juan, "POST", "/solicitud", cuerpo) == (5 if connection.vendor == "postgresql" else 8)


@pytest.mark.parametrize("filas", [1, 3])
def test_sentencias_de_la_lista(contar, administrador, filas):
    """The statements read the user, the page and the count."""
    for _ in range(filas):
        SolicitudFactory()

    assert contar(administrador, "GET", "/solicitud") == 3


@pytest.mark.parametrize("lugares", [1, 3])
def test_sentencias_de_obtener(contar, administrador, lugares):
    """The statements read the user, and the solicitud with its places."""
    solicitud = SolicitudFactory(lugares=[parada(i) for i in range(lugares)])

    assert contar(administrador, "GET", f"/solicitud/{solicitud.pk}") == 2


@pytest.mark.parametrize("cambios", [1, 2])
def test_sentencias_del_historico(contar, administrador, solicitud, cambios):
    """The statements read the user, the solicitud and the history."""
    if cambios == 2:
        administrador.post(f"/solicitud/{solicitud.pk}/aprobar")

    assert contar(administrador, "GET", f"/solicitud/{solicitud.pk}/historico") == 3


def test_sentencias_de_decidir(contar, administrador, solicitud):
    """The statements read the user, lock the solicitud, read it, change it, read its places for the mail, insert the
    history with its mail, and read the solicitud for the answer."""
    sentencias = 7 if connection.vendor == "postgresql" else 8

    assert contar(administrador, "POST", f"/solicitud/{solicitud.pk}/aprobar") == sentencias


def test_sentencias_de_actualizar(contar, administrador, solicitud):
    """The statements read the user and the references, lock the solicitud, read it, change it, read its places for the
    mail, insert the change, and read the solicitud for the answer."""
    assert contar(administrador, "PUT", f"/solicitud/{solicitud.pk}", {"asunto": "Otro asunto"}) == 8


def test_sentencias_de_actualizar_lo_que_se_avisa(contar, administrador, solicitud):
    """The statements are those of any update. The two mails go with the change, or one by one on SQLite."""
    partes = {"idUsuarioSolicitante": UsuarioFactory().pk, "idUsuarioAprobador": UsuarioFactory().pk}

    assert contar(administrador, "PUT", f"/solicitud/{solicitud.pk}", partes) == (
        8 if connection.vendor == "postgresql" else 10
    )


def test_sentencias_de_eliminar(contar, administrador, solicitud):
    """The statements read the user, lock the solicitud, read it, change it, read its places for the mails, and insert
    the change with the two mails, which go one by one on SQLite."""
    sentencias = 6 if connection.vendor == "postgresql" else 8

    assert contar(administrador, "DELETE", f"/solicitud/{solicitud.pk}") == sentencias


@pytest.mark.parametrize("accion", ["", "/aprobar", "/rechazar", "/cancelar"])
def test_se_responde_lo_que_se_escribio_aunque_otro_escriba_enseguida(transactional_db, mundo, cuerpo, accion):
    """The row that the answer shows is read in the transaction that wrote it: after it, another could change or delete
    the solicitud, and the answer would be of that."""
    api = Api(UsuarioFactory(administrador=True))
    pk = api.post("/solicitud", cuerpo).json()["data"]["Id"]
    en_transaccion = []

    def mirar(ejecutar, sql, *resto):
        en_transaccion.append((sql.split()[0], connection.in_atomic_block))
        return ejecutar(sql, *resto)

    with connection.execute_wrapper(mirar):
        datos = {"motivo": "Hay unidad"} if accion else {"cantidadPasajeros": 7}
        recibida = api.pedir("POST" if accion else "PUT", f"/solicitud/{pk}{accion}", datos)

    assert recibida.status_code == 200
    ultima_escritura = max(i for i, (verbo, _) in enumerate(en_transaccion) if verbo in ("INSERT", "WITH", "UPDATE"))
    lecturas = en_transaccion[ultima_escritura + 1 :]
    assert lecturas
    assert all(dentro for _, dentro in lecturas)
