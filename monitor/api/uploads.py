"""Files that come in a form (`multipart/form-data`), piece by piece: none is ever whole in memory.

Our server keeps a large body in a file, and asks `body_limit` before it receives one. Another server gives it as it
comes.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from tempfile import TemporaryFile
from typing import BinaryIO
from urllib.parse import unquote

import multipart
from django.http import HttpRequest
from django.urls import resolve
from django.utils.http import parse_header_parameters

from monitor.api import keys, tokens
from monitor.api.authentication import SCHEME
from monitor.api.body import CLOSE, INCOMPLETO, MAX_BYTES, length_of
from monitor.api.errors import HttpError
from monitor.api.serializers import unknown
from monitor.errores import DatosInvalidos, NoAutenticado
from monitor.secretos import PREFIJO

MIB = 1024 * 1024
MAX_FILE = 50 * MIB
MAX_FORM = MAX_FILE + MIB  # with what stands around the file
PIECE = 256 * 1024
MAX_PARTS = 20
MAX_TEXT = 1024  # bytes of a part that isn't a file; more is cut
QUOTED = re.compile(r'"[^"]*"')
EXTENDED = re.compile(r"; *filename\* *= *utf-8'[^']*'([^; ]*)", re.IGNORECASE)

SIN_ARCHIVO = "No se recibió ningún archivo"
UNO_SOLO = "Se recibe un solo archivo por petición"
MAL_FORMADO = "El formulario llegó incompleto o mal formado"
MUY_GRANDE = "El archivo pasa de 50 MiB"


class FileTooLarge(HttpError):
    def __init__(self):
        super().__init__(413, MUY_GRANDE, CLOSE, codigo="archivo_demasiado_grande")


# --- Before it is received ---


def body_limit(method: str, path: str, header: Callable[[str], str]) -> int:
    """Return the largest body, in bytes, that is received for a path as WSGI has it. It is that of a file only where a
    file is taken, and from a sender whose token is good as far as one can tell without the database. Of a key, that is
    only that it looks like one: `is_stranger`."""
    if not header("transfer-encoding") and int(header("content-length") or 0) <= MAX_BYTES:
        return MAX_BYTES
    return MAX_FORM if _takes_file(method, path) and _has_token(header("authorization")) else MAX_BYTES


def _takes_file(method, path) -> bool:
    view = resolve(path.encode("latin-1").decode(errors="replace").rstrip("/") or "/").func
    name = getattr(view, "actions", {}).get(method.lower())
    return bool(name) and view.cls.acciones[name].takes_file


def _has_token(header: str) -> bool:
    token = _token(header)
    if token.startswith(PREFIJO):
        return True
    with suppress(NoAutenticado):
        return bool(tokens.verify(token))
    return False


def is_stranger(header: Callable[[str], str]) -> bool:
    """Return whether the sender has what may be a key, and this process has never seen it. Anybody can make one up, so
    that the server gives all of them together a small part of the room for files."""
    token = _token(header("authorization"))
    return token.startswith(PREFIJO) and not keys.knows(token)


def _token(header: str) -> str:
    return header.removeprefix(SCHEME).strip()


# --- The body as a file ---


def body_of(request: HttpRequest) -> BinaryIO:
    """Return the whole body as a file, from its beginning, as often as it is asked for. Raise HttpError when it is
    larger than any form with a file, or didn't arrive whole."""
    if (body := getattr(request, "body_file", None)) is None:
        body = request.body_file = _whole(request)
    body.seek(0)
    return body


def _whole(request) -> BinaryIO:
    length = length_of(request)
    if length > MAX_FORM:
        raise FileTooLarge
    source = request.META["wsgi.input"]
    if _is_whole(source):
        return source
    copy = TemporaryFile()  # noqa: SIM115  it is the request's
    while length and (piece := request.read(min(length, PIECE))):
        length -= len(piece)
        copy.write(piece)
    if length:
        raise HttpError(400, INCOMPLETO, CLOSE, codigo="cuerpo_incompleto")
    return copy


def _is_whole(source) -> bool:
    """Return whether it is what our server gives: a whole body, from its beginning."""
    return getattr(source, "seekable", bool)()


def digest_of(request: HttpRequest, head: bytes) -> bytes:
    """Return what `body.digest_of` does, of a body as large as a file."""
    digest, body = sha256(head), body_of(request)
    while piece := body.read(PIECE):
        digest.update(piece)
    return digest.digest()


# --- The form ---


@dataclass
class Form:
    """A form without its file: the file's name as it was sent, and the parts that are texts."""

    filename: str = ""
    texts: dict[str, str] = field(default_factory=dict)


def read_form(request: HttpRequest, name: str, texts: tuple[str, ...], write: Callable[[bytes], object]) -> Form:
    """Give the file of the part `name` to `write`, and return the rest. `texts` are the other parts that the form may
    have. Raise DatosInvalidos or HttpError for any other form."""
    reader = _Reader(name, texts, write)
    for event in _events(request):
        reader.take(event)
    return reader.form()


def _events(request) -> Iterator:
    kind, options = parse_header_parameters(request.META.get("CONTENT_TYPE", ""))
    if kind != "multipart/form-data":
        raise DatosInvalidos(SIN_ARCHIVO, codigo="sin_archivo")
    body = body_of(request)
    try:
        # Names come in UTF-8, and from old programs in what Windows writes: `_text` tells them apart.
        parser = multipart.PushMultipartParser(
            options.get("boundary", ""), header_charset="latin-1", max_segment_count=MAX_PARTS
        )
        yield from parser.parse_blocking(body.read, PIECE)
    except (multipart.MultipartError, UnicodeError) as error:  # a boundary may be what no text may have
        raise DatosInvalidos(MAL_FORMADO, codigo="formulario_mal_formado") from error


class _Reader:
    """Takes the events of a form: a part begins, some bytes of it, it ends (None)."""

    def __init__(self, name, texts, write):
        self._name, self._known, self._write = name, (name, *texts), write
        self._part, self._is_file, self._text = "", False, bytearray()
        self._files, self._others, self._size, self._form = 0, [], 0, Form()

    def take(self, event) -> None:
        if event is None:
            self._end()
        elif isinstance(event, bytes | bytearray):
            self._bytes(event)
        else:
            self._begin(event)

    def _begin(self, segment):
        filename = _filename(segment)
        self._part, self._is_file, self._text = _text(segment.name or ""), filename is not None, bytearray()
        if self._is_file:
            self._files += 1
            if self._files > 1:
                raise DatosInvalidos(UNO_SOLO, codigo="varios_archivos")
        if self._is_file and self._part == self._name:
            self._form.filename = filename

    def _bytes(self, piece):
        if not self._is_file:
            self._text += piece[: MAX_TEXT - len(self._text)]
        elif self._part == self._name:
            self._size += len(piece)
            if self._size > MAX_FILE:
                raise FileTooLarge
            self._write(piece)

    def _end(self):
        wrong = self._is_file != (self._part == self._name) or self._part not in self._known
        if wrong or self._part in self._form.texts:
            self._others.append(self._part)
        elif not self._is_file:
            self._form.texts[self._part] = _text(self._text.decode("latin-1"))

    def form(self) -> Form:
        """Return the form when it is whole. Raise DatosInvalidos when it lacks its file, or has what isn't known."""
        others = {name: [self._sentence(name)] for name in self._others}
        if not self._size:
            raise DatosInvalidos(SIN_ARCHIVO, campos=others, codigo="sin_archivo")
        if others:
            raise DatosInvalidos(campos=others)
        return self._form

    def _sentence(self, name) -> str:
        if name in self._form.texts:
            return f"{name}: está repetido"
        if name == self._name:
            return f"{name}: debe ser un archivo"
        return unknown(name, self._known)


def _filename(segment) -> str | None:
    """Return the name of a part's file, or None for one that isn't a file. Some programs write it twice, the second
    time so that it may have any letter (`filename*`)."""
    header = segment.header("Content-Disposition", "")
    if extended := EXTENDED.search(QUOTED.sub("", header)):
        return _text(unquote(extended[1], "latin-1"))
    return None if segment.filename is None else _text(segment.filename)


def _text(latin: str) -> str:
    """Return a text whose bytes were read as Latin-1."""
    raw = latin.encode("latin-1")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
