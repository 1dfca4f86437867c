"""The two main jobs of the API, done with the client that openapi-python-client made: `jornada.py URL`.

`mypy --strict` checks it, so it also shows that the types of the description are what a program needs.
"""

import sys
from datetime import date, timedelta

from cliente_monitor import AuthenticatedClient, Client
from cliente_monitor.api.expedientes import (
    expediente_cambiar_estado,
    expediente_create,
    expediente_lista,
    expediente_retrieve,
    expediente_update_put,
)
from cliente_monitor.api.sesion import login_login
from cliente_monitor.api.solicitudes import (
    solicitud_aprobar,
    solicitud_create,
    solicitud_list,
    solicitud_retrieve,
)
from cliente_monitor.models import (
    CambioDeEstadoEntrante,
    CredencialesEntrante,
    EstadoDeExpediente,
    EstadoDeSolicitud,
    Expediente,
    ExpedienteDetalle,
    ExpedienteEntrante,
    ExpedienteParcialEntrante,
    LoginLoginResponse200,
    LugarDeSolicitudEntrante,
    MotivoOpcionalEntrante,
    Rol,
    SolicitudAprobarResponse200,
    SolicitudCreateResponse201,
    SolicitudEntrante,
    SolicitudListResponse200,
    SolicitudRetrieveResponse200,
)

CLAVE = "SIN/2026/Ñ 1"


def entrar(url: str, username: str, password: str, rol: Rol) -> AuthenticatedClient:
    entrada = login_login.sync(client=Client(base_url=url), body=CredencialesEntrante(username, password))
    assert isinstance(entrada, LoginLoginResponse200)
    assert entrada.usuario.rol is rol
    return AuthenticatedClient(base_url=url, token=entrada.token)


def expediente(maria: AuthenticatedClient) -> None:
    nuevo = ExpedienteEntrante(no_siniestro=CLAVE, marca="Nissan", fecha_ingreso=date(2026, 3, 10), id_aseguradora=1)
    abierto = expediente_create.sync(client=maria, body=nuevo)
    assert isinstance(abierto, Expediente)

    movido = expediente_cambiar_estado.sync(
        CLAVE, client=maria, body=CambioDeEstadoEntrante(EstadoDeExpediente.RESTAURACION)
    )
    assert isinstance(movido, Expediente)

    leido = expediente_retrieve.sync(CLAVE, client=maria)
    assert isinstance(leido, ExpedienteDetalle)
    assert leido.estado is EstadoDeExpediente.RESTAURACION
    assert [fila.estado_nuevo.value for fila in leido.historial_estado] == ["Restauracion", "Ingreso"]
    assert leido.fecha_ingreso is not None
    assert leido.fecha_ingreso.date() == date(2026, 3, 10)

    devuelto = expediente_update_put.sync(
        CLAVE, client=maria, body=ExpedienteParcialEntrante.from_dict(leido.to_dict())
    )
    assert devuelto == movido

    lista = expediente_lista.sync(client=maria, q="nissan", estado=EstadoDeExpediente.RESTAURACION, por_pagina=1000)
    assert isinstance(lista, list)
    assert CLAVE in [uno.no_siniestro for uno in lista]


def solicitud(juan: AuthenticatedClient, maria: AuthenticatedClient) -> None:
    nueva = SolicitudEntrante(
        id_usuario_solicitante=1,
        id_departamento_solicitante=2,
        id_usuario_aprobador=3,
        id_tipo_prioridad_solicitud=2,
        id_tipo_servicio_solicitud=1,
        asunto="Transporte de personal a sede central",
        cantidad_pasajeros=5,
        fecha_servicio_requerido=date.today() + timedelta(days=2),  # noqa: DTZ011  two days are enough in any zone
        hora_servicio_requerido="08:00",
        lugares=[
            LugarDeSolicitudEntrante(id_lugar=5, orden=0, es_origen=True),
            LugarDeSolicitudEntrante(id_lugar=12, orden=1),
        ],
    )
    creada = solicitud_create.sync(client=juan, body=nueva)
    assert isinstance(creada, SolicitudCreateResponse201)
    assert [lugar.id_lugar for lugar in creada.data.lugares] == [5, 12]

    aprobada = solicitud_aprobar.sync(creada.data.id, client=maria, body=MotivoOpcionalEntrante(motivo="Hay unidad"))
    assert isinstance(aprobada, SolicitudAprobarResponse200)

    leida = solicitud_retrieve.sync(creada.data.id, client=juan)
    assert isinstance(leida, SolicitudRetrieveResponse200)
    assert leida.data == aprobada.data
    assert leida.data.codigo_estado_actual is EstadoDeSolicitud.APROBADA

    pagina = solicitud_list.sync(client=juan, codigo_estado=EstadoDeSolicitud.APROBADA, por_pagina=100)
    assert isinstance(pagina, SolicitudListResponse200)
    assert leida.data.id in [fila.id for fila in pagina.data.registros]


def main(url: str) -> None:
    juan = entrar(url, "juan.perez", "taller-norte-27", Rol.ADMINISTRADOR)
    maria = entrar(url, "maria.gonzalez", "mesa-redonda-58", Rol.OPERADOR)
    expediente(maria)
    solicitud(juan, maria)


if __name__ == "__main__":
    main(sys.argv[1])
