"""The threads that run Django, a WSGI application."""

import logging
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from time import monotonic, thread_time
from typing import Any, BinaryIO, NamedTuple, Protocol

from monitor.server import limits

log = logging.getLogger(__name__)


class Answer(NamedTuple):
    """An answer of Django. `body` is whole; or it is None, and `pieces` gives it piece by piece."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes | None = None
    pieces: "Pieces | None" = None


class Pieces(Protocol):
    def __next__(self) -> bytes: ...

    def close(self) -> None: ...


class Turns:
    """The turns for work that not all threads may do at once: `free` of them are left."""

    def __init__(self, free: int):
        self.free = max(free, 1)


class Kind:
    """A kind of job. Each takes one of all its `turns` while a thread does it, and waits for them in the order in which
    it came. `pending` counts the jobs that aren't done."""

    def __init__(self, *turns: Turns):
        self.turns = turns
        self.waiting: deque[Job] = deque()
        self.pending = 0

    def may_begin(self) -> bool:
        return all(turns.free for turns in self.turns)

    def take(self) -> "Job | None":
        """Return the one that has waited longest, which waits no more, or None. Any thread may ask."""
        try:
            return self.waiting.popleft()
        except IndexError:
            return None

    def give_up(self, before: float) -> "Iterator[Job]":
        """Take out those that have waited since before a moment."""
        while job := self.take():
            if job.since >= before:
                self.waiting.appendleft(job)
                return
            self.pending -= 1
            yield job


class Job(NamedTuple):
    """A piece of work for a thread: `then` is called in the event loop with what `run` returns for its argument."""

    kind: Kind
    run: Callable
    argument: Any
    then: Callable
    since: float


class Threads:
    """Runs jobs in threads that don't change, because each keeps its connection to the database.

    `call_soon` brings what a job returns back to the event loop, where all the rest runs. The jobs that may take long
    are the HTTP requests that write, which wait for what another holds in the database; those that read much, known by
    their path, whose answers took long to compute a short while ago; those that `is_apart` knows by their path alone,
    because they may wait for another server, or draw; and the pieces of streams. Each of these kinds takes at most half
    of the threads, and all of them leave one to those that read little. What one whose jobs don't end leaves to the
    others goes to each in its turn.
    """

    def __init__(
        self,
        application: Callable,
        call_soon: Callable,
        *,
        name: str = "django",
        count: int | None = None,
        is_apart: Callable[[str], object] = lambda path: False,
    ):
        self._application, self._call_soon, self._is_apart = application, call_soon, is_apart
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        count = count or limits.THREADS
        common = Turns(count - 1)
        self._reads = Kind()
        self._slow = [Kind(common, Turns(count // 2)) for _ in range(4)]
        self._writes, self._long_reads, self._apart, self._pieces = self._slow
        # By the hash of a path, because a client makes paths as large as it likes: since when it may be one of those
        # that read much, and until when it is.
        self._suspects: dict[int, float] = {}
        self._long_until: dict[int, float] = {}
        for number in range(count):
            Thread(target=self._work, name=f"{name}-{number}", daemon=True).start()

    def counts(self) -> tuple[int, int]:
        """Return how many jobs the threads are doing, and how many wait."""
        waiting = self._jobs.qsize() + sum(len(kind.waiting) for kind in self._slow)
        return sum(kind.pending for kind in (self._reads, *self._slow)) - waiting, waiting

    def has_room(self, method: str, path: str) -> bool:
        """Return whether one more HTTP request may wait. Each kind has a room of its own, so that no number of those
        that may take long keeps out those that read little."""
        return self._kind_of(method, path).pending < limits.WAITING

    def answer(self, environ: dict, then: Callable[[Answer], None]) -> None:
        """Answer an HTTP request, and call `then` with its Answer in the event loop."""
        self._ask(self._kind_of(environ["REQUEST_METHOD"], environ["PATH_INFO"]), self._answer, environ, then)

    def next_piece(self, pieces: Pieces, then: Callable[[bytes | None], None]) -> None:
        """Make the next piece, and call `then` with it, or with None after the last."""
        self._ask(self._pieces, _next_piece, pieces, then)

    def close(self, pieces: Pieces) -> None:
        """Close a stream that is over, or that nobody reads any more."""
        self._ask(self._reads, _close, pieces, lambda _: None)

    def give_up(self, before: float) -> list[Job]:
        """Take out the HTTP requests that have waited for their turn since before a moment, and return them. Nothing of
        them has been done."""
        return [job for kind in (self._writes, self._long_reads, self._apart) for job in kind.give_up(before)]

    def forget(self, now: float) -> None:
        """Have the paths that haven't taken long for a while be like any other."""
        self._long_until = {key: until for key, until in list(self._long_until.items()) if until > now}
        before = now - limits.LONG_FOR
        self._suspects = {key: since for key, since in list(self._suspects.items()) if since > before}

    def _kind_of(self, method, path):
        if self._is_apart(path):
            return self._apart
        if method not in SAFE:
            return self._writes
        return self._long_reads if self._reads_much(path) else self._reads

    def _reads_much(self, path) -> bool:
        return hash(path) in self._long_until

    def _note(self, path, began, took_long) -> None:
        """Learn from an answer whether a path reads much: two in a row took long. The first of a process often does,
        whatever it reads, and so do others that began with it."""
        key, now = hash(path), monotonic()
        if not took_long:
            self._suspects.pop(key, None)
        elif key in self._long_until or self._suspects.setdefault(key, now) < began:
            self._long_until[key] = now + limits.LONG_FOR

    def _ask(self, kind, run, argument, then):
        self._line_up(Job(kind, run, argument, then, monotonic()))

    def _line_up(self, job):
        job.kind.pending += 1
        if job.kind.may_begin():
            self._begin(job)
        else:
            job.kind.waiting.append(job)

    def _begin(self, job):
        for turns in job.kind.turns:
            turns.free -= 1
        self._jobs.put(job)

    def _work(self):
        while True:
            job = self._jobs.get()
            if self._turned_out_long(job):
                self._call_soon(self._move, job)
                continue
            while job:
                result = job.run(job.argument)
                heir = self._heir(job)
                self._call_soon(self._done, job, result, heir)
                job = heir

    def _turned_out_long(self, job) -> bool:
        """Return whether it became known, while an HTTP request waited, that those like it take long."""
        is_read = job.kind is self._reads and job.run == self._answer
        return is_read and self._reads_much(job.argument["PATH_INFO"])

    def _move(self, job):
        self._reads.pending -= 1
        self._line_up(job._replace(kind=self._long_reads))

    def _heir(self, job) -> Job | None:
        """Return the job to which one that is done leaves its turns and its thread: the next of its kind, when none of
        another kind waits. By way of the event loop, the thread would do nothing until the loop has the interpreter."""
        if not job.kind.waiting or any(kind.waiting for kind in self._slow if kind is not job.kind):
            return None
        return job.kind.take()

    def _done(self, job, result, heir):
        job.kind.pending -= 1
        if job.kind.turns and not heir:
            for turns in job.kind.turns:
                turns.free += 1
            self._begin_next(job.kind)
        job.then(result)

    def _begin_next(self, done):
        """Begin one of those that wait, for one that is done: of the kinds that follow its own, in a circle."""
        place = self._slow.index(done) + 1
        for kind in self._slow[place:] + self._slow[:place]:
            if kind.may_begin() and (job := kind.take()):
                self._begin(job)
                return

    def _answer(self, environ) -> Answer:
        began, computed = monotonic(), thread_time()
        try:
            return call(self._application, environ)
        except Exception:
            log.exception("Django no contestó una petición")
            return Answer("500 Internal Server Error", [("Connection", "close")], b"")
        finally:
            if environ["REQUEST_METHOD"] in SAFE:
                self._note(environ["PATH_INFO"], began, thread_time() - computed > limits.LONG)


class Probes(Threads):
    """Runs the HTTP requests that ask how the service is. One may wait for the database while another says that the
    process lives: none waits for its turn, however long it took before."""

    def __init__(self, application: Callable, call_soon: Callable, *, count: int | None = None):
        super().__init__(application, call_soon, name="sondas", count=count or limits.PROBE_THREADS)

    def _note(self, path, began, took_long) -> None:
        """Let them all be alike."""


def _next_piece(pieces):
    try:
        return next(pieces, None)
    except Exception:  # noqa: BLE001  whoever makes the pieces has logged it: the answer is left unfinished
        return BROKEN


def _close(pieces):
    with suppress(Exception):
        pieces.close()


SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
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


def environ_of(base: dict, method: str, path: str, query: str, headers: list[tuple[str, str]], body: BinaryIO) -> dict:
    """Return the WSGI environment of an HTTP request. A name with `_` would pass for the one with `-`, and is
    dropped."""
    environ = base | {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "wsgi.input": body,
    }
    for name, value in headers:
        key = KEYS.get(name) or f"HTTP_{name.upper().replace('-', '_')}"
        if "_" in name:
            continue
        if key in environ:
            value = f"{environ[key]}{'; ' if name == 'cookie' else ','}{value}"
        environ[key] = value
    return environ


# The key of an environment's function that returns whether an answer in pieces would be sent: when not, its request is
# told to come back.
ROOM_FOR_STREAMS = "monitor.room_for_streams"
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
