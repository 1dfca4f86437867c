"""`manage.py importar`: the same as the page, for whoever operates Monitor."""

import pytest
from django.core.management import CommandError, call_command

from catalogos.models import Aseguradora, Lugar
from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.cambios.models import Cambio
from monitor.importacion import trabajo
from monitor.importacion.models import Importacion
from monitor.importacion.tests.ayuda import libro
from monitor.roles import Rol
from monitor.usuarios.tests.factories import LlaveFactory, UsuarioFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def importar(tmp_path, capsys):
    """Return a function that writes a file, imports it and returns what the command says."""

    def importar(lista, contenido, *opciones, nombre="archivo.csv"):
        ruta = tmp_path / nombre
        ruta.write_bytes(contenido if isinstance(contenido, bytes) else contenido.encode())
        call_command("importar", lista, str(ruta), *opciones)
        return capsys.readouterr().out.splitlines()

    return importar


def test_importa_y_lo_dice(importar):
    assert importar("aseguradora", "nombre\nAXA\nHDI\n") == ["archivo.csv: 2 nuevas."]
    assert importar("aseguradora", libro(["Nombre"], ["AXA"]), nombre="libro.xlsx") == ["libro.xlsx: 1 igual."]
    assert Aseguradora.objects.count() == 2
    assert set(Cambio.objects.values_list("origen", "usuario")) == {("importacion", None)}


def test_en_una_terminal_se_ve_cuanto_lleva(importar, capsys, monkeypatch):
    monkeypatch.setattr(trabajo, "LOTE", 2)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    dichas = []
    monkeypatch.setattr("sys.stderr.write", dichas.append)

    importar("lugar", "codigo;nombre\nA;A\nB;B\nC;C\n")

    assert "".join(dichas).split("\r")[1:] == [
        f"[{'#' * 20}{'.' * 10}] 2 de 3 filas",
        f"[{'#' * 30}] 3 de 3 filas\n",
    ]


def test_dice_quien_importa(importar):
    UsuarioFactory(username="ana.ruiz")

    importar("expediente", "no_siniestro\nSIN-1\n", "--como", "ana.ruiz")

    assert Expediente.objects.get().creado_por.username == "ana.ruiz"
    assert Importacion.objects.get().hecha_por.username == "ana.ruiz"
    with pytest.raises(CommandError, match="No hay ningún usuario «nadie»"):
        importar("expediente", "no_siniestro\nSIN-2\n", "--como", "nadie")


@pytest.mark.parametrize("simular", [(), ("--simular",)])
@pytest.mark.parametrize("lista", ["expediente", "lugar"])
@pytest.mark.parametrize(
    ("cambio", "frase"),
    [
        ({"is_active": False}, "«ana.ruiz» está desactivado; diga"),
        ({"rol": Rol.TECNICO}, "«ana.ruiz» es Técnico y no puede importar (expedientes|lugares); diga"),
    ],
)
def test_no_importa_a_nombre_de_quien_no_podria(importar, lista, simular, cambio, frase):
    """The file isn't looked at: an empty one is another error."""
    UsuarioFactory(username="ana.ruiz", **cambio)

    with pytest.raises(CommandError, match=frase):
        importar(lista, "", "--como", "ana.ruiz", *simular)


def test_no_importa_a_nombre_de_una_llave(importar):
    llave = LlaveFactory(administrador=True)

    with pytest.raises(CommandError, match="No hay ningún usuario"):
        importar("expediente", "no_siniestro\nSIN-1\n", "--como", llave.usuario.username)
    assert not Expediente.objects.exists()


def test_sin_nadie_que_importe_tambien_se_abren_expedientes(importar):
    assert importar("expediente", "no_siniestro;estado;marca\nSIN-1;Salida;Audi\n") == ["archivo.csv: 1 nueva."]
    assert Expediente.objects.values_list("estado", "creado_por").get() == ("Salida", None)


def test_dos_importaciones_de_un_proceso_se_deshacen_cada_una(importar, client, como_administrador):
    ExpedienteFactory(no_siniestro="SIN-1", marca="Audi")
    importar("expediente", "no_siniestro;marca\nSIN-1;Seat\n")
    importar("expediente", "no_siniestro;marca\nSIN-1;Fiat\n")

    client.post(f"/admin/importacion/importacion/{Importacion.objects.first().pk}/deshacer/")

    assert Expediente.objects.get().marca == "Seat"


def test_simular_no_escribe(importar):
    assert importar("lugar", "nombre;creado\nSede;ayer\n", "--simular") == [
        "archivo.csv: 1 nueva.",
        "Estas columnas son de Monitor y no se importan: creado.",
        "Simulación: no se escribió nada.",
    ]
    assert not Lugar.objects.exists()


def test_lo_que_esta_mal_se_dice_y_no_se_importa_nada(importar):
    filas = "".join(f"L{n};Lugar {n};x\n" for n in range(103))
    with pytest.raises(CommandError) as error:
        importar("lugar", f"codigo;nombre;latitud\nA;Sede;1\n{filas}")

    titulo, primera, *_, ultima = str(error.value).splitlines()
    assert (titulo, primera) == ("No se importó nada. Corrija y repita:", "  línea 3: latitud: «x» no es un número")
    assert ultima == "  y 3 más"
    assert not Lugar.objects.exists()


def test_un_archivo_que_no_se_puede_leer(importar):
    with pytest.raises(CommandError, match="está vacío"):
        importar("lugar", "")
