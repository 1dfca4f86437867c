"""The processes of the server: a parent that accepts connections and deals them out, and workers that serve them.

The system would deal them out itself among processes that share a socket, but unevenly: 16 connections are often 3 for
one worker and 13 for the other. A worker stops when its channel from the parent closes, so that none outlives it.
"""

import asyncio
import ctypes
import logging
import os
import resource
import select
import selectors
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic

import uvloop

from monitor.server import limits
from monitor.server.connection import Connection
from monitor.server.service import Service

log = logging.getLogger(__name__)

BACKLOG = 1024  # connections that wait to be accepted
PAUSE = 1  # seconds before a worker that died is started again, so that one that can't start doesn't fill the log
ONE = b"1"  # a message must have a byte to carry a socket

# Returns what a worker's connections share, given the worker's number, from 0, and what brings the answers of threads
# back to the event loop. A worker that takes the place of another has its number.
MakeService = Callable[[int, Callable], Service]

# A program for the system's packet filter (BPF): drop a packet whose flags, byte 13, have SYN and not ACK, which asks
# for a new connection, and take any other.
SO_ATTACH_FILTER = 26  # Linux's number; Python has no name for it
NO_NEW_CONNECTIONS = (
    (0x30, 0, 0, 13),  # load the byte
    (0x54, 0, 0, 0x12),  # of it, ACK and SYN
    (0x15, 0, 1, 0x02),  # if it is SYN alone
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFFFFFF),  # take
)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raise OSError when the address can't be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    # The connections that it accepts have this from it.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, limits.IN_KERNEL)
    listener.setblocking(False)
    return listener


def serve(listener: socket.socket, count: int, make_service: MakeService) -> None:
    """Serve on a socket with `count` workers until SIGTERM or SIGINT. `make_service` is called in each worker."""
    _Parent(listener, count, make_service).run()


@dataclass
class _Worker:
    number: int
    pid: int
    channel: socket.socket


class _Parent:
    def __init__(self, listener: socket.socket, count: int, make_service: MakeService):
        self._listener, self._count, self._make_service = listener, count, make_service
        self._workers: list[_Worker] = []
        self._turn = 0
        self._stopping = False
        self._start_again = 0.0  # when

    def run(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)  # it only wakes the selector
        with selectors.DefaultSelector() as selector, _woken_by_signals() as woken:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(woken, selectors.EVENT_READ)
            while not self._stopping:
                self._reap()
                self._start_missing()
                selector.select(PAUSE)
                self._accept()
                _empty(woken)
        self._accept_last()
        self._listener.close()
        for worker in self._workers:
            worker.channel.close()
        for worker in self._workers:
            os.waitpid(worker.pid, 0)

    def _start_missing(self):
        while len(self._workers) < self._count and monotonic() >= self._start_again:
            free = set(range(self._count)) - {worker.number for worker in self._workers}
            self._workers.append(self._start(min(free)))

    def _start(self, number: int) -> _Worker:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if pid == 0:
            for other in (ours, self._listener, *(worker.channel for worker in self._workers)):
                other.close()
            _work(theirs, partial(self._make_service, number))
        theirs.close()
        return _Worker(number, pid, ours)

    def _reap(self):
        for worker in list(self._workers):
            pid, status = os.waitpid(worker.pid, os.WNOHANG)
            if pid:
                log.error("El proceso %d terminó con %d; empieza otro", pid, os.waitstatus_to_exitcode(status))
                worker.channel.close()
                self._workers.remove(worker)
                self._start_again = monotonic() + PAUSE

    def _accept(self):
        with suppress(BlockingIOError):
            while self._workers:
                client, _ = self._listener.accept()
                with client:
                    self._deal(client)

    def _accept_last(self):
        """Accept everyone whom the system has told that they are connected, and nobody new. Closing the socket at once
        would cut off those who connected after the last look at it."""
        with suppress(OSError):  # another system: it accepts those who are there
            attach_filter(self._listener, NO_NEW_CONNECTIONS)
        end = monotonic() + limits.GRACE
        while monotonic() < end:
            self._accept()
            if not select.select([self._listener], [], [], limits.HANDSHAKE)[0]:
                return

    def _deal(self, client):
        """Give a connection to the worker whose turn it is, or to the next that can take it."""
        for _ in self._workers:
            self._turn = (self._turn + 1) % len(self._workers)
            with suppress(OSError):  # it has just died
                socket.send_fds(self._workers[self._turn].channel, [ONE], [client.fileno()])
                return

    def _stop(self, number, frame):
        self._stopping = True


def attach_filter(listener: socket.socket, program: tuple) -> None:
    """Have the system pass a socket's incoming packets through a program, each instruction a code, two jumps and a
    number. Raise OSError when it can't."""
    instructions = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *one) for one in program))
    described = struct.pack("HP", len(program), ctypes.addressof(instructions))
    listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, described)


@contextmanager
def _woken_by_signals():
    """Give a socket that can be read after any signal."""
    woken, waking = socket.socketpair()
    with woken, waking:
        for end in (woken, waking):
            end.setblocking(False)
        signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
        yield woken
        signal.set_wakeup_fd(-1)


def _empty(woken):
    with suppress(BlockingIOError):
        woken.recv(4096)


def _work(channel, make_service):
    """Be a worker, and end the process. Signals are the parent's business: Ctrl-C reaches every process of a
    terminal."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        _allow_connections()
        sys.setswitchinterval(limits.SWITCH_TIME)
        uvloop.run(_serve(channel, make_service))
        code = 0
    except BaseException:
        log.exception("Un proceso del servidor falló")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # not by way of the parent's code


def _allow_connections():
    """Raise the limit of open files as far as the system lets: each connection is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _serve(channel, make_service):
    loop = asyncio.get_running_loop()
    service = make_service(loop.call_soon_threadsafe)
    ticking = asyncio.create_task(_tick(service))
    channel.setblocking(False)
    closed = asyncio.Event()
    loop.add_reader(channel, _receive, channel, service, closed)
    await closed.wait()
    service.stop()
    end = monotonic() + limits.STOP_TIME
    while service.connections and monotonic() < end:
        await asyncio.sleep(0.05)
    ticking.cancel()


async def _tick(service):
    while True:
        service.tick()
        await asyncio.sleep(1)


def _receive(channel, service, closed):
    """Take a connection that the parent has accepted."""
    try:
        _, [descriptor], _, _ = socket.recv_fds(channel, 1, 1)
    except BlockingIOError:
        return
    except (OSError, ValueError):  # the parent has closed its end, or is dead
        asyncio.get_running_loop().remove_reader(channel)
        closed.set()
        return
    client = socket.socket(fileno=descriptor)
    connect = asyncio.get_running_loop().connect_accepted_socket(partial(Connection, service), client)
    task = asyncio.ensure_future(connect)
    service.connecting.add(task)
    task.add_done_callback(service.connecting.discard)
