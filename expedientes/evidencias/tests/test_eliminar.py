"""Deleting evidence and bringing it back, what becomes of it with its expediente, and the commands."""

import os
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from expedientes.archivo import AnexoArchivado, ExpedienteArchivado
from expedientes.evidencias import revision
from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.tests.conftest import guardados
from expedientes.evidencias.tests.formas import FOTO, con_archivo, ruta_de, subida, subir
from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Api, respuesta
from monitor.archivos.tests.muestras import PDF, imagen
from monitor.usuarios.tests.factories import UsuarioFactory

RUTA = ruta_de("SIN/2024/9")
EXPEDIENTE = "/api/expedientes/SIN%2F2024%2F9"


def test_una_se_elimina_solo_si_sigue_como_se_leyo(administrador, operador, expediente, almacen):
    recibida = subir(operador)
    ruta = recibida.headers["Location"]
    leida = operador.get(ruta)
    assert leida.headers["ETag"] == recibida.headers["ETag"]
    Evidencia.objects.update(ubicacion_almacenamiento="Nube")

    for condicion in ({"If-Match": recibida.headers["ETag"]}, {"If-Match": '"vieja"'}, {"If-None-Match": "*"}):
        rechazada = administrador.delete(ruta, **condicion)
        frase = "La evidencia cambió desde que la leyó; vuelva a leerla"
        assert respuesta(rechazada) == (412, {"error": frase})

    assert Evidencia.objects.count() == 1
    assert administrador.delete(ruta, **{"If-Match": operador.get(ruta).headers["ETag"]}).status_code == 200


def test_la_etag_de_una_cambia_con_lo_que_se_lee_de_ella(operador, expediente, almacen):
    primera = subir(operador)
    etags = [primera.headers["ETag"]]

    segunda = subir(operador)
    etags.append(operador.get(primera.headers["Location"]).headers["ETag"])
    assert operador.get(segunda.headers["Location"]).headers["ETag"] == segunda.headers["ETag"]
    operador.patch(f"{EXPEDIENTE}/no_siniestro", {"no_siniestro": "SIN-2"})
    pk = Evidencia.objects.order_by("pk").first().pk
    etags.append(operador.get(f"/api/expedientes/SIN-2/evidencias/{pk}").headers["ETag"])

    assert len(set(etags)) == 3


def test_todas_se_eliminan_solo_si_el_expediente_sigue_como_se_leyo(operador, expediente, almacen):
    subir(operador)
    visto = operador.get(EXPEDIENTE).headers["ETag"]
    subir(operador)

    for condicion in ({"If-Match": visto}, {"If-None-Match": "*"}):
        rechazada = operador.delete(RUTA, **condicion)
        frase = "El expediente cambió desde que lo leyó; vuelva a leerlo"
        assert respuesta(rechazada) == (412, {"error": frase})

    assert Evidencia.objects.count() == 2
    assert operador.delete(RUTA, **{"If-Match": operador.get(EXPEDIENTE).headers["ETag"]}).status_code == 200
    assert not Evidencia.objects.exists()


def test_eliminar_una(administrador, operador, expediente, almacen):
    fila, otra = subida(operador), subida(operador, cuerpo=con_archivo(PDF, "b.pdf"))
    antes = operador.get(EXPEDIENTE).headers["ETag"]

    esperado = {"ok": True, "mensaje": "Evidencia eliminada", "carpetaEliminada": "foto.jpg"}
    assert respuesta(administrador.delete(f"{RUTA}/{fila['id']}")) == (200, esperado)
    leido = operador.get(EXPEDIENTE)
    assert leido.json()["evidencia"] == [otra]
    assert leido.headers["ETag"] != antes
    [cambio] = operador.get(f"{EXPEDIENTE}/cambios?por_pagina=1").json()
    assert (cambio["cambios"]["evidencia"]["a"], cambio["cambios"]["evidencia"]["de"][0]["id"]) == (None, fila["id"])
    assert len(guardados(almacen)) == 2
    for ruta in (f"{RUTA}/{fila['id']}", f"{RUTA}/{fila['id']}/archivo", fila["ruta"]):
        assert operador.get(ruta).status_code == 404
    [copia] = AnexoArchivado.objects.all()
    assert (copia.datos["nombre_archivo"], copia.archivado_por) == ("foto.jpg", administrador.usuario)
    assert respuesta(administrador.delete(f"{RUTA}/{fila['id']}")) == (404, {"error": "Evidencia no encontrada"})


def test_eliminar_la_de_otro_expediente_no_se_puede(administrador, expediente, almacen):
    ExpedienteFactory(no_siniestro="OTRO")
    fila = subida(administrador, "OTRO")

    assert respuesta(administrador.delete(f"{RUTA}/{fila['id']}")) == (404, {"error": "Evidencia no encontrada"})
    assert respuesta(administrador.delete(f"{RUTA}/x")) == (400, {"error": "ID inválido"})
    assert Evidencia.objects.count() == 1


def test_operador_no_elimina_una(operador, expediente, almacen):
    fila = subida(operador)

    assert respuesta(operador.delete(f"{RUTA}/{fila['id']}")) == (
        403,
        {"error": "Acceso restringido a administradores"},
    )


# --- All of it ---

RESTRINGIDO = (403, {"error": "Acceso restringido a administradores"})


def test_operador_vacia_lo_suyo_de_hoy(operador, expediente, almacen):
    for _ in range(2):
        subida(operador)

    assert respuesta(operador.delete(RUTA)) == (200, {"ok": True})
    assert (Evidencia.objects.count(), AnexoArchivado.objects.count()) == (0, 2)
    assert operador.get(EXPEDIENTE).json()["evidencia"] == []


def test_operador_no_vacia_lo_de_otro_ni_lo_de_ayer(operador, expediente, almacen):
    subida(operador)
    ajena = subida(Api(UsuarioFactory()))
    assert respuesta(operador.delete(RUTA)) == RESTRINGIDO
    Evidencia.objects.filter(pk=ajena["id"]).delete()
    Evidencia.objects.update(fecha_carga=timezone.now() - timedelta(hours=24, seconds=1))
    assert respuesta(operador.delete(RUTA)) == RESTRINGIDO
    assert Evidencia.objects.count() == 1


def test_administrador_vacia_lo_que_sea(administrador, operador, expediente, almacen):
    subida(operador)

    assert respuesta(administrador.delete(RUTA)) == (200, {"ok": True})
    assert Evidencia.objects.count() == 0


def test_vaciar_lo_que_no_hay(operador, tecnico, expediente):
    antes = operador.get(EXPEDIENTE).headers["ETag"]

    assert respuesta(operador.delete(RUTA)) == (200, {"ok": True})
    assert respuesta(operador.delete(ruta_de("NO-HAY"))) == (200, {"ok": True})
    assert operador.get(EXPEDIENTE).headers["ETag"] == antes
    assert tecnico.delete(RUTA).status_code == 403


# --- With its expediente ---


def test_se_va_y_vuelve_con_su_expediente(administrador, expediente, almacen):
    filas = [subida(administrador), subida(administrador, cuerpo=con_archivo(PDF, "a.pdf"))]
    detalladas = administrador.get(f"{RUTA}?detalle=1").json()

    assert administrador.delete(EXPEDIENTE).status_code == 200
    assert (Evidencia.objects.count(), administrador.get(RUTA).json()) == (0, [])
    assert administrador.get(filas[0]["ruta"]).status_code == 404
    assert len(guardados(almacen)) == 2

    Expediente.objects.restaurar(ExpedienteArchivado.objects.get().pk, por=administrador.usuario)
    assert administrador.get(f"{RUTA}?detalle=1").json() == detalladas
    assert administrador.get(f"{RUTA}/{filas[0]['id']}/archivo").getvalue() == FOTO
    call_command("verificar_historial", stdout=StringIO())


def test_la_copia_dice_quien_la_subio(administrador, expediente, almacen):
    """Without that person it doesn't come back, as nothing does (`test_restaurar`)."""
    quien = UsuarioFactory(nombre="Ana Ruiz")
    subida(Api(quien))
    administrador.delete(EXPEDIENTE)

    [archivado] = ExpedienteArchivado.objects.all()
    assert {"id": quien.pk, "nombre": "Ana Ruiz", "username": quien.username} in archivado.datos["usuario"]


def test_sigue_al_numero_de_su_expediente(operador, expediente, almacen):
    fila = subida(operador)
    operador.patch(f"{EXPEDIENTE}/no_siniestro", {"no_siniestro": "AXA-1"})

    [ahora] = operador.get(ruta_de("AXA-1")).json()
    assert (ahora["id"], ahora["no_siniestro"]) == (fila["id"], "AXA-1")
    assert ahora["ruta"] == fila["ruta"].replace("SIN/2024/9", "AXA-1")
    assert operador.get(ahora["ruta"]).getvalue() == FOTO
    assert operador.get(fila["ruta"]).status_code == 404
    assert operador.get(RUTA).json() == []
    assert respuesta(subir(operador)) == (404, {"error": "Expediente no encontrado: ahora es AXA-1"})


# --- The commands ---


def correr(*orden) -> str:
    salida = StringIO()
    call_command(*orden, stdout=salida)
    return salida.getvalue()


def test_recuperar_una_que_se_elimino(administrador, expediente, almacen):
    fila = subida(administrador)
    detalle = administrador.get(f"{RUTA}/{fila['id']}").json()
    administrador.delete(f"{RUTA}/{fila['id']}")
    administrador.patch(f"{EXPEDIENTE}/no_siniestro", {"no_siniestro": "AXA-1"})

    assert correr("recuperar_evidencia", str(fila["id"])) == "Volvió foto.jpg a AXA-1.\n"
    vuelta = administrador.get(f"{ruta_de('AXA-1')}/{fila['id']}").json()
    assert vuelta["sha256"] == detalle["sha256"]
    assert administrador.get(f"{ruta_de('AXA-1')}/{fila['id']}/archivo").getvalue() == FOTO
    with pytest.raises(CommandError, match="ya no se conserva"):
        correr("recuperar_evidencia", str(fila["id"]))


def test_recuperar_a_los_treinta_dias_ya_no_se_puede(administrador, expediente, almacen):
    fila = subida(administrador)
    administrador.delete(f"{RUTA}/{fila['id']}")
    AnexoArchivado.objects.update(archivado_en=timezone.now() - timedelta(days=30, seconds=1))

    with pytest.raises(CommandError, match="ya no se conserva"):
        correr("recuperar_evidencia", str(fila["id"]))
    envejecer(almacen)
    assert "Se borraron 1 archivos" in correr("revisar_evidencias", "--limpiar")
    assert guardados(almacen) == []


def test_recuperar_de_un_expediente_archivado_pide_restaurarlo(administrador, expediente, almacen):
    fila = subida(administrador)
    administrador.delete(f"{RUTA}/{fila['id']}")
    administrador.delete(EXPEDIENTE)

    with pytest.raises(CommandError, match="restáurelo antes"):
        correr("recuperar_evidencia", str(fila["id"]))


def envejecer(almacen):
    for ruta in guardados(almacen):
        os.utime(ruta, (0, 0))


def test_revisar_con_todo_en_orden(administrador, expediente, almacen):
    """Files that were deleted a short while ago, and those of the archive, have an owner."""
    ExpedienteFactory(no_siniestro="OTRO")
    subida(administrador, "OTRO", con_archivo(PDF))
    administrador.delete("/api/expedientes/OTRO")
    eliminada = subida(administrador, cuerpo=con_archivo(imagen("PNG")))
    administrador.delete(f"{RUTA}/{eliminada['id']}")
    subida(administrador)
    envejecer(almacen)

    assert correr("revisar_evidencias", "--limpiar").endswith("Toda la evidencia está, y como llegó.\n")
    assert len(guardados(almacen)) == 3


@pytest.mark.parametrize("ruta", [EXPEDIENTE, RUTA], ids=["se archiva", "se elimina"])
def test_lo_que_se_va_mientras_se_revisa_conserva_sus_bytes(administrador, expediente, almacen, monkeypatch, ruta):
    """It goes after the archive was read, and before the rows are: it is in neither."""
    subida(administrador)
    envejecer(almacen)
    guardados_antes = revision._guardados

    def y_se_va(*args):
        antes = guardados_antes(*args)
        administrador.delete(ruta)
        return antes

    monkeypatch.setattr(revision, "_guardados", y_se_va)
    correr("revisar_evidencias", "--limpiar")

    assert Evidencia.objects.count() == 0
    assert len(guardados(almacen)) == 1


def test_revisar_nombra_lo_alterado_lo_ausente_y_lo_que_no_es_de_nadie(administrador, expediente, almacen, capsys):
    filas = [subida(administrador, cuerpo=con_archivo(imagen(ancho=n), f"{n}.jpg")) for n in (10, 11, 12)]
    alterada, ausente, sana = (almacen._ruta(Evidencia.objects.get(pk=fila["id"]).lugar) for fila in filas)
    alterada.write_bytes(alterada.read_bytes()[:-1] + b"x")
    ausente.unlink()
    suelto = almacen.raiz / "originales" / "ab" / ("ab" * 16)
    suelto.parent.mkdir(exist_ok=True)
    suelto.write_bytes(b"de un proceso que murio")
    (almacen.entrantes / ("cd" * 16)).write_bytes(b"x")

    salida = StringIO()
    with pytest.raises(CommandError, match="Hay 3 problemas"):
        call_command("revisar_evidencias", stdout=salida)
    assert salida.getvalue().splitlines() == [
        f"alterada: evidencia {filas[0]['id']} de SIN/2024/9: 10.jpg",
        f"ausente: evidencia {filas[1]['id']} de SIN/2024/9: 11.jpg",
        f"huérfano: ab/{'ab' * 16}, de 23 bytes",
    ]
    with pytest.raises(CommandError):  # it is too young: somebody may be entering it
        correr("revisar_evidencias", "--limpiar")
    assert suelto.exists()
    envejecer(almacen)
    with pytest.raises(CommandError, match="Hay 2 problemas"):
        correr("revisar_evidencias", "--limpiar")
    assert sorted(guardados(almacen)) == sorted([alterada, sana])


def test_lo_que_alguien_dejo_en_la_carpeta_se_nombra_y_no_se_borra(administrador, expediente, almacen):
    subida(administrador)
    ajenos = [almacen.raiz / ruta for ruta in ("entrantes/nota.txt", "originales/ab/basura.txt")]
    suelto = almacen.raiz / "originales" / "ab" / ("ab" * 16)
    for ruta in (*ajenos, suelto):
        ruta.parent.mkdir(parents=True, exist_ok=True)
        ruta.write_bytes(b"x")
    envejecer(almacen)

    salida = StringIO()
    with pytest.raises(CommandError, match="Hay 2 problemas"):
        call_command("revisar_evidencias", "--limpiar", stdout=salida)
    for ruta in ajenos:
        assert f"ajeno: {ruta}; Monitor no lo puso ahí ni lo borra: muévalo a otra parte\n" in salida.getvalue()
        assert ruta.exists()
    assert not suelto.exists()
