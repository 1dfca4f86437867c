"""The limits of how much a client may send, and of how long each thing may take."""

KIB = 1024

# --- Sizes, in bytes ---
HEAD = 64 * KIB  # the request line and the headers
IN_MEMORY = 8 * 1024 * KIB  # a body that may be larger is kept in a file
BODIES = 64 * 1024 * KIB  # all the bodies that a worker holds in memory; the next is told to come back
FILES = 1024 * 1024 * KIB  # and in files
FILES_OF_STRANGERS = 128 * 1024 * KIB  # of those, from senders whom the application doesn't know yet
OUTPUT = 256 * KIB  # of an answer, waiting for its client to read; a stream stops there
IN_KERNEL = 256 * KIB  # that the system keeps of it, and Linux doubles; by itself, up to 4 MiB of what nobody reads

# --- Times, in seconds ---
HEAD_TIME = 10  # to send the headers, from the first byte or from the connection
BODY_TIME = 30  # to send the body, from the headers
SLOWEST = 32 * KIB  # bytes a second of a body that goes to a file, on top of that time
IDLE_TIME = 60  # between one request and the next
READ_TIME = 30  # to read what is waiting in OUTPUT
TURN_TIME = 15  # that a request which may take long waits for a thread; then it is told to come back
LONG = 0.002  # that a thread computes for one that reads; twice in a row, its path is one of those that read much
LONG_FOR = 60  # since a path last took that long
SWITCH_TIME = 0.001  # that a thread computes before another gets the interpreter; Python's own is five times that
GRACE = 2  # for requests that are on their way when the server stops
HANDSHAKE = 0.2  # for the last clients to finish connecting when the server stops
STOP_TIME = 30  # for those that have begun

# --- Counts, for each worker ---
THREADS = 4  # each keeps its connection to the database; more serve no faster
PROBE_THREADS = 2  # one may wait for the database while the other says that the process lives
WAITING = 1_000  # requests without an answer, of those that read and of those that write; the next is told to come back
STREAMS = 32  # answers that are sent as they are made, such as whole lists; the next is told to come back
CONNECTIONS = 10_000
