"""`verificar_historial` and `sellar_historial`, while others go on writing."""

from functools import partial
from io import StringIO
from itertools import cycle

import pytest
from django.core.management import call_command

from expedientes.models import Expediente
from expedientes.tests.factories import ExpedienteFactory
from monitor.cambios import verificacion
from monitor.tests.conexiones import en_otra_conexion
from monitor.usuarios.tests.factories import UsuarioFactory


@pytest.fixture
def que_escriben_a_medias(transactional_db, monkeypatch):
    """Have somebody write after the links of each table were read, and before the rows that say where they end."""
    jefa = UsuarioFactory(administrador=True)
    ExpedienteFactory(no_siniestro="S-1", por=jefa)
    filas, estados = verificacion._padres, cycle(["Restauracion", "Salida", "Ingreso"])

    def padres(modelo):
        en_otra_conexion(partial(Expediente.objects.cambiar_estado, "S-1", next(estados), por=jefa))
        yield from filas(modelo)

    monkeypatch.setattr(verificacion, "_padres", padres)


def test_se_comprueba_lo_de_un_momento(que_escriben_a_medias):
    salida = StringIO()
    call_command("verificar_historial", stdout=salida)

    assert salida.getvalue().startswith("Todas las historias son como se escribieron.")


def test_se_sella_lo_que_se_comprobo(que_escriben_a_medias, tmp_path):
    call_command("sellar_historial", crear_clave=tmp_path / "clave", stdout=StringIO())
    call_command("sellar_historial", clave=tmp_path / "clave", carpeta=tmp_path, stdout=StringIO())

    [sello] = tmp_path.glob("*.sello")
    call_command("verificar_historial", sello=sello, clave=tmp_path / "clave.pub", stdout=StringIO())
