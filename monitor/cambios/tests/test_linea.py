"""The line of time of a row, as the admin's pages show it."""

from datetime import time
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from catalogos.tests.factories import LugarFactory
from expedientes.comentarios.models import Comentario
from expedientes.levantamientos.models import Levantamiento
from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.cambios.linea import POR_PAGINA
from monitor.origen import fingiendo
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.correo.cartero import Cartero
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory, parada


@pytest.fixture
def jefa(db, client):
    jefa = UsuarioFactory(administrador=True, nombre="María González")
    client.force_login(jefa)
    return jefa


def linea_de(client, fila, vista="change", **pedido):
    modelo = f"{fila._meta.app_label}_{fila._meta.model_name}"
    return client.get(reverse(f"admin:{modelo}_{vista}", args=[fila.pk]), pedido)


def dichos(response):
    """Return what each event says: its fields, or else its note."""
    return [
        [f"{campo}: {de} → {a}" for campo, de, a in suceso.campos] or suceso.nota
        for suceso in response.context["sucesos"]
    ]


def quienes(response):
    return [str(suceso.persona) for suceso in response.context["sucesos"]]


@pytest.fixture
def expediente(jefa):
    """An expediente that two people changed."""
    ana = UsuarioFactory(nombre="Ana Ruiz")
    expediente = ExpedienteFactory(telefono_cliente="555-0100", por=jefa)
    Expediente.objects.actualizar(expediente.pk, {"telefono_cliente": "555-0199", "color": "rojo"}, por=ana)
    Expediente.objects.cambiar_estado(expediente.pk, "Salida", por=ana)
    return expediente


@pytest.mark.parametrize("vista", ["change", "history"])
def test_estados_y_cambios_van_juntos_del_mas_nuevo_al_mas_viejo(client, expediente, vista):
    estado, cambio, *nacimiento = dichos(linea_de(client, expediente, vista))

    assert estado == ["Estado: Ingreso → Salida"]
    assert sorted(cambio) == ["Color: — → rojo", "Teléfono del cliente: 555-0100 → 555-0199"]
    assert ["Estado: — → Ingreso"] in nacimiento


def test_filtro_por_campo(client, expediente):
    response = linea_de(client, expediente, campo="telefono_cliente")

    assert dichos(response) == [
        ["Teléfono del cliente: 555-0100 → 555-0199"],
        ["Teléfono del cliente: — → 555-0100"],
    ]
    assert dichos(linea_de(client, expediente, campo="estado")) == [
        ["Estado: Ingreso → Salida"],
        ["Estado: — → Ingreso"],
    ]


def test_filtro_por_persona(client, expediente, jefa):
    assert set(quienes(linea_de(client, expediente, persona=jefa.pk))) == {"María González"}
    ofrecidas = linea_de(client, expediente).context["linea"].personas
    assert list(ofrecidas.values()) == ["Ana Ruiz", "María González"]


@pytest.mark.parametrize(
    "pedido",
    [
        {"campo": "zz"},
        {"persona": "9" * 40},
        {"persona": "x"},
        {"antes": "-1"},
        {"antes": "9" * 40},
        {"antes": "1-1-2-1"},
        {"antes": "²-1-1-1"},
    ],
)
def test_lo_que_la_pagina_no_ofrece_no_filtra(client, expediente, pedido):
    assert dichos(linea_de(client, expediente, **pedido)) == dichos(linea_de(client, expediente))


def test_paginas_sin_saltos_ni_repeticiones(client, expediente, jefa):
    for n in range(POR_PAGINA):
        Expediente.objects.actualizar(expediente.pk, {"color": f"color {n}"}, por=jefa)
    todos = [[f"Color: {f'color {n - 1}' if n else 'rojo'} → color {n}"] for n in reversed(range(POR_PAGINA))]

    primera = linea_de(client, expediente)
    segunda = linea_de(client, expediente, antes=primera.context["linea"].siguiente)

    assert dichos(primera) == todos
    assert dichos(segunda)[0] == ["Estado: Ingreso → Salida"]
    assert (segunda.context["linea"].siguiente, len(dichos(segunda))) == (None, 4)
    assert f"antes={primera.context['linea'].siguiente}#linea" in primera.text


@pytest.mark.parametrize(("vista", "sentencias"), [("change", 10), ("history", 10)])
def test_sentencias_cuantas_sean_las_filas(client, expediente, jefa, vista, sentencias, django_assert_max_num_queries):
    for n in range(POR_PAGINA):
        Expediente.objects.actualizar(expediente.pk, {"color": f"color {n}"}, por=UsuarioFactory())
    linea_de(client, expediente, vista)

    with django_assert_max_num_queries(sentencias):
        linea_de(client, expediente, vista)


# --- What hangs from an expediente ---


@pytest.fixture
def con_anexos(jefa):
    """An expediente with a comment, a survey, and a comment that was deleted; each with its own moment."""
    expediente = ExpedienteFactory(por=jefa)
    Comentario.objects.escribir(expediente.pk, "Ya llegó la puerta", por=jefa)
    datos = {"orden": "OT-7", "conceptos": [{"claves": "FD", "concepto": "Fascia", "costo": Decimal(10)}]}
    levantamiento = Levantamiento.objects.crear(expediente.pk, datos, por=jefa)
    Levantamiento.objects.actualizar(levantamiento.pk, {"orden": "OT-8"}, por=jefa)
    borrado = Comentario.objects.escribir(expediente.pk, "Me equivoqué", por=jefa)
    Comentario.objects.eliminar(borrado.pk, por=jefa)
    return expediente


def test_lo_que_cuelga_va_en_la_linea_de_su_expediente(client, con_anexos, jefa):
    otro = ExpedienteFactory(por=jefa)
    Comentario.objects.escribir(otro.pk, "De otro", por=jefa)

    response = linea_de(client, con_anexos)

    assert dichos(response)[:5] == [
        ["Eliminado: — → Sí"],
        ["Comentario: — → Me equivoqué"],
        ["Orden: OT-7 → OT-8"],
        ["Orden: — → OT-7", "Conceptos: — → claves: FD; concepto: Fascia; costo: 10.00"],
        ["Comentario: — → Ya llegó la puerta"],
    ]
    titulos = [suceso.titulo for suceso in response.context["sucesos"]][:5]
    assert titulos == ["Comentario", "", "Levantamiento de daños", "Levantamiento de daños", ""]
    assert len(dichos(linea_de(client, con_anexos, campo="comentario"))) == 3
    assert len(dichos(linea_de(client, con_anexos, campo="orden"))) == 0


def test_paginas_de_la_linea_con_lo_que_cuelga(client, con_anexos, jefa, settings):
    """All of it at the same moment, as the clock of a machine may say."""
    settings.DEMO = True
    with fingiendo(timezone.now()):
        for n in range(2 * POR_PAGINA):
            Comentario.objects.escribir(con_anexos.pk, f"n. {n}", por=jefa)
            Expediente.objects.actualizar(con_anexos.pk, {"color": f"color {n}"}, por=jefa)
    vistos, antes = [], ""
    while antes is not None and len(vistos) < 6 * POR_PAGINA:
        response = linea_de(client, con_anexos, antes=antes)
        vistos += [str(dicho) for dicho in dichos(response)]
        antes = response.context["linea"].siguiente

    assert len(vistos) == 4 * POR_PAGINA + 7
    assert len({visto for visto in vistos if "n. " in visto}) == 2 * POR_PAGINA
    assert [v for v in vistos if "Color" in v] == [
        f"['Color: {f'color {n - 1}' if n else '—'} → color {n}']" for n in reversed(range(2 * POR_PAGINA))
    ]


# --- Solicitudes ---


@pytest.fixture
def solicitud(jefa):
    sede, norte = LugarFactory(nombre="Sede"), LugarFactory(nombre="Norte")
    lugares = [parada(0, sede, es_origen=True, descripcion="Salida"), parada(1, norte)]
    solicitud = SolicitudFactory(aprobador=jefa, solicitante__nombre="Juan Pérez", lugares=lugares)
    lugares[1] |= {"requiere_retorno": True, "hora_retorno": time(17)}
    Solicitud.objects.actualizar(solicitud.pk, {"lugares": lugares}, por=solicitud.solicitante)
    Solicitud.objects.rechazar(solicitud.pk, por=jefa, motivo="No hay unidad")
    return solicitud


def test_una_solicitud_dice_lugares_decisiones_motivo_y_correos(client, solicitud):
    sucesos = linea_de(client, solicitud).context["sucesos"]

    decision, correo = next((s, sucesos[i - 1]) for i, s in enumerate(sucesos) if s.nota == "No hay unidad")
    assert list(decision.campos) == [("Estado", "", "Rechazada")]
    assert correo.nota == "«Solicitud rechazada» para Juan Pérez: En cola"
    lugares = next(s.campos for s in sucesos if [c for c, *_ in s.campos] == ["Lugares"])
    assert lugares == [
        (
            "Lugares",
            "1. Sede; es el origen; descripción: Salida\n2. Norte",
            "1. Sede; es el origen; descripción: Salida\n2. Norte; requiere retorno; hora estimada de retorno: 17:00",
        )
    ]


def test_el_filtro_no_confunde_un_campo_con_el_de_un_lugar(client, solicitud):
    assert dichos(linea_de(client, solicitud, campo="descripcion")) == []
    assert len(dichos(linea_de(client, solicitud, campo="lugares"))) == 2


def test_solo_quien_ve_la_cola_tiene_el_enlace_a_cada_correo(client, solicitud):
    def correos():
        return [s for s in linea_de(client, solicitud).context["sucesos"] if s.puerta == "Correo"]

    assert all(correo.enlace for correo in correos())
    client.force_login(solicitud.solicitante)
    assert len(correos()) == 2  # the approver has no address
    assert not any(correo.enlace for correo in correos())


def test_de_cada_correo_se_dice_que_fue_de_el(client, solicitud):
    Cartero().work()

    notas = [s.nota for s in linea_de(client, solicitud).context["sucesos"] if s.puerta == "Correo"]

    assert "«Solicitud rechazada» para Juan Pérez: Entregado" in notas
    assert "«Solicitud registrada» para Juan Pérez: Omitido: ya no hacía falta" in notas


def test_los_correos_de_otra_solicitud_no_estan(client, solicitud, jefa):
    antes = dichos(linea_de(client, solicitud))
    SolicitudFactory(aprobador=jefa)

    assert dichos(linea_de(client, solicitud)) == antes
