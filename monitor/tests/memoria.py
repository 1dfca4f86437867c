"""The memory that processes take, as Linux counts it."""

import os
import threading
from contextlib import contextmanager
from pathlib import Path

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
