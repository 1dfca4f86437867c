"""Conditional reads: an answer's ETag is the digest of its bytes, so it changes whenever the answer would."""

from hashlib import blake2b

from django.http import HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags


def responder_con_etag(request, response: HttpResponse) -> HttpResponse:
    """304 without a body when `If-None-Match` already has it."""
    etag = f'"{blake2b(response.content, digest_size=16).hexdigest()}"'
    conocidos = request.META.get("HTTP_IF_NONE_MATCH")
    if conocidos and _coincide(etag, conocidos):
        cache = response.headers["Cache-Control"]
        response = HttpResponseNotModified(headers={"Cache-Control": cache})
    response.headers["ETag"] = etag
    return response


def _coincide(etag: str, conocidos: str) -> bool:
    """Weakly, as RFC 9110 asks of If-None-Match."""
    return any(conocido == "*" or conocido.removeprefix("W/") == etag for conocido in parse_etags(conocidos))
