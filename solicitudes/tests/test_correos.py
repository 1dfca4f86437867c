"""What each e-mail says, and who gets it."""

import pytest
from post_office.models import Email

from catalogos.tests.factories import LugarFactory
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory, parada


@pytest.fixture
def solicitud(db):
    return SolicitudFactory(
        solicitante=UsuarioFactory(nombre="Juan Pérez", email="juan@example.org"),
        aprobador=UsuarioFactory(nombre="María González", email="maria@example.org"),
        asunto="Viaje a {{ sede }} & vuelta",
        nombres_pasajeros="Ana <b>López</b>",
        lugares=[
            parada(0, LugarFactory(nombre="Sede Central", direccion="Av. Principal 123"), es_origen=True),
            parada(1, LugarFactory(nombre="Oficina Norte")),
        ],
    )


def nuevos(hecho):
    """The mails that `hecho` queues, by address."""
    previos = set(Email.objects.values_list("pk", flat=True))
    hecho()
    return {correo.to[0]: correo for correo in Email.objects.exclude(pk__in=previos)}


def test_creada_confirma_al_solicitante_y_avisa_al_aprobador(solicitud):
    asuntos = {correo.to[0]: correo.subject for correo in Email.objects.all()}
    cual = f"{solicitud.codigo}, {solicitud.asunto}"

    assert asuntos == {
        "juan@example.org": f"Solicitud registrada: {cual}",
        "maria@example.org": f"Solicitud pendiente de su aprobación: {cual}",
    }


@pytest.mark.parametrize(
    ("accion", "titulo", "para"),
    [
        ("aprobar", "Solicitud aprobada", ["juan@example.org"]),
        ("rechazar", "Solicitud rechazada", ["juan@example.org"]),
        ("cancelar", "Solicitud cancelada", ["juan@example.org", "maria@example.org"]),
    ],
)
def test_decision_avisa_con_su_motivo(solicitud, accion, titulo, para):
    jefa = UsuarioFactory(administrador=True)
    correos = nuevos(lambda: getattr(Solicitud.objects, accion)(solicitud.pk, por=jefa, motivo="Por <lluvia>"))

    assert sorted(correos) == para
    for correo in correos.values():
        assert correo.subject.startswith(f"{titulo}: {solicitud.codigo}")
        assert "Motivo: Por <lluvia>" in correo.message
        assert "Por &lt;lluvia&gt;" in correo.html_message


def test_correo_dice_todo_en_texto_y_en_html_escapado(solicitud, settings):
    correo = Email.objects.get(to="maria@example.org")
    fecha = f"{solicitud.fecha_servicio.day} de "
    comunes = [
        solicitud.codigo,
        fecha,
        "08:00 h",
        "Juan Pérez",
        "María González",
        "Sede Central (origen), Av. Principal 123",
        "Oficina Norte",
        f"http://127.0.0.1:8000/admin/solicitudes/solicitud/{solicitud.pk}/change/",
    ]

    assert [dato for dato in comunes if dato not in correo.message] == []
    assert [dato for dato in comunes if dato not in correo.html_message] == []
    assert "Viaje a {{ sede }} & vuelta" in correo.message
    assert "Viaje a {{ sede }} &amp; vuelta" in correo.html_message
    assert "Ana <b>López</b>" in correo.message
    assert "Ana &lt;b&gt;López&lt;/b&gt;" in correo.html_message


@pytest.mark.parametrize("email", [None, ""])
def test_persona_sin_direccion_se_omite(db, email):
    SolicitudFactory(solicitante__email=email, aprobador__email="maria@example.org")

    assert [correo.to for correo in Email.objects.all()] == [["maria@example.org"]]


def test_cada_correo_tiene_su_message_id_del_dominio_del_remitente(solicitud, settings):
    claves = list(Email.objects.values_list("message_id", flat=True))

    assert len(set(claves)) == 2
    assert all(clave.endswith("@localhost>") for clave in claves)
