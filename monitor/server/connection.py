"""One client's connection: it receives HTTP requests, has them answered one after another, and is cut when it is
slow."""

import asyncio
import logging
import re
from collections import deque
from functools import partial
from tempfile import TemporaryFile
from time import monotonic
from urllib.parse import unquote_to_bytes

import httptools

from monitor.server import limits
from monitor.server.application import BROKEN, Answer, environ_of
from monitor.server.received import Received
from monitor.server.service import Service

NEVER = float("inf")
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HOP_BY_HOP = {"connection", "transfer-encoding"}  # these are the server's to say
WITHOUT_BODY = ("1", "204", "304")  # how their status lines begin
STRANGE = re.compile(rb"[A-Z]{1,20}(?= )")  # a method that the parser may not know
UNUSED = b"PROPFIND"  # one that it knows and no view has

log = logging.getLogger(__name__)


class Malformed(Exception):
    """The bytes that came aren't an HTTP request that can be answered."""


class Connection(asyncio.Protocol):
    """A connection of a client. Its `deadline` is when it will be cut; whoever changes what it waits for sets it."""

    def __init__(self, service: Service):
        self.service = service
        self.transport = None
        self.parser = httptools.HttpRequestParser(self)
        self.receiving: Received | None = None
        self.begun = 0  # how many requests, in all
        self.strange_method = b""  # of the request that is being received
        self.complete: deque[Received] = deque()
        self.answering: Received | None = None
        self.pieces = None
        self.head_size = 0
        self.can_write = True
        self.ending = False  # it will be closed after the present answer
        self.heard_all = False  # the client won't send any more
        self.deadline = monotonic() + limits.HEAD_TIME

    # --- The transport ---

    def connection_made(self, transport):
        self.transport = transport
        self.client = transport.get_extra_info("peername")[0]
        transport.set_write_buffer_limits(limits.OUTPUT)
        self.service.connections.add(self)
        if len(self.service.connections) > limits.CONNECTIONS:
            transport.abort()

    def connection_lost(self, error):
        self.service.connections.discard(self)
        self.transport = None
        self._drop_stream()
        for received in (*self.complete, self.answering, self.receiving):
            self._release(received)

    def eof_received(self):
        """A client that has said everything may still wait for its answer; one that hasn't gets none."""
        self.ending = self.heard_all = True
        return self.answering is not None

    def data_received(self, data):
        if self.ending:
            return
        if self.receiving is None:
            self.head_size = 0
            if self.answering is None:
                self.deadline = monotonic() + limits.HEAD_TIME
        if self.answering is not None:
            self.transport.pause_reading()  # one request at a time; what has come is kept for later
        try:
            self._parse(data)
        except httptools.HttpParserUpgrade:
            self.ending = True  # no other protocol is spoken here: the request is answered as it stands
        except httptools.HttpParserError as error:
            if isinstance(error, httptools.HttpParserCallbackError) and not isinstance(error.__context__, Malformed):
                log.exception("El servidor no pudo con una petición")
            received = self.receiving or Received()
            self._refuse(self.service.malformed(_path(received.target), received.header("accept")))

    def _parse(self, data):
        """Parse what came. The parser stops at a method that it doesn't know. When that is the first that came, it
        parses the request again with one that no view has either, so that the view says which it does."""
        begins, begun = self.receiving is None, self.begun
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserInvalidMethodError:
            strange = STRANGE.match(data)
            if not (strange and begins and self.begun == begun + 1):
                raise
        else:
            return
        self.strange_method, self.parser = strange[0], httptools.HttpRequestParser(self)
        self.parser.feed_data(UNUSED + data[strange.end() :])

    def pause_writing(self):
        self.can_write = False
        self.deadline = monotonic() + limits.READ_TIME

    def resume_writing(self):
        self.can_write = True
        if self.pieces:
            self._next_piece()
        else:
            self._answered()

    # --- The parser ---

    def on_message_begin(self):
        self.receiving = Received()
        self.begun += 1

    def on_url(self, url):
        self.receiving.target += url
        self._count(len(url))

    def on_header(self, name, value):
        self._count(len(name) + len(value))
        self.receiving.headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def _count(self, size):
        self.head_size += size
        if self.head_size > limits.HEAD:
            raise Malformed("the headers are too large")

    def on_headers_complete(self):
        received = self.receiving
        received.method = (self.strange_method or self.parser.get_method()).decode("latin-1")
        self.strange_method = b""
        received.version = self.parser.get_http_version()
        received.keep_alive = self.parser.should_keep_alive()
        received.path = _path(received.target)
        _require_plain(received)
        if self.answering is None:
            self.deadline = monotonic() + limits.BODY_TIME
        received.since = monotonic()
        received.body_limit = self.service.body_limit(received)
        received.is_stranger = received.body_limit > limits.IN_MEMORY and self.service.is_stranger(received)
        if int(received.header("content-length") or 0) > received.body_limit:
            self._leave_body("large")
        elif received.header("expect").lower() == "100-continue" and self.answering is None:
            self.transport.write(CONTINUE)

    def on_body(self, data):
        received = self.receiving
        if received.left:
            return
        received.size += len(data)
        has_room = self._file(received, data) if received.body_limit > limits.IN_MEMORY else self._hold(received, data)
        if received.size > received.body_limit:
            self._leave_body("large")
        elif not has_room:
            self._leave_body("busy")

    def _hold(self, received, data) -> bool:
        """Add to a body in memory, and return whether there was room for it."""
        received.body += data
        self.service.held += len(data)
        return self.service.held <= limits.BODIES

    def _file(self, received, data) -> bool:
        """Add to a body in a file, and return whether there was room for it. Its sender may take long, as long as what
        has come so far wasn't too slow."""
        self.deadline = max(self.deadline, received.since + limits.BODY_TIME + received.size / limits.SLOWEST)
        self._count_filed(received, len(data))
        try:
            received.file = received.file or TemporaryFile(dir=self.service.folder, buffering=0)  # noqa: SIM115  it outlives this
            written = received.file.write(data)
        except OSError:
            log.exception("No se pudo guardar el cuerpo de una petición")
            return False
        has_room = not received.is_stranger or self.service.filed_by_strangers <= limits.FILES_OF_STRANGERS
        return written == len(data) and self.service.filed <= limits.FILES and has_room

    def _count_filed(self, received, size):
        received.filed += size
        self.service.filed += size
        if received.is_stranger:
            self.service.filed_by_strangers += size

    def _leave_body(self, why: str):
        """Have a request answered without the rest of its body. The view says that it is too large, or that its sender
        may not send anything."""
        self.receiving.left = why
        self.receiving.keep_alive = False
        self._received()

    def on_message_complete(self):
        if not self.receiving.left:
            self._received()
        self.receiving = None

    # --- Requests and answers, in turn ---

    def _received(self):
        self.complete.append(self.receiving)
        if self.answering is None:
            self._answer_next()

    def _answer_next(self):
        received = self.answering = self.complete.popleft()
        self.deadline = NEVER
        threads, environ = self.service.threads_for(received.path), self._environ(received)
        if received.left == "busy" or not threads.has_room(received.method, received.path):
            self._answer(self.service.busy(environ))
        else:
            threads.answer(environ, self._answer)

    def _environ(self, received) -> dict:
        query = received.target.partition(b"?")[2].decode("latin-1")
        base = self.service.base_environ | {"REMOTE_ADDR": self.client, "REMOTE_HOST": self.client}
        environ = environ_of(base, received.method, received.path, query, received.headers, received.input)
        if environ.pop("HTTP_TRANSFER_ENCODING", ""):
            environ["CONTENT_LENGTH"] = str(received.size)  # the chunks have been put together
        return environ

    def _answer(self, answer: Answer):
        """Send an answer. One in pieces is sent as its pieces are made, while the client reads them."""
        if self.transport is None or self.transport.is_closing():
            if answer.pieces:
                self.service.threads.close(answer.pieces)
            return
        if answer.pieces and not self.service.has_room_for_streams():
            self.service.threads.close(answer.pieces)
            answer = self.service.busy(self._environ(self.answering))
        head, chunked = self._head(answer)
        if answer.pieces and self.answering.method != "HEAD":
            self.service.streams += 1
            self.pieces, self.chunked = answer.pieces, chunked
            self.transport.write(head)
            self._next_piece()
            return
        if answer.pieces:
            self.service.threads.close(answer.pieces)
        self.transport.write(head + answer.body if answer.body and self.answering.method != "HEAD" else head)
        self._answered()

    def _head(self, answer) -> tuple[bytes, bool]:
        """Return the status line and the headers, and whether the pieces of the answer go in chunks."""
        headers = {name.lower(): value for name, value in answer.headers}
        has_length = "content-length" in headers or answer.status.startswith(WITHOUT_BODY)
        chunked = not has_length and answer.pieces is not None and self.answering.version == "1.1"
        self.ending |= (
            headers.get("connection", "").lower() == "close"
            or not self.answering.keep_alive
            or self.service.stopping
            or not (has_length or chunked or answer.body is not None)  # only the end of the connection ends the answer
        )
        lines = [f"HTTP/1.1 {answer.status}", f"Date: {self.service.date}"]
        lines += [f"{name}: {value}" for name, value in answer.headers if name.lower() not in HOP_BY_HOP]
        if chunked:
            lines.append("Transfer-Encoding: chunked")
        elif not has_length and answer.body is not None:
            lines.append(f"Content-Length: {len(answer.body)}")
        if self.ending:
            lines.append("Connection: close")
        elif self.answering.version == "1.0":
            lines.append("Connection: keep-alive")
        return "\r\n".join([*lines, "", ""]).encode("latin-1"), chunked

    def _next_piece(self):
        if self.pieces and self.can_write:
            self.deadline = NEVER
            self.service.threads.next_piece(self.pieces, partial(self._send_piece, self.pieces))

    def _send_piece(self, pieces, piece: bytes | None):
        if pieces is not self.pieces:
            return  # the client has gone
        if piece is BROKEN:
            self.transport.abort()
        elif piece is None:
            if self.chunked:
                self.transport.write(b"0\r\n\r\n")
            self._drop_stream()
            self._answered()
        else:
            self.transport.write(b"%x\r\n%b\r\n" % (len(piece), piece) if self.chunked else piece)
            self._next_piece()

    def _drop_stream(self):
        if self.pieces:
            self.service.streams -= 1
            self.service.threads.close(self.pieces)
            self.pieces = None

    def _answered(self):
        """Go on after an answer, once the client has read most of it."""
        if not self.can_write:
            return
        self._release(self.answering)
        self.answering = None
        if self.heard_all:
            self.deadline = monotonic() + limits.READ_TIME
            self.transport.close()
        elif self.ending:
            # What still comes is read and dropped: closing at once would take the answer from a client that is sending.
            self.deadline = monotonic() + limits.READ_TIME
            self.transport.write_eof()
            self.transport.resume_reading()
        elif self.complete:
            self._answer_next()
        else:
            self.deadline = monotonic() + (limits.BODY_TIME if self.receiving else limits.IDLE_TIME)
            self.transport.resume_reading()

    def _release(self, received: Received | None):
        if received:
            self.service.held -= len(received.body)
            self._count_filed(received, -received.filed)
            # A thread may still be reading the file of a client who left: it is closed when nobody has it any more.
            received.body, received.file = b"", None

    def _refuse(self, answer: Answer):
        """Answer what can't be read as HTTP, after which nothing on this connection makes sense."""
        self.ending = True
        if self.answering is None:
            self.answering = Received()
            self._answer(answer)


def _require_plain(received: Received) -> None:
    """Raise Malformed unless it says, once, to which host it goes, to a path, with a body in no other coding than
    chunks: the parser, which knows no other, would take the coded bytes for the body."""
    hosts, codings = received.values("host"), received.values("transfer-encoding")
    if not received.path:
        raise Malformed("the target isn't a path")
    if len(hosts) > 1 or (not hosts and received.version == "1.1"):
        raise Malformed("it doesn't say to which host it goes")
    if codings and [coding.strip().lower() for coding in codings] != ["chunked"]:
        raise Malformed("the body is in another coding")


def _path(target: bytes) -> str:
    """Return the path of a request's target as WSGI asks for it: decoded, each byte a character. It is empty when there
    is none."""
    if not target.startswith(b"/"):  # the form for proxies: http://host/path
        try:
            target = httptools.parse_url(target).path or b"/"
        except httptools.HttpParserInvalidURLError:
            target = b""
    path = target.partition(b"?")[0] if target.startswith(b"/") else b""
    return unquote_to_bytes(path).decode("latin-1")
