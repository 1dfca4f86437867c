"""An HTTP request as it comes in, and its body, in memory or in a file."""

import io
from typing import BinaryIO


class Received:
    """An HTTP request as it comes in."""

    def __init__(self):
        self.target = b""
        self.path = ""
        self.headers: list[tuple[str, str]] = []
        self.body = bytearray()
        self.file: BinaryIO | None = None  # in place of the former, for a large body
        self.size = self.filed = 0
        self.is_stranger = False
        self.since = 0.0
        self.method = ""
        self.version = "1.1"
        self.keep_alive = False
        self.body_limit = 0
        self.left = ""  # why its body isn't received: "large" or "busy"

    def header(self, name: str) -> str:
        return next(iter(self.values(name)), "")

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    @property
    def input(self) -> BinaryIO:
        """Return the body as WSGI asks for it, from its beginning."""
        if self.file is None:
            return io.BytesIO(self.body)
        self.file.seek(0)
        return self.file
