"""Numbers that the workers add up in memory that they share (docs/adr/0013)."""

from mmap import mmap
from threading import Lock

Key = tuple[str, ...]

WIDTH = 16  # numbers in a row
ROWS = 4096  # in each part, and one more for what doesn't fit, which nobody reads
KEY = 256  # bytes: how long a key is, and the key
NUMBER = 8  # bytes
ROW = KEY + WIDTH * NUMBER
PART = (ROWS + 1) * ROW
SEPARATOR = "\x1f"


class Table:
    """Rows of numbers by key, in parts: each process adds to a part of its own, and everyone reads the sums.

    The memory is taken before the processes are forked. What a process added stays when it dies, and the next one that
    takes its part goes on from there. Memory that no row has used takes no room.
    """

    def __init__(self, parts: int = 1):
        self._memory = mmap(-1, parts * PART)
        self._numbers = memoryview(self._memory).cast("d")
        self._parts = range(parts)
        self._lock = Lock()
        self.take(0)

    def take(self, part: int) -> None:
        """Add to this part from now on. No other process may have it."""
        self._part = part
        self._places = {key: place for place, key in self._rows_of(part)}

    def add(self, key: Key, first: float, second: float = 0, one_more: int = 0) -> None:
        """Add to the first two numbers of a row, and 1 to the number at `one_more`, if it says which."""
        numbers = self._numbers
        with self._lock:
            start = self._places.get(key) or self._place(key)
            numbers[start] += first
            numbers[start + 1] += second
            if one_more:
                numbers[start + one_more] += 1

    def put(self, key: Key, numbers: list[float]) -> None:
        """Write the first numbers of a row over what they were."""
        with self._lock:
            start = self._place(key)
            for place, number in enumerate(numbers):
                self._numbers[start + place] = number

    def sums(self) -> dict[Key, list[float]]:
        """Return the rows of all the parts, those of a key added up."""
        sums = {}
        for part in self._parts:
            for start, key in self._rows_of(part):
                row = self._numbers[start : start + WIDTH]
                sums[key] = [a + b for a, b in zip(sums[key], row, strict=True)] if key in sums else row.tolist()
        return sums

    def _place(self, key):
        """Return where the numbers of a row begin, after adding the row if there was none. No row begins at 0."""
        if key not in self._places:
            self._places[key] = self._add_row(len(self._places), key)
        return self._places[key]

    def _add_row(self, number, key):
        start = self._part * PART + min(number, ROWS) * ROW
        text = SEPARATOR.join(key).encode()[: KEY - 2]
        self._memory[start + 2 : start + 2 + len(text)] = text
        # Its length makes the row exist, for who reads now and for who takes the part after a kill.
        self._memory[start : start + 2] = len(text).to_bytes(2, "little")
        return (start + KEY) // NUMBER

    def _rows_of(self, part):
        """Yield where the numbers of each row begin, and its key."""
        for start in range(part * PART, part * PART + ROWS * ROW, ROW):
            length = int.from_bytes(self._memory[start : start + 2], "little")
            if not length:
                return
            text = self._memory[start + 2 : start + 2 + length].decode(errors="replace")
            yield (start + KEY) // NUMBER, tuple(text.split(SEPARATOR))
