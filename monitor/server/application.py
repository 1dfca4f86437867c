"""The threads that run Django, a WSGI application."""

import io
import logging
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple, Protocol

from monitor.server import limits

log = logging.getLogger(__name__)


class Answer(NamedTuple):
    """What Django answers. `body` is whole; or it is None, and `pieces` gives it piece by piece."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes | None = None
    pieces: "Pieces | None" = None


class Pieces(Protocol):
    def __next__(self) -> bytes: ...

    def close(self) -> None: ...


class Threads:
    """Runs jobs in threads that don't change, because each keeps its connection to the database.

    `call_soon` brings what a job returns back to the event loop. The pieces of streams take at most half of the
    threads, however many streams there are.
    """

    def __init__(self, application: Callable, call_soon: Callable):
        self._application, self._call_soon = application, call_soon
        self._jobs = SimpleQueue()
        self._waiting_pieces, self._piece_turns = deque(), max(limits.THREADS // 2, 1)
        self.waiting = 0
        for number in range(limits.THREADS):
            Thread(target=self._work, name=f"django-{number}", daemon=True).start()

    def answer(self, environ: dict, then: Callable[[Answer], None]) -> None:
        """Answer an HTTP request, and call `then` with its Answer in the event loop."""
        self.waiting += 1
        self._jobs.put((self._answer, environ, then))

    def next_piece(self, pieces: Pieces, then: Callable[[bytes | None], None]) -> None:
        """Make the next piece, and call `then` with it, or with None after the last."""
        if self._piece_turns:
            self._piece_turns -= 1
            self._jobs.put((self._next_piece, pieces, then))
        else:
            self._waiting_pieces.append((pieces, then))

    def close(self, pieces: Pieces) -> None:
        """Close a stream that is over, or that nobody reads any more."""
        self._jobs.put((self._close, pieces, None))

    def _work(self):
        while True:
            job, argument, then = self._jobs.get()
            job(argument, then)

    def _answer(self, environ, then):
        try:
            answer = call(self._application, environ)
        except Exception:
            log.exception("Django no contestó una petición")
            answer = Answer("500 Internal Server Error", [("Connection", "close")], b"")
        self._call_soon(self._answered, then, answer)

    def _answered(self, then, answer):
        self.waiting -= 1
        then(answer)

    def _next_piece(self, pieces, then):
        try:
            piece = next(pieces, None)
        except Exception:  # noqa: BLE001  whoever makes the pieces has logged it: the answer is left unfinished
            self._call_soon(self._made, then, BROKEN)
        else:
            self._call_soon(self._made, then, piece)

    def _made(self, then, piece):
        self._piece_turns += 1
        if self._waiting_pieces:
            self.next_piece(*self._waiting_pieces.popleft())
        then(piece)

    def _close(self, pieces, then):
        with suppress(Exception):
            pieces.close()


BROKEN = b""  # no stream gives an empty piece


def call(application, environ) -> Answer:
    """Run a WSGI application."""
    head = []

    def start_response(status, headers, exc_info=None):
        head[:] = status, headers

    result = application(environ, start_response)
    if isinstance(result, list):
        return Answer(*head, body=result[0])
    return Answer(*head, pieces=_Stream(result))


class _Stream:
    """The pieces of a WSGI answer, without empty ones."""

    def __init__(self, result):
        self._pieces: Iterator[bytes] = filter(None, result)
        self.close = getattr(result, "close", lambda: None)

    def __next__(self):
        return next(self._pieces)


def environ_of(base: dict, method: str, path: str, query: str, headers: list[tuple[str, str]], body: bytes) -> dict:
    """Return the WSGI environment of an HTTP request. A name with `_` would pass for the one with `-`, and is
    dropped."""
    environ = base | {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "wsgi.input": io.BytesIO(body),
    }
    for name, value in headers:
        key = KEYS.get(name) or f"HTTP_{name.upper().replace('-', '_')}"
        if "_" in name:
            continue
        if key in environ:
            value = f"{environ[key]}{'; ' if name == 'cookie' else ','}{value}"
        environ[key] = value
    return environ


KEYS = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def base_environ(host: str, port: int) -> dict:
    """Return what the environments of all the requests have in common."""
    return {
        "SCRIPT_NAME": "",
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
