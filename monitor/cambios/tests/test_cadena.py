"""The canonical form of a link. These hashes never change: seals of years ago were made of them."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from expedientes.models import HistorialEstado
from expedientes.tests.factories import ExpedienteFactory
from monitor.cambios.cadena import Cadena, huella
from monitor.cambios.encadenar import encadenar
from monitor.cambios.models import Cambio
from monitor.db.triggers import door
from solicitudes.models import HistoricoEstado
from solicitudes.tests.factories import SolicitudFactory

UID = UUID("00112233-4455-6677-8899-aabbccddeeff")
CUANDO = datetime(2026, 11, 26, 2, 10, 21, 123456, UTC)
VECTORES = [
    (
        HistorialEstado,
        1,
        [None, "Ingreso", CUANDO, 3],
        "",
        '["historial_estado","00112233445566778899aabbccddeeff",1,null,"Ingreso","2026-11-26T02:10:21.123456Z",3,""]',
        "3f87b83f2725fb436d15af35236ff30bfb80cc9341439d33a414ef663dfb6e01",
    ),
    (
        HistorialEstado,
        1,
        [None, "Ingreso", CUANDO, 3, "api"],
        "",
        '["historial_estado","00112233445566778899aabbccddeeff",1,null,"Ingreso","2026-11-26T02:10:21.123456Z",3,"api",""]',
        "28d8c2eaac6ce1d8f3311f41a2856248597895e1ad6ceb53fe63951b13486525",
    ),
    (
        HistoricoEstado,
        2,
        [2, "Sí, «ñandú»\nhoy", CUANDO.replace(microsecond=0), None],
        "ab" * 32,
        '["historico_estado_solicitud","00112233445566778899aabbccddeeff",2,2,"Sí, «ñandú»\\nhoy",'
        '"2026-11-26T02:10:21.000000Z",null,"' + "ab" * 32 + '"]',
        "0c2e6fa37ebae83612d9976040c3b4774d6f93d62bc507d407a75729fb853fb4",
    ),
    (
        Cambio,
        3,
        [CUANDO.astimezone(timezone(timedelta(hours=-6))), 3, "api", "9f1c", '{"marca":{"de":null,"a":"KIA"}}'],
        "cd" * 32,
        '["cambio","00112233445566778899aabbccddeeff",3,"2026-11-26T02:10:21.123456Z",3,"api","9f1c",'
        '"{\\"marca\\":{\\"de\\":null,\\"a\\":\\"KIA\\"}}","' + "cd" * 32 + '"]',
        "17bb89e160c863945aeac15e4cc410ca313ccb4921cacf1d9a04b572f2951c79",
    ),
]


@pytest.mark.parametrize(("modelo", "lugar", "sellados", "anterior", "forma", "esperada"), VECTORES)
def test_vectores(modelo, lugar, sellados, anterior, forma, esperada):
    assert huella(modelo, UID, lugar, sellados, anterior) == sha256(forma.encode()).hexdigest() == esperada


@pytest.mark.parametrize("modelo", [HistorialEstado, HistoricoEstado])
def test_un_estado_de_antes_de_la_puerta_tiene_la_huella_de_siempre(modelo):
    sellados = dict(zip(modelo.sellados, [1, "Salida", CUANDO, 3, None], strict=True))
    cadena = Cadena(UID)

    _, antes = cadena.enlazar(modelo, sellados)

    assert antes["huella"] == huella(modelo, UID, 1, [1, "Salida", CUANDO, 3], "")
    assert Cadena(UID).enlazar(modelo, sellados | {"origen": "api"})[1]["huella"] != antes["huella"]


def eslabones(expediente):
    """Return the places and hashes of the links of an expediente, and where its chain says that it ends."""
    expediente.refresh_from_db()
    historia = list(expediente.historial.values_list("eslabon", "huella"))
    cambios = list(Cambio.objects.filter(uid=expediente.uid).values_list("eslabon", "huella"))
    return sorted(historia + cambios), (expediente.eslabones, expediente.cabeza)


def test_cada_escritura_agrega_sus_eslabones(administrador):
    expediente = ExpedienteFactory(no_siniestro="A", marca="Nissan")
    administrador.patch("/api/expedientes/A/estado", {"estado": "Salida"})
    administrador.put("/api/expedientes/A", {"marca": "KIA"})

    todos, fin = eslabones(expediente)

    assert [lugar for lugar, _ in todos] == [1, 2, 3, 4]
    assert fin == todos[-1]


@pytest.mark.parametrize("sql", ["UPDATE {tabla} SET {columna} = {columna}", "DELETE FROM {tabla}"])
@pytest.mark.parametrize(
    ("tabla", "columna"),
    [
        ("historial_estado", "estado_nuevo"),
        ("historico_estado_solicitud", "motivo_estado_solicitud"),
        ("cambio", "cambios"),
    ],
)
def test_de_las_historias_no_se_cambia_ni_se_borra(db, tabla, columna, sql):
    ExpedienteFactory()
    SolicitudFactory()

    rechazo = pytest.raises(IntegrityError, match=f"De {tabla} no se cambia")
    with rechazo, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(tabla=tabla, columna=columna))


@pytest.mark.parametrize("orden", ["REPLACE INTO", "INSERT OR REPLACE INTO"])
@pytest.mark.parametrize("tabla", ["historial_estado", "historico_estado_solicitud", "cambio"])
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL no tiene REPLACE")
def test_de_las_historias_no_se_repone(db, tabla, orden):
    ExpedienteFactory()
    SolicitudFactory()

    rechazo = pytest.raises(IntegrityError, match=f"De {tabla} no se cambia")
    with rechazo, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{orden} {tabla} SELECT * FROM {tabla}")


@pytest.mark.postgresql
def test_abrirlo_todo_es_de_quien_podria_quitar_los_disparadores(db):
    ExpedienteFactory()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE otro_programa; GRANT ALL ON ALL TABLES IN SCHEMA public TO otro_programa")
        cursor.execute("SET LOCAL ROLE otro_programa")
        with pytest.raises(IntegrityError, match="De cambio no se cambia"), transaction.atomic(), door(None):
            cursor.execute("DELETE FROM cambio")
        transaction.set_rollback(True)


@pytest.mark.postgresql
def test_tampoco_se_vacian(db):
    rechazo = pytest.raises(IntegrityError, match="De cambio no se cambia")
    with rechazo, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE cambio")


def test_la_puerta_es_solo_para_las_filas_que_se_nombran(db):
    uno, otro = ExpedienteFactory(), ExpedienteFactory()

    with pytest.raises(IntegrityError), transaction.atomic(), door(HistorialEstado, [uno.historial.get().pk]):
        otro.historial.all().delete()
    with door(HistorialEstado, [uno.historial.get().pk]):
        assert uno.historial.all().delete()[0] == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        otro.historial.all().delete()


def test_estan_despues_de_migrar(db):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        hay = {nombre for (nombre,) in cursor.fetchall()}

    finales = (
        ("solo_se_agrega", "no_se_vacia")
        if connection.vendor == "postgresql"
        else ("no_cambia", "no_se_borra", "no_se_repone")
    )
    tablas = ("historial_estado", "historico_estado_solicitud", "cambio")
    assert hay >= {f"{tabla}_{final}" for tabla in tablas for final in finales}
    assert hay >= {f"{tabla}_version" for tabla in ("expediente", "solicitud", "usuario", "lugar", "aseguradora")}


def test_encadenar_dos_veces_no_cambia_nada(db):
    expediente = ExpedienteFactory()
    antes = eslabones(expediente)
    encadenar(HistorialEstado, "expediente", HistorialEstado.sellados, connection)

    assert eslabones(expediente) == antes
