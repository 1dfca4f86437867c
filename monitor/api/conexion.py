"""Breaking a connection, which WSGI has no word for.

granian ends a response well whatever its iterator raises; a client must be able to tell half an answer from a whole.
"""

import os
import socket
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path


def cortar(direccion: str) -> None:
    """Shuts the connections that this process has with a client. WSGI doesn't say which of them is the request's: the
    client's others break too, as in any cut, and it asks again."""
    enchufes = list(_enchufes())
    try:
        puertos = {e.getsockname()[1] for e in enchufes if e.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)}
        for enchufe in enchufes:
            with suppress(OSError):  # a socket that listens has no peer
                if enchufe.getsockname()[1] in puertos and _misma(enchufe.getpeername()[0], direccion):
                    enchufe.shutdown(socket.SHUT_RDWR)
    finally:
        for enchufe in enchufes:
            enchufe.close()


def _enchufes():
    """Copies of this process's TCP sockets."""
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # gone meanwhile, or no socket
            copia = socket.socket(fileno=os.dup(int(descriptor.name)))
            if copia.family in (socket.AF_INET, socket.AF_INET6):
                yield copia
            else:
                copia.close()


def _misma(una: str, otra: str) -> bool:
    """An IPv6 socket shows IPv4 as `::ffff:10.0.0.1`."""
    ips = [ip_address(ip.partition("%")[0]) for ip in (una, otra)]
    una, otra = (getattr(ip, "ipv4_mapped", None) or ip for ip in ips)
    return una == otra
