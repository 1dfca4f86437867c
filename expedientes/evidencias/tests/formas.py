"""Forms with a file, as programs send them."""

from urllib.parse import quote

from monitor.archivos.tests.muestras import imagen

FOTO = imagen()
BORDE = "=_borde_9"
MULTIPARTE = f"multipart/form-data; boundary={BORDE}"


def parte(nombre: str, contenido: bytes | str, archivo: str | bytes | None = None) -> bytes:
    contenido = contenido.encode() if isinstance(contenido, str) else contenido
    archivo = archivo.encode() if isinstance(archivo, str) else archivo
    cabeza = f'form-data; name="{nombre}"'.encode() + (b'; filename="%b"' % archivo if archivo is not None else b"")
    return b"--%b\r\nContent-Disposition: %b\r\n\r\n%b\r\n" % (BORDE.encode(), cabeza, contenido)


def forma(*partes: bytes) -> bytes:
    return b"".join(partes) + f"--{BORDE}--\r\n".encode()


def con_archivo(contenido: bytes = FOTO, nombre: str | bytes = "foto.jpg") -> bytes:
    return forma(parte("archivo", contenido, nombre))


def ruta_de(no_siniestro: str) -> str:
    return f"/api/expedientes/{quote(no_siniestro, safe='')}/evidencias"


def subir(api, no_siniestro="SIN/2024/9", cuerpo: bytes | None = None, *, consulta="", tipo=MULTIPARTE, **cabeceras):
    """Send a form, by default one with a photo, and return the response."""
    cuerpo = con_archivo() if cuerpo is None else cuerpo
    return api.pedir("POST", ruta_de(no_siniestro) + consulta, cuerpo, tipo, **cabeceras)


def subida(api, *args, **kwargs) -> dict:
    """Send a form that is taken, and return the row."""
    recibida = subir(api, *args, **kwargs)
    assert recibida.status_code == 201, recibida.content
    return recibida.json()
