"""Two administrators at work in the admin at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from catalogos.tests.factories import DepartamentoFactory
from monitor.tests.formularios import campos_de
from monitor.usuarios.models import Usuario
from monitor.usuarios.tests.factories import UsuarioFactory

USUARIOS, DEPARTAMENTOS = "/admin/usuarios/usuario/", "/admin/catalogos/departamento/"
VUELTAS = 8


@pytest.mark.postgresql
@pytest.mark.lenta
def test_dos_administradoras_a_la_vez_no_se_traban(transactional_db):
    """Each changes the other, herself and the same people and departments, and deletes the same people, in an order of
    her own. No page is an error, and everybody who could be deleted was."""
    ana, luisa = UsuarioFactory(administrador=True), UsuarioFactory(administrador=True)
    queda, sobran = UsuarioFactory(), [UsuarioFactory.create_batch(3) for _ in range(VUELTAS)]
    raiz = DepartamentoFactory(perfil_jefe=queda)
    hoja = DepartamentoFactory(departamento_padre=raiz)
    a_la_vez = Barrier(2, timeout=60)

    def jornada(yo, personas, orden):
        client = Client(raise_request_exception=False)
        client.force_login(yo)
        estados = []

        def cambiar(fila, **cambios):
            pagina = f"{fila}/change/"
            return client.post(pagina, campos_de(client.get(pagina)) | cambios).status_code

        try:
            for vuelta, salen in enumerate(sobran):
                a_la_vez.wait()
                estados += [cambiar(f"{USUARIOS}{persona.pk}", nombre=f"{yo} {vuelta}") for persona in personas]
                estados.append(cambiar(f"{DEPARTAMENTOS}{hoja.pk}", perfil_jefe=salen[0].pk))
                claves = [persona.pk for persona in salen[::orden]]
                datos = {"action": "delete_selected", "_selected_action": claves, "post": "yes"}
                estados.append(client.post(USUARIOS, datos, follow=True).status_code)
        finally:
            connection.close()
        return estados

    with ThreadPoolExecutor(2) as hilos:
        una = hilos.submit(jornada, ana, [ana, luisa, queda], 1)
        otra = hilos.submit(jornada, luisa, [queda, ana, luisa], -1)
        estados = una.result() + otra.result()

    assert set(estados) == {200, 302}
    assert list(Usuario.objects.order_by("pk")) == [ana, luisa, queda]
