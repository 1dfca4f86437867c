"""The findings of `verificar_historial` after somebody with the database's password has been there."""

import random
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from expedientes.archivo import ExpedienteArchivado
from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.cambios.registro import columnas_de
from monitor.cambios.tests.disparadores import sin_disparadores
from monitor.cambios.verificacion import hallazgos
from monitor.tests.azar import semillas
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory

HISTORIAS = ("historial_estado", "historico_estado_solicitud", "cambio")


@pytest.fixture
def historias(las_mismas, db):
    return las_mismas


@pytest.fixture(scope="module")
def las_mismas(base_del_modulo):
    """Some expedientes and solicitudes with a past, one of each kind of end."""
    jefa = UsuarioFactory(administrador=True)
    for n in range(4):
        ExpedienteFactory(no_siniestro=f"SIN-{n}", marca="Nissan", por=jefa)
        Expediente.objects.cambiar_estado(f"SIN-{n}", "Restauracion", por=jefa)
        Expediente.objects.actualizar(f"SIN-{n}", {"marca": "KIA", "color": f"color {n}"}, por=jefa)
        Expediente.objects.cambiar_estado(f"SIN-{n}", "Salida", por=jefa)
    Expediente.objects.archivar("SIN-3", por=jefa)
    for n in range(2):
        solicitud = SolicitudFactory()
        Solicitud.objects.actualizar(solicitud.pk, {"cantidad_pasajeros": 7 + n}, por=solicitud.solicitante)
        Solicitud.objects.aprobar(solicitud.pk, por=solicitud.aprobador)
    return jefa


def orden(nombre, *argumentos, **opciones):
    salida = StringIO()
    call_command(nombre, *argumentos, stdout=salida, stderr=salida, **opciones)
    return salida.getvalue()


def test_lo_que_nadie_toco_esta_como_se_escribio(historias):
    assert list(hallazgos()) == []
    assert orden("verificar_historial") == (
        "Todas las historias son como se escribieron. No se comparó con ningún sello.\n"
    )


ALTERACIONES = {
    "cambiar quién": "UPDATE historial_estado SET cambiado_por = NULL WHERE id = {historial}",
    "cambiar cuándo": "UPDATE historial_estado SET fecha_cambio = '2020-01-01 00:00:00' WHERE id = {historial}",
    "cambiar el estado": "UPDATE historial_estado SET estado_anterior = 'Pendiente_de_salida' WHERE id = {historial}",
    "cambiar un cambio": "UPDATE cambio SET cambios = '{{}}' WHERE id = {cambio}",
    "cambiar la puerta": "UPDATE cambio SET origen = 'importacion' WHERE id = {cambio}",
    "dar un cambio a otro": "UPDATE cambio SET uid = '{otra}' WHERE id = {cambio}",
    "quitar el último": "DELETE FROM historial_estado WHERE id = {ultimo}",
    "quitar el primero": "DELETE FROM historial_estado WHERE id = {historial}",
    "quitar un cambio": "DELETE FROM cambio WHERE id = {cambio}",
    "agregar una fila": "INSERT INTO historial_estado (no_siniestro, estado_nuevo) VALUES ('SIN-0', 'Ingreso')",
    "cambiarlas de lugar": "UPDATE historial_estado SET eslabon = CASE eslabon WHEN 1 THEN 3 WHEN 3 THEN 1 END"
    " WHERE no_siniestro = 'SIN-0' AND eslabon IN (1, 3)",
    "saltarse un lugar": "UPDATE historial_estado SET eslabon = eslabon + 5 WHERE id = {ultimo}",
    "dar la historia a otro": "UPDATE historial_estado SET no_siniestro = 'SIN-1' WHERE id = {ultimo}",
    "quitar la cadena": "UPDATE historial_estado SET eslabon = NULL, huella = NULL WHERE id = {ultimo}",
    "cambiar el estado del expediente": "UPDATE expediente SET estado = 'Ingreso' WHERE no_siniestro = 'SIN-0'",
    "acortar la cadena": "UPDATE expediente SET eslabones = 2 WHERE no_siniestro = 'SIN-0'",
    "cambiar la cabeza": "UPDATE expediente SET cabeza = '' WHERE no_siniestro = 'SIN-0'",
    "cambiar la identidad": f"UPDATE expediente SET uid = '{'0a' * 16}' WHERE no_siniestro = 'SIN-0'",
    "cambiar una decisión": "UPDATE historico_estado_solicitud SET motivo_estado_solicitud = 'Otro' WHERE id = {paso}",
    "desaprobar": "UPDATE solicitud SET id_estado_actual = 1 WHERE id = {solicitud}",
    "borrar el archivo": "DELETE FROM expediente_archivado",
    "cambiar los ids de lugar": "UPDATE historial_estado SET id = -id WHERE no_siniestro = 'SIN-0'",
    "adelantar un cambio": "UPDATE cambio SET id = -id WHERE id = {cambio}",
    "agregar un cambio de nada": "INSERT INTO cambio (objeto, uid, fecha, origen, cambios)"
    " VALUES ('nada', '{otra}', '2026-01-01 00:00:00', 'api', '{{}}')",
    "archivar dos veces": "INSERT INTO expediente_archivado ({copia}) SELECT {copia} FROM expediente_archivado",
}


@pytest.mark.parametrize("alteracion", ALTERACIONES)
def test_cada_alteracion_se_encuentra(historias, alteracion):
    with sin_disparadores() as cursor:

        def uno(sql):
            cursor.execute(sql)
            return cursor.fetchone()[0]

        otra = uno("SELECT uid FROM expediente WHERE no_siniestro = 'SIN-1'")
        nombres = {
            "historial": uno("SELECT min(id) FROM historial_estado WHERE no_siniestro = 'SIN-0'"),
            "ultimo": uno("SELECT max(id) FROM historial_estado WHERE no_siniestro = 'SIN-0'"),
            "cambio": uno("SELECT max(id) FROM cambio WHERE objeto = 'expediente'"),
            "paso": uno("SELECT max(id) FROM historico_estado_solicitud"),
            "solicitud": uno("SELECT max(id) FROM solicitud"),
            "otra": getattr(otra, "hex", otra),
            "copia": ", ".join(c.column for c in columnas_de(ExpedienteArchivado) if not c.primary_key),
        }
        cursor.execute(ALTERACIONES[alteracion].format(**nombres))

    assert list(hallazgos()) != []
    with pytest.raises(CommandError, match="No todo es como se escribió"):
        orden("verificar_historial")


def test_una_historia_archivada_tambien_se_comprueba(historias):
    with sin_disparadores() as cursor:
        jsonb = connection.vendor == "postgresql"
        texto, tipo = ("datos::text", "::jsonb") if jsonb else ("datos", "")
        cursor.execute(
            f"UPDATE expediente_archivado SET datos = replace({texto}, 'Restauracion', 'Pendiente_de_salida'){tipo}"
        )

    assert any("SIN-3" in frase for frase in hallazgos())


COLUMNAS = {
    "historial_estado": ("estado_anterior", "estado_nuevo", "fecha_cambio", "cambiado_por", "eslabon", "huella"),
    "historico_estado_solicitud": ("motivo_estado_solicitud", "fecha_hora_creacion", "cambiado_por", "huella"),
    "cambio": ("uid", "fecha", "usuario_id", "origen", "peticion", "cambios", "eslabon", "huella"),
    "expediente": ("estado", "eslabones", "cabeza"),
    "solicitud": ("id_estado_actual", "eslabones", "cabeza"),
}


@pytest.mark.parametrize("semilla", semillas(40))
def test_alteraciones_al_azar(historias, semilla):
    """Copy into some column of some row what another row has there, or delete a row: it is found, refused by a
    constraint, or changes nothing."""
    azar = random.Random(semilla)
    tabla = azar.choice(list(COLUMNAS))
    columna = azar.choice(COLUMNAS[tabla])
    with sin_disparadores() as cursor:
        llave = "no_siniestro" if tabla == "expediente" else "id"
        cursor.execute(f"SELECT {llave}, {columna} FROM {tabla} ORDER BY {llave}")
        filas = cursor.fetchall()
        (pk, suyo), (_, ajeno) = azar.sample(filas, 2) if len(filas) > 1 else (filas[0], filas[0])
        borrar = tabla in HISTORIAS and azar.random() < 0.3
        try:
            with transaction.atomic():
                if borrar:
                    cursor.execute(f"DELETE FROM {tabla} WHERE {llave} = %s", [pk])
                else:
                    cursor.execute(f"UPDATE {tabla} SET {columna} = %s WHERE {llave} = %s", [ajeno, pk])
        except IntegrityError:
            return

    assert bool(list(hallazgos())) == (borrar or suyo != ajeno)


# --- Seals ---


@pytest.fixture
def sello(historias, tmp_path):
    """A seal of the histories, and the key to check it with."""
    orden("sellar_historial", crear_clave=tmp_path / "clave")
    orden("sellar_historial", clave=tmp_path / "clave", carpeta=tmp_path)
    return {"sello": next(tmp_path.glob("*.sello")), "clave": tmp_path / "clave.pub"}


def test_lo_que_sigue_a_un_sello_lo_cumple(historias, sello):
    Expediente.objects.cambiar_estado("SIN-0", "Ingreso", por=historias)
    Expediente.objects.archivar("SIN-1", por=historias)
    ExpedienteFactory(no_siniestro="NUEVO")

    assert "Comparado con el sello" in orden("verificar_historial", **sello)


def test_un_expediente_que_desaparece_entero_lo_dice_el_sello(historias, sello):
    with sin_disparadores() as cursor:
        cursor.execute("DELETE FROM cambio WHERE uid IN (SELECT uid FROM expediente)")
        for tabla in ("historial_estado", "expediente"):
            cursor.execute(f"DELETE FROM {tabla}")

    assert not any(frase.startswith("expediente") for frase in hallazgos())
    with pytest.raises(CommandError, match="3 hallazgos"):
        orden("verificar_historial", **sello)


def test_una_historia_escrita_de_nuevo_la_dice_el_sello(historias, sello):
    """Whoever can compute the chain again fools the chain, and not the seal."""
    with sin_disparadores() as cursor:
        cursor.execute("DELETE FROM cambio WHERE uid IN (SELECT uid FROM expediente)")
        cursor.execute("DELETE FROM historial_estado WHERE eslabon > 1")
        cursor.execute(
            "UPDATE expediente SET estado = 'Ingreso', eslabones = 1, cabeza = (SELECT huella FROM"
            " historial_estado h WHERE h.no_siniestro = expediente.no_siniestro)"
        )

    assert not any("SIN-0" in frase for frase in hallazgos())
    with pytest.raises(CommandError, match="No todo es como se escribió"):
        orden("verificar_historial", **sello)


@pytest.mark.parametrize("como", ["cambiado", "cortado", "de otra clave"])
def test_un_sello_que_no_es_el_que_se_firmo_no_comprueba_nada(historias, sello, tmp_path, como):
    texto = sello["sello"].read_text()
    if como == "cambiado":
        sello["sello"].write_text(texto.replace(" 6 ", " 5 ", 1))
    elif como == "cortado":
        sello["sello"].write_text(texto[: len(texto) // 2])
    else:
        orden("sellar_historial", crear_clave=tmp_path / "otra")
        sello["clave"] = tmp_path / "otra.pub"

    with pytest.raises(CommandError, match=r"no es un sello completo|no lo firmó esa clave"):
        orden("verificar_historial", **sello)


def test_lo_que_no_esta_como_se_escribio_no_se_sella(historias, tmp_path):
    orden("sellar_historial", crear_clave=tmp_path / "clave")
    with sin_disparadores() as cursor:
        cursor.execute("UPDATE cambio SET peticion = 'x'")

    with pytest.raises(CommandError, match="No se selló nada"):
        orden("sellar_historial", clave=tmp_path / "clave", carpeta=tmp_path)
    assert list(tmp_path.glob("*.sello")) == []


def test_la_clave_privada_solo_la_lee_su_duena(sello, tmp_path):
    assert (tmp_path / "clave").stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="clave»: ya existe: bórrelo, o escriba otro nombre"):
        orden("sellar_historial", crear_clave=tmp_path / "clave")


NO_HAY = Path("/no/hay")


@pytest.mark.parametrize("opciones", [{"crear_clave": NO_HAY / "clave"}, {"carpeta": NO_HAY}])
def test_lo_que_no_se_puede_escribir_se_dice(sello, tmp_path, opciones):
    with pytest.raises(CommandError, match=r"«/no/hay/.*»: no existe, o no existe su carpeta: revise la ruta y repita"):
        orden("sellar_historial", **{"clave": tmp_path / "clave"} | opciones)


@pytest.mark.parametrize("opciones", [{"sello": NO_HAY}, {"clave": NO_HAY}, {"sello": NO_HAY, "clave": NO_HAY}])
def test_opciones_que_no_sirven(db, opciones):
    with pytest.raises(CommandError):
        orden("verificar_historial", **opciones)
