"""Clients that write without pause, repeat what nobody answered, and remember what was acknowledged.

Each writes to expedientes and solicitudes of its own, so that it knows what must be there at the end.
"""

import http.client
import json
import random
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

ESTADOS = ["Ingreso", "Restauracion", "Pendiente_de_salida", "Salida"]
PACIENCIA = 120  # seconds during which a write is repeated until somebody answers it
ENTRE_INTENTOS = 0.05  # seconds
PENSAR = 0.03  # at most, in seconds, between a write and the next
DESPUES = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()

# What a decision leaves in the history, and the mails that it queues.
DECISIONES = {"aprobar": (2, ["aprobada"]), "rechazar": (3, ["rechazada"]), "cancelar": (4, ["cancelada"] * 2)}


class Contestada(NamedTuple):
    """The last answer to a write, and how many times nobody knew what had become of it."""

    status: int
    datos: dict
    dudas: int


@dataclass
class Expediente:
    """All that must be there under a key. `historial` is that of the expediente that is open, if one is; `archivados`
    has those of the ones before."""

    historial: list[str] | None = None
    color: str | None = None
    archivados: list[list[str]] = field(default_factory=list)


@dataclass
class Solicitud:
    id: int
    historico: list[tuple[int, str]]
    avisos: list[str]


@dataclass
class Libro:
    """All that was acknowledged to the writers, by key and by subject."""

    expedientes: dict[str, Expediente] = field(default_factory=dict)
    solicitudes: dict[str, Solicitud] = field(default_factory=dict)
    fotos: dict[int, str] = field(default_factory=dict)  # the digest of each that must be there, by id
    eliminadas: set[int] = field(default_factory=set)
    claves_de_fotos: list[str] = field(default_factory=list)
    cuentas: Counter = field(default_factory=Counter)
    faltas: list[str] = field(default_factory=list)


class Sitio(NamedTuple):
    """The server that is written to, and the people in whose name: pairs of an id and a token."""

    puerto: int
    ana: tuple[int, str]
    luz: tuple[int, str]
    con_llave: bool = False  # the server keeps the answer of an Idempotency-Key


class Escritor(threading.Thread):
    def __init__(self, numero: int, semilla: int, sitio: Sitio, libro: Libro, fin: threading.Event):
        super().__init__(daemon=True, name=f"escritor-{numero}")
        self.numero, self.azar = numero, random.Random(f"{semilla} {numero}")
        self.sitio, self.libro, self.fin = sitio, libro, fin
        self.expedientes: dict[str, Expediente] = {}
        self.solicitudes: dict[str, Solicitud] = {}
        self.hechas = 0
        # It connects again by itself after it was closed.
        self.conexion = http.client.HTTPConnection("127.0.0.1", sitio.puerto, timeout=20)

    def run(self):
        verbos = {self.abrir: 4, self.pasar: 6, self.cambiar: 4, self.archivar: 1, self.leer: 2}
        verbos |= {self.pedir_transporte: 3, self.decidir: 2}
        self.repetir(verbos)

    def repetir(self, verbos: dict):
        """Do one or another, with these weights, until the end or the first that nobody answers."""
        while not self.fin.wait(self.azar.random() * PENSAR):
            [verbo] = self.azar.choices([*verbos], [*verbos.values()])
            try:
                verbo()
            except TimeoutError as error:
                self.libro.faltas.append(str(error))
                return

    # --- What it writes ---

    def abrir(self):
        vacias = [clave for clave, expediente in self.expedientes.items() if expediente.historial is None]
        clave = self.azar.choice(vacias) if vacias and self.azar.random() < 0.5 else self.nuevo("M")
        color = self.nuevo("color")
        datos = {"no_siniestro": clave, "color": color}
        if self.escribir("POST", "/api/expedientes", datos, bien=201, ya=409):
            expediente = self.expedientes.setdefault(clave, Expediente())
            expediente.historial, expediente.color = [ESTADOS[0]], color
            self.libro.expedientes[clave] = expediente

    def pasar(self):
        if clave := self.uno_abierto():
            expediente = self.expedientes[clave]
            estado = self.azar.choice([e for e in ESTADOS if e != expediente.historial[-1]])
            if self.escribir("PATCH", f"/api/expedientes/{clave}/estado", {"estado": estado}, bien=200, ya=400):
                expediente.historial.append(estado)

    def cambiar(self):
        if clave := self.uno_abierto():
            color = self.nuevo("color")
            if self.escribir("PATCH", f"/api/expedientes/{clave}", {"color": color}, bien=200):
                self.expedientes[clave].color = color

    def archivar(self):
        if clave := self.uno_abierto():
            expediente = self.expedientes[clave]
            if self.escribir("DELETE", f"/api/expedientes/{clave}", None, bien=200, ya=404):
                expediente.archivados.append(expediente.historial)
                expediente.historial = None

    def pedir_transporte(self):
        asunto = self.nuevo("Traslado")
        datos = {
            "idUsuarioSolicitante": self.sitio.ana[0],
            "idUsuarioAprobador": self.sitio.luz[0],
            "idDepartamentoSolicitante": 2,
            "idTipoPrioridadSolicitud": 2,
            "idTipoServicioSolicitud": 1,
            "asunto": asunto,
            "cantidadPasajeros": 1,
            "fechaServicioRequerido": DESPUES,
            "horaServicioRequerido": "08:00",
            "lugares": [{"idLugar": 5, "orden": 0, "esOrigen": True}, {"idLugar": 12, "orden": 1}],
        }
        contestada = self.escribir("POST", "/solicitud", datos, bien=201, buscar=asunto)
        if contestada:
            solicitud = Solicitud(
                contestada.datos["data"]["Id"], [(1, "Solicitud creada")], ["registrada", "pendiente"]
            )
            self.solicitudes[asunto] = self.libro.solicitudes[asunto] = solicitud

    def decidir(self):
        pendientes = [uno for uno in self.solicitudes.values() if len(uno.historico) == 1]
        if pendientes:
            solicitud, verbo = self.azar.choice(pendientes), self.azar.choice([*DECISIONES])
            motivo, (estado, avisos) = self.nuevo("Porque"), DECISIONES[verbo]
            ruta = f"/solicitud/{solicitud.id}/{verbo}"
            if self.escribir("POST", ruta, {"motivo": motivo}, bien=200, ya=409, quien=self.sitio.luz):
                solicitud.historico.append((estado, motivo))
                solicitud.avisos += avisos

    def leer(self):
        """Read what was acknowledged before: it is there at once."""
        if clave := self.uno_abierto():
            leido = self.insistir("GET", f"/api/expedientes/{clave}", None, self.sitio.luz[1]).datos
            expediente = self.expedientes[clave]
            visto = [cambio["estado_nuevo"] for cambio in reversed(leido.get("historial_estado", []))]
            if (visto, leido.get("color")) != (expediente.historial, expediente.color):
                self.libro.faltas.append(f"leyó {visto} de {clave}, y no {expediente.historial}")

    def uno_abierto(self) -> str | None:
        abiertas = [clave for clave, uno in self.expedientes.items() if uno.historial is not None]
        return self.azar.choice(abiertas[-20:]) if abiertas else None

    def nuevo(self, que: str) -> str:
        self.hechas += 1
        return f"{que}-{self.numero}-{self.hechas}"

    # --- How it insists ---

    def escribir(self, metodo, ruta, datos, *, bien, ya=None, buscar=None, quien=None) -> Contestada | None:
        """Write until somebody answers, and return the answer when it says that it is done. `ya` is what the server
        answers when an earlier attempt did it, and `buscar` the subject by which to see whether one did: both only
        where the server doesn't know the key."""
        contestada = self.insistir(metodo, ruta, datos, (quien or self.sitio.ana)[1], self.nuevo("llave"), buscar)
        hecho = contestada.dudas and contestada.status == ya and not self.sitio.con_llave
        if contestada.status == bien or hecho:
            self.libro.cuentas["escrituras"] += 1
            self.libro.cuentas["con dudas"] += bool(contestada.dudas)
            return contestada
        self.libro.faltas.append(
            f"{metodo} {ruta}: {contestada.status} {contestada.datos} tras {contestada.dudas} intentos sin respuesta"
        )
        return None

    def insistir(self, metodo, ruta, datos, token, llave=None, buscar=None) -> Contestada:
        fin, dudas = time.monotonic() + PACIENCIA, 0
        while time.monotonic() < fin:
            if dudas and buscar and not self.sitio.con_llave and (hecha := self.la_que_esta(buscar)):
                return Contestada(201, {"data": hecha}, dudas)
            try:
                status, cabeceras, cuerpo = self.pedir(metodo, ruta, datos, token, llave)
            except (OSError, http.client.HTTPException):
                self.conexion.close()
                dudas += self.dudar()
            else:
                self.libro.cuentas[status] += 1
                otra_vez = status == 409 and "Retry-After" in cabeceras  # the first attempt is still running
                if status < 500 and not otra_vez:
                    return Contestada(status, cuerpo, dudas)
                dudas += self.dudar()
            time.sleep(ENTRE_INTENTOS)
        raise TimeoutError(f"{metodo} {ruta}: nadie contestó en {PACIENCIA} s")

    def dudar(self) -> int:
        self.libro.cuentas["dudas"] += 1
        return 1

    def la_que_esta(self, asunto) -> dict | None:
        ruta = f"/solicitud?busqueda={asunto}&por_pagina=100"
        registros = self.insistir("GET", ruta, None, self.sitio.ana[1]).datos["data"]["registros"]
        return next((fila for fila in registros if fila["Asunto"] == asunto), None)

    def pedir(self, metodo, ruta, datos, token, llave=None):
        cabeceras = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if llave:
            cabeceras["Idempotency-Key"] = llave
        self.conexion.request(metodo, ruta, None if datos is None else json.dumps(datos), cabeceras)
        respuesta = self.conexion.getresponse()
        return respuesta.status, respuesta.headers, json.loads(respuesta.read())


def repite_la_respuesta(sitio: Sitio) -> bool:
    """Return whether the server keeps the answer of an Idempotency-Key and gives it again."""
    uno = Escritor(0, 0, sitio, Libro(), threading.Event())
    for _ in range(2):
        _, cabeceras, _ = uno.pedir("POST", "/tipo-servicio-solicitud", {"nombre": "Prueba"}, sitio.ana[1], "prueba")
    return "Idempotent-Replayed" in cabeceras


@contextmanager
def escribiendo(clases: dict[type[Escritor], int], semilla: int, sitio: Sitio):
    """Give the book of so many writers of each class, who write until the end and then finish what they have begun."""
    libro, fin = Libro(), threading.Event()
    cada_uno = [clase for clase, cuantos in clases.items() for _ in range(cuantos)]
    escritores = [clase(numero, semilla, sitio, libro, fin) for numero, clase in enumerate(cada_uno)]
    for escritor in escritores:
        escritor.start()
    try:
        yield libro
    finally:
        fin.set()
        for escritor in escritores:
            escritor.join()
