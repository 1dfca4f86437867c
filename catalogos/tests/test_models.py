"""The writes that the database itself refuses, whoever writes, and the parts that the rules are made of."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import Value
from django.urls import get_resolver

from catalogos.base import Catalogo
from catalogos.frases import USOS, frase
from catalogos.models import CATALOGOS, Departamento, Lugar, TipoPrioridadSolicitud
from catalogos.tests.factories import FABRICAS, DepartamentoFactory
from catalogos.views import VISTAS
from expedientes.models import Expediente
from monitor.db.functions import CaseBlind
from monitor.errores import Conflicto, DatosInvalidos
from monitor.roles import CATALOGOS as CON_PERMISOS
from monitor.textos import case_blind, composed
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.django_db


def restriccion(modelo, nombre):
    return next(restriccion for restriccion in modelo._meta.constraints if restriccion.name == nombre)


def violada(error):
    """Return the name of the broken constraint. SQLite gives it, or its index, in the message."""
    causa = error.value.__cause__
    return causa.diag.constraint_name if hasattr(causa, "diag") else str(causa).replace("index '", "").rstrip("'")


@pytest.mark.parametrize(
    ("modelo", "nombre", "datos"),
    [
        (Lugar, "lugar_latitud_valida", {"nombre": "Sede", "latitud": 90.5}),
        (Lugar, "lugar_longitud_valida", {"nombre": "Sede", "longitud": -180.5}),
        (Departamento, "departamento_nivel_valido", {"codigo": "A", "nombre": "A", "nivel_jerarquico": -1}),
        (
            Departamento,
            "departamento_padre_es_otro",
            {"id": 7, "codigo": "A", "nombre": "A", "departamento_padre_id": 7},
        ),
    ],
)
def test_la_base_rechaza(modelo, nombre, datos):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        modelo.objects.create(**datos)

    assert violada(error).endswith(nombre)
    assert restriccion(modelo, nombre).violation_error_message


@pytest.mark.parametrize("modelo", CATALOGOS)
@pytest.mark.parametrize(
    ("uno", "otro"),
    [("ÁÉÍÓÚÜÑ", "áéíóúüñ"), ("Straße", "STRAßE"), ("çàèòïâêôãõäö", "ÇÀÈÒÏÂÊÔÃÕÄÖ"), ("ИВАНОВ", "иванов")],
)
def test_la_clave_es_unica_sin_distinguir_mayusculas(modelo, uno, otro):
    nombre = f"{modelo._meta.db_table}_{modelo.clave}_unico"
    modelo.objects.create(**{"nombre": "A", modelo.clave: uno})
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        modelo.objects.create(**{"nombre": "B", modelo.clave: otro})

    assert violada(error).endswith(nombre)
    assert restriccion(modelo, nombre).violation_error_message.startswith("Ya existe un")


@pytest.mark.parametrize(
    ("texto", "esperado"), [("ÁREA Norte", "área norte"), ("AREA", "area"), ("ŁÓDŹ", "łódź"), ("Яя", "яя")]
)
def test_sin_caso_es_igual_en_las_dos_bases(texto, esperado):
    FABRICAS[Lugar]()

    assert composed(Lugar.objects.values_list(CaseBlind(Value(texto)), flat=True)[0]) == esperado
    assert composed(case_blind(texto)) == esperado


def test_una_fila_de_otro_programa_vale():
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO lugar (nombre) VALUES ('Sede')")
        cursor.execute("INSERT INTO departamento (codigo, nombre) VALUES ('A', 'A')")
        cursor.execute("INSERT INTO tipo_prioridad_solicitud (nombre) VALUES ('Urgente')")

    lugar = Lugar.objects.vigentes().get()
    assert (lugar.es_punto_frecuente, lugar.creado_en, Departamento.objects.get().nivel_jerarquico) == (
        False,
        lugar.actualizado_en,
        0,
    )


def test_actualizado_cambia_y_creado_no():
    fila = FABRICAS[TipoPrioridadSolicitud]()
    cambiada = TipoPrioridadSolicitud.objects.actualizar(fila.pk, {"nombre": "Otra"}, por=None)

    assert cambiada.creado_en == fila.creado_en
    assert cambiada.actualizado_en > fila.actualizado_en


def test_cada_cambio_dice_en_la_bitacora_quien_lo_hizo(caplog, django_capture_on_commit_callbacks):
    """The verbs log nothing for a command, which says by itself what it does, nor for a change that they refuse."""
    por = UsuarioFactory(username="maria")
    with caplog.at_level("INFO", logger="catalogos"), django_capture_on_commit_callbacks(execute=True):
        pk = Lugar.objects.crear({"nombre": "Sede"}, por=por).pk
        Lugar.objects.actualizar(pk, {"nombre": "Sede Central"}, por=por)
        Lugar.objects.eliminar(pk, por=por)
        Lugar.objects.reactivar(pk, por=por)
        Lugar.objects.crear({"nombre": "Bodega"}, por=None)
        with pytest.raises(Conflicto):
            Lugar.objects.reactivar(pk, por=por)

    verbos = ("creó", "actualizó", "eliminó", "reactivó")
    assert caplog.messages == [f"maria {verbo} lugar {pk}" for verbo in verbos]


def test_las_frases_concuerdan_con_lo_que_usa():
    assert frase(USOS, Expediente) == "expedientes activos asociados"
    assert frase(USOS, apps.get_model("catalogos", "Aseguradora")) == "aseguradoras activas asociadas"


def test_cada_catalogo_esta_en_todas_las_tablas():
    """The tuple `CATALOGOS` has every catalogue, and so do the tables that can't be made from it."""
    catalogos = [modelo for modelo in apps.get_app_config("catalogos").get_models() if issubclass(modelo, Catalogo)]

    assert set(CATALOGOS) == set(catalogos)
    assert [vista.modelo for vista in VISTAS] == list(CATALOGOS)
    assert [modelo._meta.model_name for modelo in CATALOGOS] == list(CON_PERMISOS)
    for vista in VISTAS:
        assert get_resolver().resolve(f"/{vista.ruta}").func.cls is vista


def test_los_extremos_en_blanco_se_recortan_en_el_verbo():
    """The API's serializer trims before the verb does, but the admin and the commands have only the verb."""
    assert Lugar.objects.crear({"nombre": " Sede ", "codigo": " s-1 "}, por=None).codigo == "S-1"
    assert Lugar.objects.get().nombre == "Sede"


def test_usar_un_padre_eliminado_se_rechaza_en_el_verbo():
    """The API's serializer refuses it before the verb does, but the admin and the commands have only the verb."""
    padre = DepartamentoFactory(eliminada=True)
    datos = {"codigo": "A", "nombre": "A", "departamento_padre_id": padre.pk}

    with pytest.raises(DatosInvalidos, match=f"no existe un departamento con Id {padre.pk}"):
        Departamento.objects.crear(datos, por=None)


@pytest.mark.parametrize("modelo", CATALOGOS)
def test_cada_columna_se_nombra_como_en_la_red(modelo):
    """A sentence calls a column by its name in the body of an HTTP request."""
    vista = next(vista for vista in VISTAS if vista.modelo is modelo)
    malas = {campo.name: "\x07" for campo in modelo.editables() if campo.empty_strings_allowed}

    with pytest.raises(DatosInvalidos) as error:
        modelo(**malas).validar()

    nombrados = {frase.partition(":")[0] for frases in error.value.campos.values() for frase in frases}
    assert nombrados == {vista.modelo.en_la_red(modelo._meta.get_field(columna)) for columna in malas}
    assert nombrados <= set(vista.entrada.fields)
