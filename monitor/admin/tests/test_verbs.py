"""What every ModelAdmin of ours does, tested with the plainest one: the insurers."""

import pytest

from catalogos.models import Aseguradora
from catalogos.tests.factories import AseguradoraFactory
from monitor.admin.verbs import VerbAdmin
from monitor.errores import Conflicto
from monitor.tests.formularios import frases
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.django_db

LISTA = "/admin/catalogos/aseguradora/"


def test_accion_que_no_se_pudo_anotar_deshace_su_fila_y_no_las_demas(client, monkeypatch):
    """A row isn't deleted without its line in the log."""
    client.force_login(UsuarioFactory(administrador=True))
    claves = [AseguradoraFactory(nombre=nombre).pk for nombre in ("AXA", "HDI", "Qualitas")]
    de_verdad = VerbAdmin.log_deletions

    def anotar(self, request, filas):
        if [str(fila) for fila in filas] == ["HDI"]:
            raise Conflicto("No se pudo anotar")
        return de_verdad(self, request, filas)

    monkeypatch.setattr(VerbAdmin, "log_deletions", anotar)
    datos = {"action": "delete_selected", "_selected_action": claves, "post": "yes"}

    response = client.post(LISTA, datos, follow=True)

    assert frases(response) == ["Se eliminaron: 2 aseguradoras.", "No se pudo anotar: HDI."]
    assert list(Aseguradora.objects.vigentes().values_list("nombre", flat=True)) == ["HDI"]
