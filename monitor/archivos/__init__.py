"""The files that people send: where their bytes lie, what they are, and who may have them without a token.

almacen       the store of the bytes
tipos         what a file is, by its content; with contenedores, oficina, textos and imagenes
recortes/     what is given of an image to its decoder, by format
nube          the cloud where those that rest may go
comprobar     what makes that none leaves altered
enlaces       signed links, for a few minutes
"""

from django.conf import settings

from monitor.archivos.almacen import Carpeta

ALMACEN = Carpeta(settings.ARCHIVOS_DIR)
