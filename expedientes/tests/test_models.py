"""The rules that hold whoever writes: the moment of a state, the archive, and the database's constraints."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from expedientes.archivo import ExpedienteArchivado
from expedientes.models import Expediente, HistorialEstado
from expedientes.serializers import CAMPOS
from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import UsuarioFactory

# --- States ---


def test_esta_en_cada_estado_desde_el_cambio_que_lo_trajo(db):
    ExpedienteFactory(no_siniestro="SIN-1")
    por, desde = UsuarioFactory(), []

    for hasta in (None, "Restauracion", "Salida", "Ingreso"):
        if hasta:
            Expediente.objects.cambiar_estado("SIN-1", hasta, por=por)
        expediente = Expediente.objects.get()
        assert expediente.en_estado_desde == expediente.historial.first().fecha_cambio
        desde.append(expediente.en_estado_desde)

    assert desde == sorted(set(desde))


# --- Archive ---


def instante(texto):
    return datetime.fromisoformat(texto)


def test_archivar_copia_todo_lo_que_se_podia_leer(administrador, operador):
    aseguradora = AseguradoraFactory(nombre="HDI")
    ExpedienteFactory(no_siniestro="SIN-1", completo=True, aseguradora=aseguradora, por=operador.usuario)
    Expediente.objects.cambiar_estado("SIN-1", "Salida", por=administrador.usuario)
    leido = administrador.get("/api/expedientes/SIN-1").json()
    historial = administrador.get("/api/expedientes/SIN-1/estado/historial").json()

    assert administrador.delete("/api/expedientes/SIN-1").status_code == 200

    archivado = ExpedienteArchivado.objects.get()
    copia = archivado.datos
    assert (archivado.no_siniestro, archivado.archivado_por) == ("SIN-1", administrador.usuario)
    assert set(CAMPOS) <= set(copia)
    for campo in CAMPOS:
        if isinstance(leido[campo], str) and leido[campo].endswith("Z"):
            assert copia[campo][:10] == leido[campo][:10]
        else:
            assert copia[campo] == leido[campo]
    assert copia["aseguradora"] == leido["aseguradora"]
    assert [
        (f["id"], f["estado_anterior"], f["estado_nuevo"], f["cambiado_por_id"]) for f in copia["historial_estado"]
    ] == [(f["id"], f["estado_anterior"], f["estado_nuevo"], f["cambiado_por"]) for f in reversed(historial)]
    assert {p["id"]: p for p in copia["usuario"]} == {f["usuario"]["id"]: f["usuario"] for f in historial}


def test_archivar_conserva_los_instantes_al_microsegundo(administrador):
    ExpedienteFactory(no_siniestro="SIN-1", completo=True)
    expediente = Expediente.objects.get()
    cambio = expediente.historial.get().fecha_cambio

    Expediente.objects.archivar("SIN-1", por=administrador.usuario)

    copia = ExpedienteArchivado.objects.get().datos
    assert instante(copia["comentarios_aseguradora_fh"]) == datetime(2024, 1, 18, 9, 5, 30, 123456, tzinfo=UTC)
    assert instante(copia["historial_estado"][0]["fecha_cambio"]) == cambio


def test_archivar_deja_el_historial_de_los_demas(administrador):
    ExpedienteFactory(no_siniestro="SIN-1")
    ExpedienteFactory(no_siniestro="SIN-2")

    Expediente.objects.archivar("SIN-1", por=administrador.usuario)

    assert list(HistorialEstado.objects.values_list("expediente", flat=True)) == ["SIN-2"]


@pytest.fixture
def colgada(db):
    """Insert a row that hangs from SIN-1, in a table of another program that Monitor doesn't know."""
    ExpedienteFactory(no_siniestro="SIN-1")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ajena (no_siniestro varchar(100) REFERENCES expediente (no_siniestro))")
        cursor.execute("INSERT INTO ajena VALUES ('SIN-1')")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE ajena")


def test_archivar_a_la_mitad_no_deja_nada_a_medias(administrador, colgada):
    def archivar():
        with transaction.atomic():
            Expediente.objects.archivar("SIN-1", por=administrador.usuario)
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        archivar()

    assert [m.objects.count() for m in (Expediente, HistorialEstado, ExpedienteArchivado)] == [1, 1, 0]


# --- Constraints ---


def insertar(tabla, **columnas):
    nombres, huecos = ", ".join(columnas), ", ".join(["%s"] * len(columnas))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {tabla} ({nombres}) VALUES ({huecos})", list(columnas.values()))


@pytest.mark.parametrize(
    ("tabla", "columnas", "restriccion"),
    [
        ("expediente", {"no_siniestro": "X", "estado": "Otro"}, "expediente_estado_valido"),
        ("expediente", {"no_siniestro": "X", "ubicacion_almacenamiento": "Luna"}, "expediente_ubicacion_valida"),
        ("expediente", {"no_siniestro": ""}, "expediente_con_no_siniestro"),
        ("historial_estado", {"no_siniestro": "SIN-1", "estado_nuevo": "Otro"}, "historial_estado_nuevo_valido"),
        (
            "historial_estado",
            {"no_siniestro": "SIN-1", "estado_anterior": "Salida", "estado_nuevo": "Salida"},
            "historial_estado_cambia",
        ),
    ],
)
def test_restriccion_de_la_base(db, tabla, columnas, restriccion):
    ExpedienteFactory(no_siniestro="SIN-1")

    with pytest.raises(IntegrityError, match=restriccion), transaction.atomic():
        insertar(tabla, **columnas)


def test_cada_restriccion_tiene_su_prueba_y_su_frase():
    restricciones = [
        r for modelo in (Expediente, HistorialEstado, ExpedienteArchivado) for r in modelo._meta.constraints
    ]
    probadas = {caso[2] for caso in test_restriccion_de_la_base.pytestmark[0].args[1]}

    assert {r.name for r in restricciones} == probadas
    assert [r.name for r in restricciones if r.violation_error_message == r.default_violation_error_message] == []


def test_abrir_lo_que_la_base_rechaza_no_dice_que_ya_existe(operador):
    """Neither the API nor the admin sends this. It would be an error of ours, which must not pass for a key that is
    taken."""
    with pytest.raises(IntegrityError, match="expediente_con_no_siniestro"):
        Expediente.objects.abrir({"no_siniestro": ""}, por=operador.usuario)


def test_otro_programa_inserta_solo_la_clave_y_la_base_pone_lo_demas(db):
    insertar("expediente", no_siniestro="SIN-1")
    insertar("historial_estado", no_siniestro="SIN-1", estado_nuevo="Ingreso")

    expediente = Expediente.objects.get()
    assert (expediente.estado, expediente.ubicacion_almacenamiento, expediente.creado_por) == ("Ingreso", "Local", None)
    assert abs(expediente.historial.get().fecha_cambio - datetime.now(UTC)).total_seconds() < 60


@pytest.mark.parametrize("rol", ["", "Jefe"])
def test_rol_que_no_existe_lo_rechaza_la_base(db, rol):
    usuario = UsuarioFactory()

    with pytest.raises(IntegrityError, match="usuario_rol_valido"), transaction.atomic():
        Usuario.objects.filter(pk=usuario.pk).update(rol=rol)
