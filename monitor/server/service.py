"""The things that the connections of a worker share: its threads, what they count together, and what cuts them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from time import monotonic

from monitor.server import limits
from monitor.server.application import ROOM_FOR_STREAMS, Answer, Probes, Threads
from monitor.server.received import Received


@dataclass
class Service:
    """The things that the connections of a worker share.

    `body_limit` gives the largest body, in bytes, that is received of a request whose headers came: the application
    refuses what is larger. One that may be larger than `limits.IN_MEMORY` goes to a file without a name in `folder`, so
    that large ones take no memory, and none stays when the process dies. `is_stranger` tells whose may take only a
    small part of the room for files: somebody whom the application can't know before it asks the database.
    `busy` makes the answer of an HTTP request that there is no room for, given its environment; `malformed` makes that
    of one that isn't HTTP, given its path and its Accept, each empty when it wasn't read. `probes` are the paths that
    are asked to know how the service is, which have threads of their own: they don't wait for what they watch. `watch`
    is called each second.
    """

    threads: Threads
    base_environ: dict
    body_limit: Callable[[Received], int]
    busy: Callable[[dict], Answer]
    malformed: Callable[[str, str], Answer]
    is_stranger: Callable[[Received], bool] = lambda received: False
    folder: Path | None = None
    probes: frozenset[str] = frozenset()
    for_probes: Probes | None = None
    watch: Callable[["Service"], None] = lambda service: None
    connections: set = field(default_factory=set)
    connecting: set = field(default_factory=set)
    streams: int = 0
    held: int = 0  # bytes of bodies, in memory
    filed: int = 0  # and in files
    filed_by_strangers: int = 0  # of the former
    stopping: bool = False
    date: str = ""

    def __post_init__(self):
        self.base_environ[ROOM_FOR_STREAMS] = self.has_room_for_streams

    def tick(self):
        """Cut what is late. It runs each second."""
        now = monotonic()
        self.date = formatdate(usegmt=True)
        for connection in [one for one in self.connections if one.deadline < now]:
            connection.transport.abort()
        for job in self.threads.give_up(now - limits.TURN_TIME):
            job.then(self.busy(job.argument))
        self.threads.forget(now)
        self.watch(self)

    def threads_for(self, path: str) -> Threads:
        return self.for_probes if path in self.probes else self.threads

    def has_room_for_streams(self) -> bool:
        """Return whether one more answer may be sent piece by piece. The application asks it too, from its threads,
        before it makes a piece for nothing."""
        return self.streams < limits.STREAMS

    def stop(self):
        """Have every connection closed after its present answer, or after what comes within the grace."""
        self.stopping = True
        for connection in self.connections:
            if connection.answering is None and connection.receiving is None:
                connection.deadline = monotonic() + limits.GRACE
