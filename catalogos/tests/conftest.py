import pytest
from django.core.management import CommandError, call_command

from catalogos.models import CATALOGOS
from monitor.api.tests.fixtures import administrador, anonimo, operador, tecnico  # noqa: F401


@pytest.fixture
def sembrar(capsys, db):
    """Type the command, with some files and flags, and return the lines that it says."""

    def sembrar(*archivos, **banderas):
        argumentos = [parte for ruta in archivos for parte in ("--archivo", str(ruta))]
        call_command("seed_catalogos", *argumentos, *(f"--{bandera.replace('_', '-')}" for bandera in banderas))
        return capsys.readouterr().out.splitlines()

    return sembrar


@pytest.fixture
def rechazos(sembrar):
    """Return what the command says is wrong with some files, once it has written nothing."""

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
    """Write a file, of text or of bytes, and return its path."""

    def escribir(nombre, contenido, encoding="utf-8"):
        ruta = tmp_path / nombre
        ruta.write_bytes(contenido if isinstance(contenido, bytes) else contenido.encode(encoding))
        return ruta

    return escribir
