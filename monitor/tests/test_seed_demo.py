"""The rows that `seed_demo` leaves in the database."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings
from django.utils import timezone

from catalogos.models import Aseguradora, Departamento, Lugar, TipoPrioridadSolicitud, TipoServicioSolicitud
from expedientes.comentarios.models import Comentario
from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.revision import filas_con_problemas
from expedientes.levantamientos.models import Levantamiento
from expedientes.models import Expediente
from monitor.cambios.models import Cambio
from monitor.tests.test_demo import preparar  # noqa: F401
from monitor.usuarios.models import Usuario
from solicitudes.estados import Estado as EstadoSolicitud
from solicitudes.models import Solicitud


@pytest.fixture(scope="module")
def demo_del_modulo(base_del_modulo):
    with override_settings(DEMO=True, SALIDA_CON_CHECKLIST=True):
        call_command("seed_catalogos", "--con-ejemplos", verbosity=0)
        call_command("seed_demo")
        yield


@pytest.fixture
def demo(demo_del_modulo, db):
    """The settings and the data of the demo, which are made once for all these tests."""


def test_seed_demo_crea_las_personas_del_contrato(demo):
    assert list(Usuario.objects.values_list("pk", "nombre", "rol", "es_demo")) == [
        (1, "Juan Pérez", "Administrador", True),
        (2, "Antonio Ramírez", "Tecnico", True),
        (3, "María González", "Operador", True),
    ]


def test_seed_demo_deja_libre_el_siguiente_id(demo):
    assert Usuario.objects.registrar(username="otra", password="mesa-redonda-58", rol="Tecnico", por=None).pk > 3


def test_seed_demo_abre_expedientes_validos_en_todos_los_estados(demo):
    estados = Counter(Expediente.objects.values_list("estado", flat=True))

    assert estados == {"Ingreso": 11, "Restauracion": 12, "Pendiente_de_salida": 8, "Salida": 9}
    for expediente in Expediente.objects.all():
        expediente.full_clean(validate_unique=False)
    assert set(Expediente.objects.values_list("aseguradora", flat=True)) == {
        None,
        *Aseguradora.objects.values_list("pk", flat=True),
    }


def test_seed_demo_guarda_fotos_y_documentos_como_quien_los_sube(demo):
    evidencia = list(Evidencia.objects.order_by("pk"))
    fotos = [una for una in evidencia if una.tipo == "evidencia"]

    assert list(filas_con_problemas()) == []
    assert {una.tipo_mime for una in evidencia} == {"image/jpeg", "application/pdf", "text/plain"}
    assert len(fotos) >= 12
    assert sum(una.tamano for una in evidencia) < 1024 * 1024
    assert all((foto.ancho, foto.alto) == (800, 600) for foto in fotos)
    assert all(timedelta() <= foto.fecha_carga - foto.tomada_en < timedelta(minutes=1) for foto in fotos)
    assert {(foto.latitud, foto.longitud) for foto in fotos if foto.latitud} == {(19.4326389, -99.1334167)}
    assert Comentario.objects.count() >= 10
    assert all(Levantamiento.objects.costo_total(uno.pk) > 0 for uno in Levantamiento.objects.all())


def test_los_expedientes_de_la_demo_tienen_un_pasado_entero(demo):
    ahora = timezone.now()
    for expediente in Expediente.objects.all():
        pasos = list(expediente.historial.order_by("eslabon").values_list("fecha_cambio", flat=True))
        cambios = list(Cambio.objects.filter(uid=expediente.uid).order_by("eslabon").values_list("fecha", flat=True))

        assert pasos == sorted(pasos)
        assert cambios == sorted(cambios)
        assert max(cambios) <= ahora
        assert expediente.en_estado_desde == pasos[-1]
        assert timezone.localdate(pasos[0]) == expediente.fecha_ingreso
    dias = [expediente.dias_en_el_estado for expediente in Expediente.objects.exclude(estado="Salida")]
    assert (min(dias), max(dias)) == (0, 22)
    call_command("verificar_historial")


def test_las_solicitudes_de_la_demo_se_pidieron_a_lo_largo_de_meses(demo):
    ahora = timezone.now()
    solicitudes = list(Solicitud.objects.order_by("pk"))
    for solicitud in solicitudes:
        pasos = list(solicitud.historico.order_by("eslabon").values_list("creado_en", flat=True))

        assert (pasos[0], pasos[-1]) == (solicitud.creado_en, solicitud.actualizado_en)
        assert [*pasos, ahora] == sorted([*pasos, ahora])
        assert timezone.localdate(pasos[-1]) <= solicitud.fecha_servicio
        assert solicitud.periodo == f"{timezone.localdate(solicitud.creado_en):%Y-%m}"
    assert [una.creado_en for una in solicitudes] == sorted(una.creado_en for una in solicitudes)
    assert len({una.periodo for una in solicitudes}) >= 6
    pendientes = [una for una in solicitudes if una.estado_id == EstadoSolicitud.PENDIENTE_APROBACION]
    assert all(una.fecha_servicio > timezone.localdate() for una in pendientes)
    assert len({una.estado_id for una in solicitudes}) == 4


def test_seed_demo_no_toca_una_base_con_usuarios(demo):
    with pytest.raises(CommandError, match="ya tiene usuarios"):
        call_command("seed_demo")

    assert Usuario.objects.count() == 3


def test_la_demo_tiene_las_filas_del_contrato(demo, preparar):  # noqa: F811
    Lugar.objects.actualizar(12, {"nombre": "Oficina del Norte"}, por=None)
    preparar(demo=True)

    assert [str(TipoPrioridadSolicitud.objects.get(pk=pk)) for pk in (1, 2)] == ["Urgente", "Normal"]
    assert str(TipoServicioSolicitud.objects.get(pk=1)) == "Transporte de personal"
    assert str(Departamento.objects.get(pk=2)) == "Logística"
    assert [str(Lugar.objects.get(pk=pk)) for pk in (5, 12)] == ["Sede Central", "Oficina del Norte"]
