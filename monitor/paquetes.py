"""Packages (zip) that others made, of which a few bytes may stand for a great deal."""

from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

# Of a part compressed in another way, zipfile unpacks in one go all that it took from the package, however much that is
# and however little was asked for. Neither Office nor Monitor uses any other.
ACOTADAS = (ZIP_STORED, ZIP_DEFLATED)


def abrir_parte(paquete: ZipFile, ruta: str) -> IO[bytes]:
    """Open a part of a package to read it piece by piece. Nobody gets more of it than it says that it has, nor more at
    a time than they ask for. Raise KeyError when there is no such part, and ValueError when it is compressed in a way
    that would unpack to any size."""
    parte = paquete.getinfo(ruta)
    if parte.compress_type not in ACOTADAS:
        raise ValueError("a part of a package is compressed in a way that has no bounds")
    return paquete.open(parte)
