"""Parts of answers that a process keeps for a while."""

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """A store of what was asked for last, up to `most` bytes of it in all."""

    def __init__(self, most: int):
        self._most, self._size, self._lock = most, 0, Lock()
        self._kept: OrderedDict[str, tuple[T, int]] = OrderedDict()

    def get(self, key: str) -> T | None:
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def keep(self, key: str, content: T, size: int) -> None:
        """Keep what is under a key, of some bytes, in the place of what was asked for longest ago."""
        with self._lock:
            self._drop(key)
            self._kept[key] = content, size
            self._size += size
            while self._size > self._most:
                self._drop(next(iter(self._kept)))

    def forget(self, key: str) -> None:
        with self._lock:
            self._drop(key)

    def _drop(self, key):
        _, size = self._kept.pop(key, (None, 0))
        self._size -= size
