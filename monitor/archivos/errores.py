"""The sentences that refuse a file for what it is."""

from monitor.errores import DatosInvalidos

DANADO = "El archivo está dañado"
NO_PERMITIDO = (
    "Tipo de archivo no permitido. Permitidos: JPEG, PNG, WebP, GIF, HEIC, PDF, MP4, MOV, XLSX, DOCX, XML, TXT"
)
DEMASIADOS_PIXELES = "La imagen pasa de 100 megapixeles"


class Danado(DatosInvalidos):
    """The file is of a kind that is taken, but it can't be read to its end."""

    def __init__(self):
        super().__init__(DANADO, codigo="archivo_danado")
