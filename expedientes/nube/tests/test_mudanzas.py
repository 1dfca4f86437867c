"""Moving evidence to the cloud and back, and reading it there."""

import json
import os
from datetime import timedelta
from io import BytesIO, StringIO
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from expedientes.archivo import ExpedienteArchivado
from expedientes.evidencias.models import Evidencia
from expedientes.evidencias.tests.conftest import guardados
from expedientes.evidencias.tests.formas import FOTO, con_archivo, ruta_de, subida
from expedientes.models import Expediente
from expedientes.nube.tests.conftest import salido
from expedientes.nube.tests.cubeta import que_quite_la_diagonal
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import respuesta
from monitor.archivos.nube import MAYOR_LLAVE, NUBE, Bytes
from monitor.archivos.tests.muestras import PDF, imagen

RUTA = ruta_de("SIN/2024/9")
EXPEDIENTE = "/api/expedientes/SIN%2F2024%2F9"


def llaves() -> list[str]:
    return sorted(uno.lugar for uno in NUBE.hallados(""))


def llave(fila) -> str:
    """Return the key under which the bucket has what a row is about."""
    return fila["ruta"].removeprefix("/")


def respaldado(api, *contenidos) -> list[dict]:
    """Send these files, move them to the cloud, and return their rows, oldest first."""
    for n, contenido in enumerate(contenidos or (FOTO,)):
        subida(api, cuerpo=con_archivo(contenido, f"{n}.jpg"))
    assert respuesta(api.post(f"{RUTA}/respaldar")) == (200, {"ok": True, "subidas": len(contenidos or (FOTO,))})
    return api.get(f"{RUTA}?detalle=1").json()[::-1]


def test_respaldar_y_leer_de_la_nube(operador, tecnico, expediente, nube, almacen):
    fila = subida(operador)
    antes = operador.get(EXPEDIENTE)
    assert respuesta(operador.post(f"{RUTA}/respaldar")) == (200, {"ok": True, "subidas": 1})

    despues = operador.get(EXPEDIENTE)
    assert despues.json()["ubicacion_almacenamiento"] == "Nube"
    assert despues.json()["evidencia"] == [fila | {"ubicacion_almacenamiento": "Nube"}]
    assert despues.headers["ETag"] != antes.headers["ETag"]
    assert b'"SIN/2024/9"' in operador.get("/api/expedientes/nube").getvalue()
    [cambio] = operador.get(f"{EXPEDIENTE}/cambios?por_pagina=1").json()
    assert cambio["cambios"]["ubicacion_almacenamiento"] == {"de": "Local", "a": "Nube"}
    assert cambio["cambios"]["evidencia"]["a"][0]["ubicacion_almacenamiento"] == "Nube"
    assert guardados(almacen) == []
    carpeta = "evidencias/SIN/2024/9"
    assert llaves() == sorted([f"{carpeta}/EXPEDIENTE_SIN_2024_9.xlsx", f"{carpeta}/manifiesto.json", llave(fila)])
    [listada] = tecnico.get(RUTA).json()
    with urlopen(listada["url_nube"]) as directa:
        assert directa.read() == FOTO
    assert listada["key_nube"] == fila["ruta"]
    assert parse_qs(urlsplit(listada["url_nube"]).query)["X-Amz-Expires"] == ["900"]
    for ruta in (f"{RUTA}/{fila['id']}/archivo", fila["ruta"]):
        leida = tecnico.get(ruta)
        assert (leida.status_code, leida.getvalue()) == (200, FOTO)
        assert leida.headers["ETag"] == f'"{Evidencia.objects.get().sha256}"'
    assert tecnico.get(f"{RUTA}/{fila['id']}/miniatura").status_code == 200
    call_command("verificar_historial", stdout=StringIO())


def test_de_la_nube_por_partes_y_sin_traer_lo_que_ya_se_tiene(operador, expediente, nube):
    [fila] = respaldado(operador, imagen(ancho=900, alto=700) + b"\0" * 600_000)
    archivo = f"{RUTA}/{fila['id']}/archivo"
    entero = operador.get(archivo).getvalue()
    nube.pedidos.clear()

    parte = operador.get(archivo, Range="bytes=10-300009")
    assert (parte.status_code, parte.getvalue()) == (206, entero[10:300010])
    assert parte.headers["Content-Range"] == f"bytes 10-300009/{len(entero)}"
    assert operador.get(archivo, Range="bytes=-5").getvalue() == entero[-5:]
    assert operador.get(archivo, Range=f"bytes={len(entero)}-").status_code == 416
    nube.pedidos.clear()
    assert operador.get(archivo, **{"If-None-Match": f'"{fila["sha256"]}"'}).status_code == 304
    assert nube.pedidos == []
    assert operador.head(archivo).headers["Content-Length"] == str(len(entero))


def test_respaldar_en_orden_lo_que_no_se_puede(operador, tecnico, nube, settings):
    assert tecnico.post(f"{RUTA}/respaldar").status_code == 403
    assert respuesta(operador.post(f"{RUTA}/respaldar")) == (404, {"error": "Expediente no encontrado"})
    ExpedienteFactory(no_siniestro="SIN/2024/9")
    subida(operador)
    frase = "Solo se puede respaldar a la nube un expediente con estado Salida"
    assert respuesta(operador.post(f"{RUTA}/respaldar")) == (400, {"error": frase})
    salido("VACIO")
    sin_nada = (400, {"error": "No hay evidencias locales para respaldar"})
    assert respuesta(operador.post(f"{ruta_de('VACIO')}/respaldar")) == sin_nada
    assert operador.patch(f"{EXPEDIENTE}/estado", {"estado": "Salida"}).status_code == 200
    settings.NUBE = None
    assert respuesta(operador.post(f"{RUTA}/respaldar")) == (409, {"error": "La nube no está configurada"})


def test_el_manifiesto_y_los_formatos_van_con_ellas(operador, expediente, nube):
    operador.post("/api/checklist", {"no_siniestro": "SIN/2024/9"})
    operador.post("/api/levantamientos", {"no_siniestro": "SIN/2024/9"})
    fila, otra = respaldado(operador, FOTO, PDF)

    for nombre in ("EXPEDIENTE", "CHECKLIST", "LEVANTAMIENTO"):
        hoja = []
        NUBE.bajar(f"evidencias/SIN/2024/9/{nombre}_SIN_2024_9.xlsx", hoja.append)
        assert openpyxl.load_workbook(BytesIO(b"".join(hoja))).sheetnames

    contenido = []
    NUBE.bajar("evidencias/SIN/2024/9/manifiesto.json", contenido.append)
    manifiesto = json.loads(b"".join(contenido))
    assert [(e["llave"], e["sha256"]) for e in manifiesto["evidencias"]] == [
        (llave(una), una["sha256"]) for una in (fila, otra)
    ]
    assert manifiesto["expediente"]["no_siniestro"] == "SIN/2024/9"
    assert len(manifiesto["expediente"]["historial_estado"]) == 2


def test_con_clave_de_repeticion_responde_lo_mismo(operador, expediente, nube):
    subida(operador)
    for _ in range(2):
        repetida = operador.post(f"{RUTA}/respaldar", **{"Idempotency-Key": "una"})
        assert respuesta(repetida) == (200, {"ok": True, "subidas": 1})
    assert respuesta(operador.post(f"{RUTA}/respaldar", **{"Idempotency-Key": "otra"}))[0] == 400


def test_lo_que_cambia_de_numero_sigue_leyendose(operador, administrador, expediente, nube, almacen):
    [fila] = respaldado(operador)
    operador.patch(f"{EXPEDIENTE}/no_siniestro", {"no_siniestro": "AXA-1"})

    [ahora] = operador.get(ruta_de("AXA-1")).json()
    assert ahora["key_nube"] == ahora["ruta"] == fila["ruta"].replace("SIN/2024/9", "AXA-1")
    assert operador.get(ahora["ruta"]).getvalue() == FOTO
    with urlopen(ahora["url_nube"]) as directa:
        assert directa.read() == FOTO
    assert respuesta(administrador.post(f"{ruta_de('AXA-1')}/restaurar")) == (200, {"ok": True, "restauradas": 1})


def test_un_nombre_mas_largo_que_una_llave(operador, expediente, nube):
    subida(operador, cuerpo=con_archivo(FOTO, "\U0002000b" * 250 + ".jpg"))
    assert operador.post(f"{RUTA}/respaldar").json() == {"ok": True, "subidas": 1}

    una = Evidencia.objects.get()
    assert len(una.llave_nube.encode()) <= MAYOR_LLAVE
    assert operador.get(f"{RUTA}/{una.pk}/archivo").getvalue() == FOTO


# --- Back ---


def test_restaurar(administrador, operador, expediente, nube, almacen):
    [fila] = respaldado(operador)
    operador.get(f"{RUTA}/{fila['id']}/miniatura")
    assert operador.post(f"{RUTA}/restaurar").status_code == 403
    assert respuesta(administrador.post(f"{RUTA}/restaurar")) == (200, {"ok": True, "restauradas": 1})

    [vuelta] = administrador.get(f"{RUTA}?detalle=1").json()
    assert (vuelta["ubicacion_almacenamiento"], vuelta["url_nube"]) == ("Local", None)
    assert administrador.get(EXPEDIENTE).json()["ubicacion_almacenamiento"] == "Local"
    assert llave(fila) in llaves()
    nube.pedidos.clear()
    assert administrador.get(f"{RUTA}/{fila['id']}/archivo").getvalue() == FOTO
    assert nube.pedidos == []
    assert len(guardados(almacen)) == 1
    sin_nada = (400, {"error": "No hay evidencias en la nube para restaurar"})
    assert respuesta(administrador.post(f"{RUTA}/restaurar")) == sin_nada
    assert respuesta(administrador.post(f"{RUTA}/respaldar")) == (200, {"ok": True, "subidas": 1})


def test_restaurar_deja_lo_alterado_y_lo_ausente(administrador, expediente, nube):
    filas = respaldado(administrador, FOTO, imagen(ancho=50), imagen(ancho=51), PDF)
    NUBE.guardar(llave(filas[1]), b"otra cosa", "image/jpeg")
    NUBE.borrar(llave(filas[3]))

    frase = f"Evidencias alteradas o ausentes en la nube: {filas[1]['id']}, {filas[3]['id']}"
    assert respuesta(administrador.post(f"{RUTA}/restaurar")) == (409, {"error": frase})
    donde = [fila["ubicacion_almacenamiento"] for fila in administrador.get(RUTA).json()[::-1]]
    assert donde == ["Local", "Nube", "Local", "Nube"]
    assert respuesta(administrador.get(f"{RUTA}/integridad")) == (
        200,
        {
            "no_siniestro": "SIN/2024/9",
            "revisadas": 4,
            "intactas": 2,
            "alteradas": [filas[1]["id"]],
            "ausentes": [filas[3]["id"]],
        },
    )


def test_restaurar_en_orden_lo_que_no_se_puede(administrador, nube, settings):
    assert respuesta(administrador.post(f"{RUTA}/restaurar")) == (404, {"error": "Expediente no encontrado"})
    salido("SIN/2024/9")
    respaldado(administrador)
    settings.NUBE = None
    assert respuesta(administrador.post(f"{RUTA}/restaurar")) == (409, {"error": "La nube no está configurada"})
    for ruta in (f"{RUTA}/integridad", f"{RUTA}/{Evidencia.objects.get().pk}/archivo"):
        assert respuesta(administrador.get(ruta)) == (503, {"error": "La nube no responde"})
    assert administrador.get(RUTA).json()[0]["url_nube"] is None


def test_integridad_de_lo_que_esta_en_el_taller(operador, tecnico, expediente, nube, almacen):
    fila, otra = subida(operador), subida(operador, cuerpo=con_archivo(PDF))
    almacen._ruta(Evidencia.objects.get(pk=fila["id"]).lugar).write_bytes(b"x")
    almacen.soltar(Evidencia.objects.get(pk=otra["id"]).lugar)

    dicho = operador.get(f"{RUTA}/integridad").json()
    assert (dicho["alteradas"], dicho["ausentes"], dicho["intactas"]) == ([fila["id"]], [otra["id"]], 0)
    assert tecnico.get(f"{RUTA}/integridad").status_code == 403
    assert operador.get(f"{ruta_de('NO-HAY')}/integridad").status_code == 404
    # Neither can go to the cloud, and that isn't the cloud's fault.
    assert respuesta(operador.post(f"{RUTA}/respaldar")) == (200, {"ok": True, "subidas": 0})


# --- Where an expediente's files are ---


def ubicacion() -> str:
    return Expediente.objects.values_list("ubicacion_almacenamiento", flat=True).get()


def test_es_nube_mientras_todo_lo_suyo_esta_alla_y_esta_en_salida(administrador, operador, expediente, nube):
    fila, otra = respaldado(operador, FOTO, PDF)
    assert ubicacion() == "Nube"
    nueva = subida(operador)
    assert ubicacion() == "Local"
    administrador.delete(f"{RUTA}/{nueva['id']}")
    assert ubicacion() == "Nube"
    call_command("recuperar_evidencia", str(nueva["id"]), stdout=StringIO())
    assert ubicacion() == "Local"
    administrador.delete(f"{RUTA}/{nueva['id']}")
    operador.patch(f"{EXPEDIENTE}/estado", {"estado": "Restauracion"})
    assert ubicacion() == "Local"
    administrador.delete(f"{RUTA}/{otra['id']}")
    assert ubicacion() == "Local"
    vuelto = operador.patch(f"{EXPEDIENTE}/estado", {"estado": "Salida"})
    assert (vuelto.json()["ubicacion_almacenamiento"], ubicacion()) == ("Nube", "Nube")
    assert vuelto.headers["ETag"] == operador.get(EXPEDIENTE).headers["ETag"]
    administrador.delete(f"{RUTA}/{fila['id']}")
    assert ubicacion() == "Local"
    call_command("recuperar_evidencia", str(fila["id"]), stdout=StringIO())
    assert ubicacion() == "Nube"
    assert operador.get(fila["ruta"]).getvalue() == FOTO
    call_command("verificar_historial", stdout=StringIO())


def test_se_va_al_archivo_y_vuelve_con_lo_de_la_nube(administrador, expediente, nube):
    respaldado(administrador)
    antes = administrador.get(f"{RUTA}?detalle=1").json()
    administrador.delete(EXPEDIENTE)
    assert revisar() == "Toda la evidencia está, y como llegó."
    Expediente.objects.restaurar(ExpedienteArchivado.objects.get().pk, por=administrador.usuario)
    sin_direccion = [{**fila, "url_nube": None} for fila in antes]
    assert [{**fila, "url_nube": None} for fila in administrador.get(f"{RUTA}?detalle=1").json()] == sin_direccion
    assert ubicacion() == "Nube"


def envejecer(monkeypatch):
    """Have all that there is be old."""
    monkeypatch.setattr("expedientes.evidencias.revision.VIEJO", timedelta(minutes=-1))


def revisar(*opciones) -> str:
    salida = StringIO()
    call_command("revisar_evidencias", *opciones, stdout=salida)
    return salida.getvalue().strip()


def test_revisar_evidencias_tambien_la_de_la_nube(administrador, expediente, nube, monkeypatch):
    filas = respaldado(administrador, FOTO, imagen(ancho=50), PDF)
    administrador.delete(f"{RUTA}/{filas[2]['id']}")  # its bytes are kept, there too
    assert revisar() == "Toda la evidencia está, y como llegó."
    NUBE.guardar(llave(filas[0]), b"otra cosa", "image/jpeg")
    NUBE.borrar(llave(filas[1]))
    suelta = "evidencias/SIN/2024/9/evidencias/17_de_nadie.jpg"
    NUBE.guardar(suelta, b"x", "image/jpeg")

    salida = StringIO()
    with pytest.raises(CommandError, match="Hay 3 problemas"):
        call_command("revisar_evidencias", stdout=salida)
    assert salida.getvalue().splitlines()[:3] == [
        f"alterada: evidencia {filas[0]['id']} de SIN/2024/9: 0.jpg",
        f"ausente: evidencia {filas[1]['id']} de SIN/2024/9: 1.jpg",
        f"huérfano en la nube: {suelta}, de 1 bytes",
    ]
    with pytest.raises(CommandError, match="Hay 3 problemas"):  # it is too young
        revisar("--limpiar")
    envejecer(monkeypatch)
    with pytest.raises(CommandError, match="Hay 2 problemas"):
        revisar("--limpiar")
    assert suelta not in llaves()
    assert llave(filas[2]) in llaves()


# --- Keys that begin with a slash: those of before ---


def con_llaves_de_antes():
    """Have the rows name their keys as they did once, and the bucket have them under those."""
    for una in Evidencia.objects.filter(llave_nube__isnull=False):
        contenido = []
        NUBE.bajar(una.llave_nube, contenido.append)
        NUBE.borrar(una.llave_nube)
        NUBE.guardar(f"/{una.llave_nube}", b"".join(contenido), una.tipo_mime)
        Evidencia.objects.filter(pk=una.pk).update(llave_nube=f"/{una.llave_nube}")


TODO_BIEN = "De la nube se borraron 0 que no eran de nadie.\nToda la evidencia está, y como llegó."


@pytest.mark.parametrize("falla", [None, que_quite_la_diagonal], ids=["la guarda", "la quita"])
def test_lo_que_se_guardo_con_diagonal_se_lee_y_no_se_limpia(administrador, expediente, nube, monkeypatch, falla):
    nube.falla = falla
    fila, otra = respaldado(administrador, FOTO, PDF)
    con_llaves_de_antes()
    administrador.delete(f"{RUTA}/{otra['id']}")  # its bytes are kept
    envejecer(monkeypatch)

    assert administrador.get(fila["ruta"]).getvalue() == FOTO
    antes = llaves()
    assert revisar("--limpiar").endswith(TODO_BIEN)
    assert llaves() == antes
    call_command("recuperar_evidencia", str(otra["id"]), stdout=StringIO())
    assert respuesta(administrador.post(f"{RUTA}/restaurar")) == (200, {"ok": True, "restauradas": 2})
    assert respuesta(administrador.post(f"{RUTA}/respaldar")) == (200, {"ok": True, "subidas": 2})
    assert revisar("--limpiar").endswith(TODO_BIEN)
    assert set(Evidencia.objects.values_list("llave_nube", flat=True)) == {llave(fila), llave(otra)} <= set(llaves())


def test_lo_que_se_archivo_con_diagonal_no_se_limpia(administrador, expediente, nube, monkeypatch):
    nube.falla = que_quite_la_diagonal
    [fila] = respaldado(administrador)
    con_llaves_de_antes()
    administrador.delete(EXPEDIENTE)
    envejecer(monkeypatch)

    assert revisar("--limpiar").endswith(TODO_BIEN)
    assert llave(fila) in llaves()


def test_si_la_cubeta_no_lista_nada_de_lo_que_deberia_no_se_limpia(administrador, expediente, nube, monkeypatch):
    [fila] = respaldado(administrador)
    suelta = "evidencias/SIN/2024/9/evidencias/17_de_nadie.jpg"
    NUBE.guardar(suelta, b"x", "image/jpeg")
    envejecer(monkeypatch)

    NUBE.borrar(llave(fila))
    with pytest.raises(CommandError, match="la cubeta no lista ninguna: allá no se borra nada"):
        revisar("--limpiar")
    assert suelta in llaves()


def test_no_se_lista_lo_que_no_comienza_como_se_pidio(nube):
    NUBE.guardar("evidencias/A/evidencias/1_a.jpg", b"x", "image/jpeg")

    nube.falla = que_quite_la_diagonal
    assert list(NUBE.hallados("/evidencias/")) == []


def test_lo_que_dejo_un_proceso_que_murio_se_limpia(operador, expediente, nube, almacen, monkeypatch):
    """It died when the row said that its bytes were in the cloud, and they were in the shop still."""
    fila = subida(operador)
    operador.get(f"{RUTA}/{fila['id']}/miniatura")
    with monkeypatch.context() as parche:
        parche.setattr(almacen, "soltar", lambda lugar: None)
        operador.post(f"{RUTA}/respaldar")
    [resto] = guardados(almacen)
    os.utime(resto, (0, 0))

    assert "Se borraron 1 archivos" in revisar("--limpiar")
    assert guardados(almacen) == []
    nube.pedidos.clear()
    assert operador.get(f"{RUTA}/{fila['id']}/miniatura").status_code == 200
    assert nube.pedidos == []
    assert operador.get(fila["ruta"]).getvalue() == FOTO


def test_lo_que_dice_la_nube_de_una_llave(nube):
    NUBE.guardar("/evidencias/A/../B//ñ%20 +?#&.txt", b"hola", "text/plain")

    assert NUBE.bajar("/evidencias/A/../B//ñ%20 +?#&.txt") == Bytes(
        4, "b221d9dbb083a7f33428d7c2a3c3198ae925614d70210e28716ccaa7cd4ddb79"
    )
    with pytest.raises(FileNotFoundError):
        NUBE.bajar("/evidencias/nada")
