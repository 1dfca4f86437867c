"""Parts of answers that a process keeps for a while, under a key that changes whenever they would."""

from collections import OrderedDict
from threading import Lock


class Recent:
    """The bytes that were asked for last, up to `most` of them in all."""

    def __init__(self, most: int):
        self._most, self._size, self._lock = most, 0, Lock()
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        with self._lock:
            content = self._kept.get(key)
            if content is not None:
                self._kept.move_to_end(key)
            return content

    def keep(self, key: str, content: bytes) -> None:
        """Keep what is under a key, in the place of what was asked for longest ago."""
        with self._lock:
            self._size += len(content) - len(self._kept.pop(key, b""))
            self._kept[key] = content
            while self._size > self._most:
                self._size -= len(self._kept.popitem(last=False)[1])
