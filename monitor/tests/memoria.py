"""The memory that processes take, as Linux counts it."""

import os
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

CADA = 0.005  # seconds between two samples


def memoria(pids: list[int]) -> float:
    """Return the resident memory of the largest process, in MB. A process that has ended takes none."""
    return max(map(_paginas, pids)) * os.sysconf("SC_PAGE_SIZE") / 2**20


def _paginas(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0


@contextmanager
def midiendo(pids: list[int]):
    """Give the list of samples, in MB, that is filled until the end; the first is from before."""
    muestras, fin = [memoria(pids)], threading.Event()

    def medir():
        while not fin.wait(CADA):
            muestras.append(memoria(pids))

    hilo = threading.Thread(target=medir)
    hilo.start()
    try:
        yield muestras
    finally:
        fin.set()
        hilo.join()


def procesos(servidor):
    """Return the ids of the server's workers, which are the children of the process that was started with this port."""
    puerto = f"\0{urlsplit(servidor).port}\0".encode()
    todos = [int(carpeta.name) for carpeta in Path("/proc").iterdir() if carpeta.name.isdigit()]
    padres = {pid for pid in todos if puerto in _leer(pid, "cmdline") and _padre(pid) == os.getpid()}
    return [pid for pid in todos if _padre(pid) in padres]


def _leer(pid, archivo):
    try:
        return Path(f"/proc/{pid}/{archivo}").read_bytes()
    except OSError:  # the process ended meanwhile
        return b""


def _padre(pid):
    campos = _leer(pid, "stat").rpartition(b")")[2].split()
    return int(campos[1]) if campos else None
