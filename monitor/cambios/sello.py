"""The seal of the histories: a file that says where each chain ended, signed, to be kept outside of the database.

Its lines are the table, the uid, the number of links and the hash of the last, in the order of tables and uids. The
last line is JSON: the moment, how many lines there are, their SHA-256 (`raiz`) and the Ed25519 signature of the three.
"""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from django.utils import timezone

from monitor.cambios.cadena import Fin
from monitor.cambios.verificacion import encadenados, finales
from monitor.errores import DatosInvalidos

FORMATO = "monitor-sello-1"
NO_ES_CLAVE = "«{ruta}» no es una clave Ed25519 en PEM, como la que hace sellar_historial --crear-clave"
ALTERADO = "«{ruta}» no es un sello completo, o alguien lo cambió: no se puede comprobar nada con él"
OTRA_FIRMA = "«{ruta}» no lo firmó esa clave"


def crear_clave(ruta: Path) -> Path:
    """Make a private key, which only its owner may read, and beside it the public key, whose path is returned."""
    clave = Ed25519PrivateKey.generate()
    with os.fdopen(os.open(ruta, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as archivo:
        archivo.write(clave.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    publica = ruta.with_name(f"{ruta.name}.pub")
    publica.write_bytes(clave.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return publica


def clave_privada(ruta: Path) -> Ed25519PrivateKey:
    return _leer_clave(ruta, lambda pem: load_pem_private_key(pem, password=None), Ed25519PrivateKey)


def clave_publica(ruta: Path) -> Ed25519PublicKey:
    return _leer_clave(ruta, load_pem_public_key, Ed25519PublicKey)


def _leer_clave(ruta, cargar, clase):
    with suppress(ValueError, TypeError):
        clave = cargar(ruta.read_bytes())
        if isinstance(clave, clase):
            return clave
    raise DatosInvalidos(NO_ES_CLAVE.format(ruta=ruta))


def sellar(ruta: Path, clave: Ed25519PrivateKey) -> int:
    """Write a new seal and return how many chains it has. The file appears when it is whole."""
    provisional = ruta.with_name(f"{ruta.name}.parcial")
    raiz, cuantas = sha256(), 0
    with provisional.open("w", encoding="ascii") as archivo:
        for linea in _lineas():
            raiz.update(linea.encode())
            archivo.write(linea)
            cuantas += 1
        dicho = {"formato": FORMATO, "fecha": timezone.now().isoformat(), "cadenas": cuantas, "raiz": raiz.hexdigest()}
        archivo.write(json.dumps(dicho | {"firma": clave.sign(_firmado(dicho)).hex()}) + "\n")
        archivo.flush()
        os.fsync(archivo.fileno())
    provisional.rename(ruta)
    return cuantas


def _lineas() -> Iterator[str]:
    for modelo in encadenados():
        for uid, fin in finales(modelo):
            yield f"{modelo._meta.db_table} {uid.hex} {fin.eslabones} {fin.cabeza or '-'}\n"


def _firmado(dicho: dict) -> bytes:
    return "\n".join(str(dicho[parte]) for parte in ("formato", "fecha", "cadenas", "raiz")).encode()


class Sello:
    """A seal that was read and whose signature holds."""

    def __init__(self, ruta: Path, clave: Ed25519PublicKey):
        """Raise DatosInvalidos when the file isn't what the owner of the key signed."""
        self._ruta = ruta
        raiz, ultima, cuantas = sha256(), "", -1
        with ruta.open(encoding="ascii", errors="replace") as archivo:
            for linea in archivo:
                raiz.update(ultima.encode())
                ultima, cuantas = linea, cuantas + 1
        try:
            dicho = json.loads(ultima)
            if (dicho["formato"], dicho["cadenas"], dicho["raiz"]) != (FORMATO, cuantas, raiz.hexdigest()):
                raise ValueError
            clave.verify(bytes.fromhex(dicho["firma"]), _firmado(dicho))
        except InvalidSignature as error:
            raise DatosInvalidos(OTRA_FIRMA.format(ruta=ruta)) from error
        except (ValueError, KeyError, TypeError) as error:
            raise DatosInvalidos(ALTERADO.format(ruta=ruta)) from error
        self.fecha = dicho["fecha"]

    def finales(self, tabla: str) -> Iterator[tuple[UUID, Fin]]:
        """Yield where the chains of a table ended, by uid."""
        with self._ruta.open(encoding="ascii") as archivo:
            for linea in archivo:
                partes = linea.split(" ")
                if partes[0] == tabla:
                    yield UUID(partes[1]), Fin(int(partes[2]), partes[3].strip().removeprefix("-"))
