"""Compressed answers, for those who ask for them.

The same answer is always compressed to the same bytes, so that its ETag stays strong. The admin's pages, which a
browser asks for with a cookie, are compressed by Django with random bytes (BREACH): see `AdminGzipMiddleware`.
"""

import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache

from django.http import HttpResponse
from django.utils.cache import patch_vary_headers

from monitor.api.etag import for_gzip

MINIMUM = 4 * 1024  # bytes; a smaller answer costs more to compress than to send
LEVEL = 1  # the bytes of level 6 are a fifth fewer, and take almost three times as long
GZIP = 16 + zlib.MAX_WBITS


class GzipMiddleware:
    """Compresses large answers and streams. It leaves alone what Django compressed already, files, of which one may ask
    for a range, and what is secret: its length would tell about it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if (response.streaming or len(response.content) >= MINIMUM) and _may_be_compressed(response):
            _vary(response)
            if accepts_gzip(request.META.get("HTTP_ACCEPT_ENCODING", "")):
                _compress(response)
        return response


def _vary(response) -> None:
    if "Vary" in response.headers:
        patch_vary_headers(response, ("Accept-Encoding",))
    else:  # almost always, and much faster
        response.headers["Vary"] = "Accept-Encoding"


def _may_be_compressed(response) -> bool:
    headers = response.headers
    if "Content-Encoding" in headers or "Accept-Ranges" in headers:
        return False
    return "no-store" not in headers.get("Cache-Control", "")


@lru_cache(maxsize=256)
def accepts_gzip(header: str) -> bool:
    """Return whether an Accept-Encoding admits gzip (RFC 9110 §12.5.3)."""
    weights = {}
    for part in header.lower().split(","):
        coding, _, weight = part.partition(";")
        weights[coding.strip()] = weight.replace(" ", "").removeprefix("q=").strip("0.") or ("" if weight else "1")
    return bool(weights.get("gzip", weights.get("*", "")))


def _compress(response: HttpResponse) -> None:
    if response.streaming:
        response.streaming_content = compressed(response.streaming_content)
    else:
        response.content = b"".join(compressed([response.content]))
        response.headers["Content-Length"] = str(len(response.content))
    response.headers["Content-Encoding"] = "gzip"
    if "ETag" in response.headers:
        response.headers["ETag"] = for_gzip(response.headers["ETag"])


def compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Compress each piece as it comes, so that whoever reads gets it at once. Pieces that end in an error have no end,
    which is how a client tells."""
    gzip = zlib.compressobj(LEVEL, wbits=GZIP)
    for piece in pieces:
        yield gzip.compress(piece) + gzip.flush(zlib.Z_SYNC_FLUSH)
    yield gzip.flush()
