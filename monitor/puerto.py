"""Checks that the port on which Monitor is to listen is free.

`make run` asks before anything is installed (`python3 -m monitor.puerto`), so this imports nothing but the standard
library.
"""

import errno
import os
import re
import socket
import sys
from pathlib import Path

ENV = Path(__file__).resolve().parent.parent / ".env"

RAZONES = {
    errno.EADDRINUSE: (
        "El puerto {port} de {host} está ocupado, quizá por otro Monitor: detenga al programa que escucha ahí, "
        "o elija otro puerto con PORT, como PORT=8001."
    ),
    errno.EADDRNOTAVAIL: (
        "Esta máquina no tiene la dirección {host}: ponga en HOST una de las suyas, 127.0.0.1 o 0.0.0.0."
    ),
    errno.EACCES: "Sólo root puede escuchar en el puerto {port}: elija uno de 1024 en adelante con PORT.",
}
OTRA = "No se puede escuchar en {host}, puerto {port}: {motivo}. Corrija HOST y PORT."


def frase_de(error: OSError, host: str, port: int) -> str:
    """Return what the operator should do when the address can't be had."""
    return RAZONES.get(error.errno, OTRA).format(host=host, port=port, motivo=error.strerror)


def por_que_no(host: str, port: int) -> str | None:
    """Return the sentence when nobody can listen there now, and None when it is possible."""
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        return frase_de(error, host, port)
    return None


def _leer(nombre: str, defecto: str) -> str:
    """Return a variable as `monitor.entorno` will, when it is plainly written: that module isn't of use yet."""
    valor = os.environ.get(nombre, "")
    if not valor and ENV.exists():
        lineas = re.findall(
            rf"^\s*{nombre}=\s*[\"']?([\w.:]+)", ENV.read_text(encoding="utf-8", errors="replace"), re.MULTILINE
        )
        valor = lineas[-1] if lineas else ""
    return valor or defecto


def main():
    host, port = _leer("HOST", "127.0.0.1"), _leer("PORT", "8000")
    # What isn't a port is said later, together with the other variables.
    if port.isdecimal() and 0 < int(port) < 65536:
        sys.exit(por_que_no(host, int(port)))


if __name__ == "__main__":
    main()
