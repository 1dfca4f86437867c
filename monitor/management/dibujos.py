"""The pictures of the demonstration: flat drawings of a vehicle and its papers, made here, so that they are nobody's.

Each is drawn larger than it is kept, because Pillow doesn't smooth what it draws. Its own letters have no accents.
"""

from datetime import datetime
from io import BytesIO
from typing import NamedTuple

from PIL import ExifTags, Image, ImageDraw, ImageFont

ANCHO, ALTO, VECES = 800, 600, 2
LUGAR_DEL_TALLER = ((19.0, 25.0, 57.5), "N", (99.0, 8.0, 0.3), "W")
COLORES = {
    "Blanco": "#eceef0",
    "Rojo": "#b3261e",
    "Arena": "#c9b48c",
    "Gris plata": "#aab1b8",
    "Azul marino": "#1f3a68",
    "Vino": "#6b1f33",
    "Negro": "#2b2d31",
    "Gris oxford": "#5a6068",
}
PARED, PISO, LLANTA, VIDRIO, FARO, TINTA = "#d9dee3", "#8d959c", "#202327", "#3d5468", "#fff3c4", "#1c2126"
GOLPE, RAYON, MARCA = "#00000055", "#e9ecef", "#f5b301"
# The side of each kind of vehicle, from its front to its rear: the roof's corners, and where the trunk or the bed is.
PERFILES = {
    "Sedán": ((300, 205), (500, 205), (610, 300), 300),
    "Hatchback": ((290, 200), (585, 200), (712, 292), 292),
    "SUV": ((275, 175), (610, 175), (665, 285), 285),
    "Minivan": ((235, 165), (640, 165), (680, 285), 285),
    "Pickup": ((265, 185), (430, 185), (455, 300), 305),
}


class Unidad(NamedTuple):
    """The data of a vehicle that the pictures show."""

    no_siniestro: str
    placas: str
    vehiculo: str
    tipo: str
    color: str


class Lienzo:
    """A drawing in the coordinates of the picture that comes of it."""

    def __init__(self, fondo: str):
        self.imagen = Image.new("RGB", (ANCHO * VECES, ALTO * VECES), fondo)
        self._pincel = ImageDraw.Draw(self.imagen, "RGBA")

    def poligono(self, *puntos, color):
        self._pincel.polygon([(x * VECES, y * VECES) for x, y in puntos], color)

    def caja(self, *lados, color, radio=0, borde=None):
        self._pincel.rounded_rectangle([n * VECES for n in lados], radio * VECES, color, borde, 3 * VECES)

    def circulo(self, x, y, radio, color, alto=None):
        alto = alto or radio
        self._pincel.ellipse([n * VECES for n in (x - radio, y - alto, x + radio, y + alto)], color)

    def linea(self, *puntos, color, grueso=4):
        self._pincel.line([(x * VECES, y * VECES) for x, y in puntos], color, grueso * VECES, "curve")

    def anillo(self, x, y, ancho, alto):
        lados = [n * VECES for n in (x - ancho, y - alto, x + ancho, y + alto)]
        self._pincel.ellipse(lados, None, MARCA, 6 * VECES)

    def texto(self, x, y, texto, tamano=24, color=TINTA, ancla="lm"):
        letra = ImageFont.load_default(tamano * VECES)
        self._pincel.text((x * VECES, y * VECES), texto, color, letra, ancla)

    def terminado(self) -> Image.Image:
        return self.imagen.resize((ANCHO, ALTO), Image.Resampling.BOX)


def foto(vista: str, unidad: Unidad, tomada: datetime, *, con_lugar: bool = False) -> bytes:
    """Return a JPEG of a view of a vehicle (one of VISTAS), with what a camera writes in it."""
    lienzo = Lienzo(PARED)
    lienzo.caja(0, 430, ANCHO, ALTO, color=PISO)
    VISTAS[vista](lienzo, unidad)
    _rotular(lienzo, unidad, tomada)
    salida = BytesIO()
    lienzo.terminado().save(salida, "JPEG", quality=80, exif=_exif(tomada, con_lugar))
    return salida.getvalue()


def papel(titulo: str, lineas: list[str], unidad: Unidad, tomada: datetime, formato: str = "PDF") -> bytes:
    """Return a sheet of paper with a title and some lines, as a PDF or a JPEG."""
    lienzo = Lienzo("white" if formato == "PDF" else "#6f665c")
    if formato != "PDF":
        lienzo.caja(70, 24, 730, 576, color="white", radio=3)
    lienzo.caja(100, 48, 156, 104, color=COLORES["Azul marino"], radio=8)
    lienzo.texto(128, 76, "M", 34, "white", "mm")
    lienzo.texto(176, 76, titulo, 27)
    lienzo.linea((100, 122), (700, 122), color=TINTA, grueso=2)
    datos = [f"No. Siniestro: {unidad.no_siniestro}", f"{unidad.vehiculo}, {unidad.color}, placas {unidad.placas}"]
    for n, linea in enumerate([*datos, f"Fecha: {tomada:%d/%m/%Y}", "", *lineas]):
        lienzo.texto(100, 156 + 32 * n, linea, 19)
    lienzo.linea((430, 530), (490, 505), (520, 535), (560, 500), (600, 528), color="#27408b", grueso=3)
    lienzo.texto(510, 556, "Firma", 16, ancla="mm")
    salida = BytesIO()
    opciones = {"exif": _exif(tomada, con_lugar=False)} if formato == "JPEG" else {"resolution": 96}
    lienzo.terminado().save(salida, formato, quality=80, **opciones)
    return salida.getvalue()


def _rotular(lienzo, unidad, tomada):
    """Write below the picture what it is of, as the shop's camera does."""
    lienzo.caja(0, 552, ANCHO, ALTO, color="#000000aa")
    lienzo.texto(20, 576, f"{unidad.no_siniestro}  {unidad.placas}", 24, "white")
    lienzo.texto(780, 576, f"{tomada:%d/%m/%Y %H:%M}", 24, MARCA, "rm")


def _exif(tomada, con_lugar) -> Image.Exif:
    exif = Image.Exif()
    cuando = {ExifTags.Base.DateTimeOriginal: f"{tomada:%Y:%m:%d %H:%M:%S}"}
    exif[ExifTags.IFD.Exif] = cuando | {ExifTags.Base.OffsetTimeOriginal: tomada.isoformat()[-6:]}
    if con_lugar:
        latitud, norte, longitud, oeste = LUGAR_DEL_TALLER
        exif[ExifTags.IFD.GPSInfo] = {1: norte, 2: latitud, 3: oeste, 4: longitud}
    return exif


# --- The views ---


def _costado(lienzo, unidad):
    color = COLORES[unidad.color]
    delante, detras, cola, cajuela = PERFILES[unidad.tipo]
    fin = max(735, cola[0] + 60)
    lienzo.circulo(400, 478, 350, "#00000040", 22)
    lienzo.poligono((205, 300), delante, detras, cola, (fin, cajuela + 6), (fin, 330), color=color)
    lienzo.caja(60, 295, fin, 440, color=color, radio=34)
    medio = (delante[0] + detras[0]) // 2
    arriba = delante[1] + 18
    lienzo.poligono((238, 298), (delante[0] + 8, arriba), (medio - 8, arriba), (medio - 8, 298), color=VIDRIO)
    lienzo.poligono((medio + 8, arriba), (detras[0] - 6, arriba), (cola[0] - 34, 298), (medio + 8, 298), color=VIDRIO)
    lienzo.linea((medio, 298), (medio, 430), color=GOLPE, grueso=2)
    lienzo.caja(medio + 24, 322, medio + 64, 331, color=GOLPE, radio=4)
    lienzo.caja(medio - 140, 322, medio - 100, 331, color=GOLPE, radio=4)
    lienzo.caja(62, 312, 100, 344, color=FARO, radio=12)
    lienzo.caja(fin - 26, 312, fin, 352, color="#c62828", radio=6)
    lienzo.linea((230, 432), (600, 432), color="#00000066", grueso=8)
    for x in (185, fin - 130):
        lienzo.circulo(x, 432, 66, GOLPE)
        lienzo.circulo(x, 436, 58, LLANTA)
        lienzo.circulo(x, 436, 34, "#b8bec4")
        lienzo.circulo(x, 436, 10, LLANTA)


def _carroceria(lienzo, unidad, vidrio):
    """Draw what the front and the rear have in common."""
    color = COLORES[unidad.color]
    alto = 120 if unidad.tipo in ("SUV", "Minivan", "Pickup") else 150
    lienzo.circulo(400, 500, 270, "#00000040", 24)
    for x in (185, 545):
        lienzo.caja(x, 420, x + 70, 505, color=LLANTA, radio=14)
    lienzo.poligono((215, 290), (265, alto), (535, alto), (585, 290), color=color)
    lienzo.poligono((245, 282), (285, alto + 20), (515, alto + 20), (555, 282), color=vidrio)
    lienzo.caja(165, 275, 635, 462, color=color, radio=46)
    lienzo.caja(165, 415, 635, 472, color=GOLPE, radio=24)


def _frente(lienzo, unidad):
    _carroceria(lienzo, unidad, VIDRIO)
    lienzo.caja(300, 338, 500, 392, color=LLANTA, radio=14)
    for y in (352, 366, 380):
        lienzo.linea((312, y), (488, y), color="#9aa3ab", grueso=2)
    for x in (195, 515):
        lienzo.caja(x, 322, x + 90, 374, color=FARO, radio=22)
        lienzo.circulo(x + 45, 348, 17, "white")
    _placa(lienzo, unidad)


def _atras(lienzo, unidad):
    _carroceria(lienzo, unidad, "#2c3b48")
    lienzo.linea((215, 300), (585, 300), color=GOLPE, grueso=3)
    for x in (180, 540):
        lienzo.caja(x, 318, x + 80, 368, color="#c62828", radio=14)
        lienzo.caja(x + 20, 350, x + 60, 362, color="#ffd7d7", radio=5)
    lienzo.texto(400, 338, unidad.vehiculo, 22, "#00000099" if unidad.color in CLAROS else "white", "mm")
    _placa(lienzo, unidad)


def _placa(lienzo, unidad):
    lienzo.caja(310, 402, 490, 452, color="white", radio=6, borde=TINTA)
    lienzo.texto(400, 428, unidad.placas, 30, TINTA, "mm")


def _golpe(lienzo, unidad):
    """Draw a door from near, with a dent and scratches, and the ring that points to them."""
    color = COLORES[unidad.color]
    lienzo.caja(-40, -40, 840, 640, color=color)
    lienzo.poligono((60, -10), (560, -10), (660, 150), (60, 150), color=VIDRIO)
    lienzo.linea((60, 165), (680, 165), (700, 640), color=GOLPE, grueso=5)
    lienzo.caja(500, 205, 620, 234, color=GOLPE, radio=14)
    for radio, tono in ((120, "#00000022"), (92, "#00000033"), (58, "#00000044")):
        lienzo.circulo(300, 360, radio, tono, radio * 2 // 3)
    lienzo.circulo(282, 344, 40, "#ffffff33", 22)
    for n in range(5):
        lienzo.linea((210 + 14 * n, 300 + 22 * n), (330 + 20 * n, 318 + 26 * n), color=RAYON, grueso=3)
    lienzo.anillo(310, 360, 180, 135)


def _faro(lienzo, unidad):
    """Draw a corner of the front from near, with the lamp broken."""
    color = COLORES[unidad.color]
    lienzo.caja(-40, 60, 900, 470, color=color, radio=90)
    lienzo.caja(-40, 400, 760, 520, color=LLANTA, radio=40)
    lienzo.caja(190, 170, 600, 350, color=FARO, radio=70)
    lienzo.circulo(330, 260, 68, "white")
    lienzo.circulo(490, 260, 52, "white")
    lienzo.poligono((380, 175), (470, 250), (430, 345), (560, 340), (590, 220), (520, 180), color="#3a3f45")
    for punta in ((330, 190), (300, 330), (250, 240), (420, 170), (600, 300), (380, 345)):
        lienzo.linea((455, 262), punta, color="#4a5157", grueso=3)
    lienzo.anillo(450, 262, 190, 130)


CLAROS = {"Blanco", "Arena", "Gris plata"}
VISTAS = {"costado": _costado, "frente": _frente, "atras": _atras, "golpe": _golpe, "faro": _faro}
