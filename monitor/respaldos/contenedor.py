"""The one file that a backup is: a zip with its manifest and the copy of the database, which may hold more parts.

The comment of the zip, its last 64 bytes, is the SHA-256 of all the bytes before them. So one reading tells whether
anything is missing or altered, and so does an operator without Monitor: `head -c -64 FILE | sha256sum`.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from django.core.management.base import CommandError

from monitor.paquetes import abrir_parte
from monitor.respaldos.manifiesto import Manifiesto

MANIFIESTO = "manifiesto.json"
MANIFIESTO_MAXIMO = 16 * 1024 * 1024  # bytes
HUELLA = re.compile(rb"[0-9a-f]{64}")
LARGO = 64
NIVEL = 1  # of compression: more of it takes three times as long for a tenth less
PEDAZO = 1024 * 1024

AJENO = "{} no es un respaldo de Monitor, o está incompleto. No se tocó nada: use otro archivo."
ALTERADO = "{} está alterado: su huella no corresponde a su contenido. No se tocó nada: use otro respaldo."


def escribir(ruta: Path, manifiesto: Manifiesto, nombre: str, copiar: Callable[[BinaryIO], None]) -> None:
    """Write a backup whose copy of the database is the part `nombre`, which `copiar` fills. The file is on the disk
    when this returns. Only its owner may read it: it has everybody's data."""
    with _abrir_privado(ruta) as archivo:
        with ZipFile(archivo, "w", ZIP_DEFLATED, compresslevel=NIVEL) as partes:
            partes.comment = b"0" * LARGO
            partes.writestr(MANIFIESTO, manifiesto.como_json())
            with partes.open(nombre, "w", force_zip64=True) as parte:
                copiar(parte)
        archivo.flush()
        _sellar(archivo)
        os.fsync(archivo.fileno())


def _abrir_privado(ruta):
    return os.fdopen(os.open(ruta, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")


def _sellar(archivo):
    huella = _huella(archivo)
    archivo.seek(-LARGO, os.SEEK_END)
    archivo.write(huella)
    archivo.flush()


def _huella(archivo) -> bytes:
    """Return the digest, in hexadecimal, of all that comes before the file's last 64 bytes."""
    faltan, digest = os.fstat(archivo.fileno()).st_size - LARGO, hashlib.sha256()
    archivo.seek(0)
    while faltan > 0 and (pedazo := archivo.read(min(faltan, PEDAZO))):
        digest.update(pedazo)
        faltan -= len(pedazo)
    return digest.hexdigest().encode()


class Respaldo(AbstractContextManager):
    """A backup that is whole. Raise CommandError, before anything else is done, when the file isn't one."""

    def __init__(self, ruta: Path):
        self.ruta = ruta
        try:
            self._archivo = ruta.open("rb")
        except FileNotFoundError:
            raise CommandError(f"No existe {ruta}.") from None
        try:
            self.bytes = os.fstat(self._archivo.fileno()).st_size
            self._exigir_entero()
            self._partes, self.manifiesto = self._leer()
        except BaseException:
            self._archivo.close()
            raise

    def __exit__(self, *_):
        self._archivo.close()

    def parte(self, nombre: str) -> BinaryIO:
        try:
            return abrir_parte(self._partes, nombre)
        except (KeyError, ValueError):
            raise CommandError(AJENO.format(self.ruta)) from None

    def _exigir_entero(self):
        if self.bytes <= LARGO:
            raise CommandError(AJENO.format(self.ruta))
        self._archivo.seek(-LARGO, os.SEEK_END)
        dicha = self._archivo.read()
        if not HUELLA.fullmatch(dicha):
            raise CommandError(AJENO.format(self.ruta))
        if dicha != _huella(self._archivo):
            raise CommandError(ALTERADO.format(self.ruta))

    def _leer(self):
        try:
            partes = ZipFile(self._archivo)
            with abrir_parte(partes, MANIFIESTO) as parte:
                datos = json.loads(parte.read(MANIFIESTO_MAXIMO))
        except (BadZipFile, KeyError, ValueError):
            raise CommandError(AJENO.format(self.ruta)) from None
        return partes, Manifiesto.leer(datos, self.ruta)
