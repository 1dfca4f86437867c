"""A person at the page «Importar»: they choose a file, look, and press the button."""

import io
import re

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from monitor.tests.formularios import campos_de

EXPEDIENTES, ASEGURADORAS = "/admin/expedientes/expediente/", "/admin/catalogos/aseguradora/"
LUGARES, DEPARTAMENTOS = "/admin/catalogos/lugar/", "/admin/catalogos/departamento/"


def libro(*filas) -> bytes:
    """Return a book of Excel with these rows."""
    paquete = Workbook()
    for fila in filas:
        paquete.active.append(fila)
    salida = io.BytesIO()
    paquete.save(salida)
    return salida.getvalue()


def revisar(client, lista, contenido, nombre="archivo.csv"):
    """Choose a file, and return the page that says what it would do."""
    contenido = contenido.encode() if isinstance(contenido, str) else contenido
    return client.post(f"{lista}importar/", {"archivo": SimpleUploadedFile(nombre, contenido)})


def pulsar(client, lista, pagina, **cambios):
    """Press «Importar» on the page that says what a file would do, and return the page to which it leads."""
    campos = campos_de(pagina)
    assert "contenido" in campos, dicho(pagina)
    return client.post(f"{lista}importar/", campos | cambios, follow=True)


def importar(client, lista, contenido, nombre="archivo.csv"):
    return pulsar(client, lista, revisar(client, lista, contenido, nombre))


def texto_de(pagina) -> str:
    return pagina.getvalue().decode() if pagina.streaming else pagina.content.decode()


def dicho(pagina) -> str:
    """Return what the page says, as a person reads it: without tags, and with single blanks."""
    cuerpo = texto_de(pagina).partition('id="main"')[2] or texto_de(pagina)
    return " ".join(re.sub(r"<[^>]+>", " ", cuerpo).replace("&quot;", '"').split())


def filas(pagina, titulo) -> list[list[str]]:
    """Return the cells of the table of the page with this title."""
    hallada = re.search(rf"<caption>{titulo}</caption>.*?<tbody>(.*?)</tbody>", texto_de(pagina), re.DOTALL)
    celdas = re.compile(r"<(?:td|th)[^>]*>(.*?)</(?:td|th)>", re.DOTALL)
    limpias = [
        [" ".join(re.sub(r"<[^>]+>", " ", celda).split()) for celda in celdas.findall(fila)]
        for fila in (hallada[1] if hallada else "").split("</tr>")
    ]
    return [fila for fila in limpias if fila]
