import pytest
from django.core.management import CommandError, call_command

from catalogos.models import CATALOGOS
from monitor.api.tests.fixtures import administrador, anonimo, operador, tecnico  # noqa: F401


@pytest.fixture
def sembrar(capsys, db):
    """Return a function that runs `seed_catalogos` with some files and flags, and returns the lines that it prints."""

    def sembrar(*archivos, **banderas):
        argumentos = [parte for ruta in archivos for parte in ("--archivo", str(ruta))]
        call_command("seed_catalogos", *argumentos, *(f"--{bandera.replace('_', '-')}" for bandera in banderas))
        return capsys.readouterr().out.splitlines()

    return sembrar


@pytest.fixture
def rechazos(sembrar):
    """Return a function that runs `seed_catalogos` with files that it refuses, checks that it wrote nothing, and
    returns the lines that say what is wrong."""

    def rechazos(*archivos, **banderas):
        antes = todas_las_filas()
        with pytest.raises(CommandError) as error:
            sembrar(*archivos, **banderas)
        assert todas_las_filas() == antes
        titulo, *lineas = str(error.value).splitlines()
        assert titulo == "No se cargó nada. Corrija y repita:"
        return [linea.strip() for linea in lineas]

    return rechazos


def todas_las_filas():
    return {modelo: list(modelo.objects.order_by("pk").values()) for modelo in CATALOGOS}


@pytest.fixture
def archivo(tmp_path):
    """Return a function that writes a file, of text or of bytes, and returns its path."""

    def escribir(nombre, contenido, encoding="utf-8"):
        ruta = tmp_path / nombre
        ruta.write_bytes(contenido if isinstance(contenido, bytes) else contenido.encode(encoding))
        return ruta

    return escribir
