"""Files on their way out: piece by piece, whole or one range of them; or not at all, when their reader has them."""

import re
from collections.abc import Callable
from typing import Protocol

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import parse_etags

from monitor.api.dialects import CACHE
from monitor.api.errors import HttpError, server_busy
from monitor.policies import CSP, FILE
from monitor.server.application import ROOM_FOR_STREAMS

PIECE = 256 * 1024  # bytes
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
FUERA = "El archivo no tiene esa parte"


class Source(Protocol):
    """Bytes to be sent, in their order."""

    def read(self, size: int) -> bytes: ...

    def close(self) -> None: ...


def not_modified(request: HttpRequest, etag: str) -> HttpResponse | None:
    """Return a 304 when the HTTP request says that it has the file with this ETag, and None otherwise."""
    known = [one.removeprefix("W/") for one in parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))]
    return HttpResponseNotModified(headers=_common(etag)) if etag in known or "*" in known else None


def send(
    request: HttpRequest, open_: Callable[[int, int], Source], *, size: int, etag: str, headers: dict[str, str]
) -> HttpResponse:
    """Return the answer with the bytes of a file. `open_` gives those from one place to another, which may be none.
    Raise HttpError for a range that the file doesn't have, or when the server has no room for one more stream; and what
    `open_` raises, before anything leaves."""
    asked = _range(request, size, etag)
    start, end = asked or (0, size)
    headers = _common(etag) | {"Accept-Ranges": "bytes", "Content-Length": str(end - start)} | headers
    if asked:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    status = 206 if asked else 200
    if request.method == "HEAD":
        end = start
    if end - start <= PIECE:
        content = b"".join(_Pieces(open_(start, end), end - start))
        return HttpResponse(content, status=status, headers=headers)
    has_room = request.META.get(ROOM_FOR_STREAMS)  # another server doesn't say
    if has_room and not has_room():
        raise server_busy()
    return StreamingHttpResponse(_Pieces(open_(start, end), end - start), status=status, headers=headers)


def send_whole(content: bytes, *, etag: str, headers: dict[str, str]) -> HttpResponse:
    """Return the answer with the bytes of something small."""
    return HttpResponse(content, headers=_common(etag) | {"Accept-Ranges": "none"} | headers)


def _common(etag) -> dict[str, str]:
    return {"ETag": etag, "Cache-Control": CACHE, CSP: FILE}


def _range(request, size: int, etag: str) -> tuple[int, int] | None:
    """Return where the range that is asked for begins and ends, or None for the whole file: also for several ranges,
    and for one of a file that has changed since."""
    asked = RANGE.fullmatch(request.META.get("HTTP_RANGE", "").strip())
    if not asked or request.method != "GET" or request.META.get("HTTP_IF_RANGE", etag) != etag:
        return None
    first, last = asked.groups()
    if first:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
    elif last:
        start, end = max(size - int(last), 0), size
    else:
        return None
    if start >= size:
        raise HttpError(416, FUERA, {"Content-Range": f"bytes */{size}"}, codigo="parte_inexistente")
    return start, end


class _Pieces:
    """So many bytes of a file, which it closes at their end, or when nobody asks for them any more."""

    def __init__(self, file: Source, size: int):
        self._file, self._left, self.close = file, size, file.close

    def __iter__(self):
        return self

    def __next__(self) -> bytes:
        try:
            return self._next()
        except BaseException:  # also at its end
            self.close()
            raise

    def _next(self):
        if not self._left:
            raise StopIteration
        piece = self._file.read(min(PIECE, self._left))
        if not piece:
            raise EOFError("the file is shorter than it was")  # the client must not take it for whole
        self._left -= len(piece)
        return piece
