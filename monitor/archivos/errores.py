"""The sentences that refuse a file for what it is, or for where it is to go."""

from monitor.errores import Conflicto, DatosInvalidos, NoEncontrado

DANADO = "El archivo está dañado"
NO_PERMITIDO = (
    "Tipo de archivo no permitido. Permitidos: JPEG, PNG, WebP, GIF, HEIC, PDF, MP4, MOV, XLSX, DOCX, XML, TXT"
)
DEMASIADOS_PIXELES = "La imagen pasa de 100 megapixeles"
ALTERADO = (
    "El archivo que está en el almacenamiento no es el que se subió;"
    " pida a quien opera el servidor que lo recupere de un respaldo"
)
SIN_NUBE = "La nube no está configurada"


class Danado(DatosInvalidos):
    """The file is of a kind that is taken, but it can't be read to its end."""

    def __init__(self):
        super().__init__(DANADO, codigo="archivo_danado")


class ArchivoAlterado(NoEncontrado):
    """The file isn't what was sent any more: something else is in its place."""

    def __init__(self):
        super().__init__(ALTERADO, codigo="archivo_alterado")


class SinNube(Conflicto):
    """There is no cloud (NUBE_URL)."""

    def __init__(self):
        super().__init__(SIN_NUBE, codigo="nube_sin_configurar")
