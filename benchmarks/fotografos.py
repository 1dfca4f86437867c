"""Clients that send photos without pause, let them go to the cloud and come back, delete them, and look at them again;
and remember what was acknowledged."""

import http.client
import json
from dataclasses import dataclass, field
from hashlib import sha256

from benchmarks.escritores import Escritor

BORDE = "=_borde"
MEDIO_MIB = 512 * 1024
FORMA = f"multipart/form-data; boundary={BORDE}"


@dataclass
class Expediente:
    """An expediente of photos: their digests, by id, and whether its unit has left."""

    clave: str
    fotos: dict[int, str] = field(default_factory=dict)
    salio: bool = False


class Fotografo(Escritor):
    """A writer whose expedientes have photos. The book has all the photos that must be there, by id."""

    def __init__(self, *args):
        super().__init__(*args)
        self.mios: list[Expediente] = []

    def run(self):
        self.repetir(
            {
                self.abrir_uno: 1,
                self.fotografiar: 8,
                self.salir_o_volver: 3,
                self.respaldar: 5,
                self.restaurar: 2,
                self.eliminar: 2,
                self.mirar: 4,
                self.exportar: 1,
            }
        )

    def abrir_uno(self):
        clave = self.nuevo("F")
        if self.escribir("POST", "/api/expedientes", {"no_siniestro": clave}, bien=201):
            self.mios.append(Expediente(clave))
            self.libro.claves_de_fotos.append(clave)

    def fotografiar(self):
        if uno := self.uno():
            contenido = f"{self.nuevo('foto')}\n".encode() + self.azar.randbytes(3).hex().encode() * (MEDIO_MIB // 8)
            recibida = self.escribir("POST", self.ruta(uno), en_forma(contenido), bien=201)
            if recibida:
                self.anotar(uno, recibida.datos["id"], sha256(contenido).hexdigest())

    def salir_o_volver(self):
        if uno := self.uno():
            estado = "Restauracion" if uno.salio else "Salida"
            if self.escribir("PATCH", f"/api/expedientes/{uno.clave}/estado", {"estado": estado}, bien=200):
                uno.salio = not uno.salio

    def respaldar(self):
        self.mover("respaldar", lambda uno: uno.salio and uno.fotos)

    def restaurar(self):
        self.mover("restaurar", lambda uno: uno.fotos)

    def mover(self, verbo, cuales):
        """Move the photos of one. There may be none to move, which a repeated request hears too."""
        if uno := self.uno(cuales):
            contestada = self.insistir(
                "POST", f"{self.ruta(uno)}/{verbo}", None, self.sitio.ana[1], self.nuevo("llave")
            )
            self.libro.cuentas[verbo] += contestada.datos.get("subidas", contestada.datos.get("restauradas", 0))
            if contestada.status not in (200, 400):
                self.libro.faltas.append(f"{verbo} {uno.clave}: {contestada.status} {contestada.datos}")

    def eliminar(self):
        if uno := self.uno(lambda uno: uno.fotos):
            foto = self.azar.choice([*uno.fotos])
            del self.libro.fotos[foto], uno.fotos[foto]  # until it is answered nobody knows
            if self.escribir("DELETE", f"{self.ruta(uno)}/{foto}", None, bien=200):
                self.libro.eliminadas.add(foto)

    def mirar(self):
        """Download one: it is what was sent, wherever it is."""
        if uno := self.uno(lambda uno: uno.fotos):
            foto, huella = self.azar.choice([*uno.fotos.items()])
            vista = self.insistir("GET", f"{self.ruta(uno)}/{foto}/archivo", None, self.sitio.luz[1])
            self.libro.cuentas["fotos vistas"] += 1
            if (vista.status, vista.datos) != (200, huella):
                self.libro.faltas.append(f"la foto {foto} de {uno.clave} se vio como {vista.datos} ({vista.status})")

    def exportar(self):
        self.insistir("POST", "/api/backup/exportar", None, self.sitio.ana[1])

    def anotar(self, uno, foto, huella):
        uno.fotos[foto] = self.libro.fotos[foto] = huella

    def uno(self, cuales=lambda uno: True) -> Expediente | None:
        hay = [uno for uno in self.mios[-10:] if cuales(uno)]
        return self.azar.choice(hay) if hay else None

    def ruta(self, uno) -> str:
        return f"/api/expedientes/{uno.clave}/evidencias"

    def pedir(self, metodo, ruta, datos, token, llave=None):
        """Send as every writer does; a form goes as it is, and a photo comes as its digest."""
        if not isinstance(datos, bytes) and not ruta.endswith("/archivo"):
            return super().pedir(metodo, ruta, datos, token, llave)
        cabeceras = {"Authorization": f"Bearer {token}", "Content-Type": FORMA}
        if llave:
            cabeceras["Idempotency-Key"] = llave
        self.conexion.request(metodo, ruta, datos, cabeceras)
        respuesta = self.conexion.getresponse()
        contenido = respuesta.read()
        if respuesta.length:
            raise http.client.IncompleteRead(contenido)
        es_json = respuesta.headers["Content-Type"].startswith("application/json")
        return respuesta.status, respuesta.headers, json.loads(contenido) if es_json else sha256(contenido).hexdigest()


def en_forma(contenido: bytes) -> bytes:
    cabeza = f'--{BORDE}\r\nContent-Disposition: form-data; name="archivo"; filename="foto.txt"\r\n\r\n'
    return cabeza.encode() + contenido + f"\r\n--{BORDE}--\r\n".encode()
