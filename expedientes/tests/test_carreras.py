"""Races of real threads against the real server and its two processes."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from itertools import pairwise
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from expedientes.archivo import ExpedienteArchivado
from expedientes.models import Expediente, HistorialEstado
from expedientes.numeros import es_provisional
from expedientes.tests.anexos import LevantamientoFactory
from expedientes.tests.factories import ExpedienteFactory
from monitor.api.tests.cliente import Paciente
from monitor.tests.formularios import campos_de
from monitor.usuarios.tests.factories import UsuarioFactory

RUTA = "/api/expedientes"
ESTADOS = ["Ingreso", "Restauracion", "Pendiente_de_salida", "Salida"]


@pytest.fixture
def remota(servidor):
    return Paciente(servidor, UsuarioFactory(administrador=True))


def a_la_vez(pedir, casos):
    with ThreadPoolExecutor(len(casos)) as hilos:
        return list(hilos.map(pedir, casos))


def test_veinte_altas_de_una_clave_dan_un_201_y_diecinueve_409(remota):
    recibidas = a_la_vez(lambda n: remota.pedir("POST", RUTA, {"no_siniestro": "X", "marca": str(n)}), range(20))

    assert sorted(r.status for r in recibidas) == [201] + [409] * 19
    ganadora = next(r for r in recibidas if r.status == 201).json()
    leido = remota.pedir("GET", f"{RUTA}/X").json()
    assert leido["marca"] == ganadora["marca"]
    assert {r.cuerpo.decode() for r in recibidas if r.status == 409} == {
        '{"error":"Ya existe un expediente con ese No. Siniestro"}'
    }
    assert HistorialEstado.objects.count() == 1


def test_diez_cambios_iguales_de_estado_dan_un_200_y_nueve_400(remota):
    ExpedienteFactory(no_siniestro="X")

    recibidas = a_la_vez(lambda _: remota.pedir("PATCH", f"{RUTA}/X/estado", {"estado": "Salida"}), range(10))

    assert sorted(r.status for r in recibidas) == [200] + [400] * 9
    assert HistorialEstado.objects.filter(estado_nuevo="Salida").count() == 1


def test_cambios_mezclados_dejan_un_historial_sin_saltos(remota):
    ExpedienteFactory(no_siniestro="X")

    status = a_la_vez(lambda n: remota.pedir("PATCH", f"{RUTA}/X/estado", {"estado": ESTADOS[n % 4]}).status, range(40))

    filas = list(HistorialEstado.objects.order_by("id").values_list("estado_anterior", "estado_nuevo"))
    assert set(status) <= {200, 400}
    assert len(filas) == 1 + status.count(200)
    assert [despues[0] for _, despues in pairwise(filas)] == [antes[1] for antes, _ in pairwise(filas)]
    assert remota.pedir("GET", f"{RUTA}/X").json()["estado"] == filas[-1][1]


def test_quien_lee_nunca_ve_un_expediente_sin_su_historial(remota):
    def escribir(vueltas):
        for _ in range(vueltas):
            remota.pedir("POST", RUTA, {"no_siniestro": "X"})
            remota.pedir("DELETE", f"{RUTA}/X")

    def leer(n):
        ruta = f"{RUTA}/X/estado/historial" if n % 2 else f"{RUTA}/X"
        vistas = []
        while not escritor.done():
            recibida = remota.pedir("GET", ruta)
            cuerpo = recibida.json()
            vistas.append(
                (recibida.status, recibida.status == 200 and len(cuerpo if n % 2 else cuerpo["historial_estado"]))
            )
        return vistas

    with ThreadPoolExecutor(5) as hilos:
        escritor = hilos.submit(escribir, 30)
        vistas = [vista for lector in [hilos.submit(leer, n) for n in range(4)] for vista in lector.result()]

    assert set(vistas) <= {(404, False), (200, 1)}
    assert {status for status, _ in vistas} == {404, 200}
    assert ExpedienteArchivado.objects.count() == 30


def test_dos_bajas_a_la_vez_dan_un_200_y_un_404_y_una_copia(remota):
    for vuelta in range(5):
        ExpedienteFactory(no_siniestro=f"X{vuelta}")

        status = a_la_vez(lambda ruta: remota.pedir("DELETE", ruta).status, [f"{RUTA}/X{vuelta}"] * 2)

        assert sorted(status) == [200, 404]
        assert ExpedienteArchivado.objects.filter(no_siniestro=f"X{vuelta}").count() == 1


def test_escrituras_de_campos_distintos_no_se_deshacen(remota):
    ExpedienteFactory(no_siniestro="X")
    campos = ["factura", "orden", "asesor", "tecnico", "mecanico", "marca", "placas", "tipo", "color", "modelo"]

    def escribir(campo):
        return [remota.pedir("PUT", f"{RUTA}/X", {campo: f"{campo}-{n}"}).status for n in range(5)]

    assert a_la_vez(escribir, campos) == [[200] * 5] * len(campos)
    leido = remota.pedir("GET", f"{RUTA}/X").json()
    assert {campo: leido[campo] for campo in campos} == {campo: f"{campo}-4" for campo in campos}


def test_cambio_de_estado_y_baja_a_la_vez_no_dejan_nada_suelto(remota):
    for vuelta in range(5):
        clave = f"X{vuelta}"
        ExpedienteFactory(no_siniestro=clave)
        peticiones = [("PATCH", f"{RUTA}/{clave}/estado", {"estado": "Salida"}), ("DELETE", f"{RUTA}/{clave}", None)]

        cambio, baja = a_la_vez(lambda peticion: remota.pedir(*peticion).status, peticiones)

        assert (baja, cambio) in {(200, 200), (200, 404)}
        copia = ExpedienteArchivado.objects.get(no_siniestro=clave).datos
        assert len(copia["historial_estado"]) == (2 if cambio == 200 else 1)
    assert not HistorialEstado.objects.exists()


# --- Numbers ---


def test_treinta_que_se_reciben_a_la_vez_tienen_treinta_numeros(servidor):
    """Threads of this process, each with a connection of its own: the API has no route to receive a unit."""
    por = UsuarioFactory()

    def recibir(_):
        try:
            return Expediente.objects.recibir({}, por=por).no_siniestro
        finally:
            connection.close()

    numeros = a_la_vez(recibir, range(30))

    assert len(set(numeros)) == 30 == Expediente.objects.count()
    assert all(es_provisional(numero) for numero in numeros)


def renombrar(remota, viejo, nuevo):
    return remota.pedir("PATCH", f"{RUTA}/{viejo}/no_siniestro", {"no_siniestro": nuevo})


def estado_de_todo():
    """Return, by number, the states of its history; and check that every chain holds."""
    call_command("verificar_historial", verbosity=0)
    return {
        expediente.pk: [fila.estado_nuevo for fila in expediente.historial.order_by("id")]
        for expediente in Expediente.objects.all()
    }


def test_diez_que_toman_un_mismo_numero_dan_un_200_y_nueve_409(remota):
    for n in range(10):
        ExpedienteFactory(no_siniestro=f"X{n}")

    status = a_la_vez(lambda n: renombrar(remota, f"X{n}", "NUEVO").status, range(10))

    assert sorted(status) == [200] + [409] * 9
    quedan = {f"X{n}" for n in range(10) if status[n] == 409}
    assert estado_de_todo() == {clave: ["Ingreso"] for clave in {*quedan, "NUEVO"}}


def test_un_expediente_con_diez_numeros_a_la_vez_se_queda_con_uno(remota):
    ExpedienteFactory(no_siniestro="X")

    recibidas = a_la_vez(lambda n: renombrar(remota, "X", f"Y{n}"), range(10))

    [ganador] = [n for n in range(10) if recibidas[n].status == 200]
    assert {r.cuerpo.decode() for r in recibidas if r.status != 200} == {
        f'{{"error":"Expediente no encontrado: ahora es Y{ganador}"}}'
    }
    assert estado_de_todo() == {f"Y{ganador}": ["Ingreso"]}


def test_dos_que_se_cambian_los_numeros_no_se_esperan(remota):
    for vuelta in range(5):
        uno, otro = f"A{vuelta}", f"B{vuelta}"
        ExpedienteFactory(no_siniestro=uno), ExpedienteFactory(no_siniestro=otro)

        status = a_la_vez(lambda par: renombrar(remota, *par).status, [(uno, otro), (otro, uno)])

        assert status == [409, 409]


def test_renombrar_mientras_otros_escriben_y_abren(remota):
    ExpedienteFactory(no_siniestro="X0")

    def peticion(n):
        clave = f"X{n % 3}"
        return remota.pedir(
            *(
                ("PATCH", f"{RUTA}/{clave}/no_siniestro", {"no_siniestro": f"X{(n + 1) % 3}"}),
                ("PATCH", f"{RUTA}/{clave}/estado", {"estado": ESTADOS[n % 4]}),
                ("PATCH", f"{RUTA}/{clave}", {"color": str(n)}),
                ("POST", RUTA, {"no_siniestro": clave}),
                ("DELETE", f"{RUTA}/{clave}", None),
            )[n % 5]
        ).status

    status = a_la_vez(peticion, range(45))

    assert set(status) <= {200, 201, 400, 404, 409}
    todo = estado_de_todo()
    assert sum(map(len, todo.values())) == HistorialEstado.objects.count()
    assert 1 + status.count(201) == len(todo) + ExpedienteArchivado.objects.count()


def test_lo_que_se_recibe_con_una_identidad_se_recibe_una_vez(servidor):
    """Two threads of this process stand for two clicks on one button: the API has no route to receive a unit."""
    por, uid = UsuarioFactory(), uuid4()

    def recibir(_):
        try:
            return Expediente.objects.recibir({}, por=por, uid=uid).no_siniestro
        finally:
            connection.close()

    assert len(set(a_la_vez(recibir, range(10)))) == 1 == Expediente.objects.count()


# --- Forms of the admin ---

PAGINA = "/admin/expedientes/expediente/X/change/"


def enviadas(personas, cambios):
    """Have each person open the page, and all send it at once, each with changes of their own. Return the answers."""
    clientes = [Client() for _ in personas]
    for cliente, persona in zip(clientes, personas, strict=True):
        cliente.force_login(persona)
    abiertas = [campos_de(cliente.get(PAGINA)) for cliente in clientes]

    def enviar(n):
        try:
            return clientes[n].post(PAGINA, abiertas[n] | cambios(n))
        finally:
            connection.close()

    return a_la_vez(enviar, range(len(personas)))


def test_de_ocho_que_guardan_lo_mismo_a_la_vez_uno_guarda_y_los_demas_eligen(transactional_db):
    ExpedienteFactory(no_siniestro="X", color="Rojo")

    recibidas = enviadas(UsuarioFactory.create_batch(8), lambda n: {"color": f"Color {n}"})

    (ganador,) = [n for n, recibida in enumerate(recibidas) if recibida.status_code == 302]
    assert Expediente.objects.get().color == f"Color {ganador}"
    vueltas = [recibida for recibida in recibidas if recibida.status_code == 200]
    assert len(vueltas) == 7
    assert all(f"«Color {ganador}»" in vuelta.content.decode() for vuelta in vueltas)


def test_de_tres_que_guardan_campos_distintos_a_la_vez_nadie_pierde_nada(transactional_db):
    ExpedienteFactory(no_siniestro="X")
    campos = ("color", "marca", "placas")

    recibidas = enviadas(UsuarioFactory.create_batch(3), lambda n: {campos[n]: "Suyo"})

    assert [recibida.status_code for recibida in recibidas] == [302] * 3
    assert Expediente.objects.values_list(*campos).get() == ("Suyo", "Suyo", "Suyo")


def test_de_ocho_botones_de_una_pagina_a_la_vez_pasa_uno(transactional_db):
    ExpedienteFactory(no_siniestro="X")

    recibidas = enviadas(UsuarioFactory.create_batch(8), lambda n: {"_estado": ESTADOS[1 + n % 3]})

    assert sorted(recibida.status_code for recibida in recibidas) == [200] * 7 + [302]
    assert HistorialEstado.objects.count() == 2


def test_lo_que_se_cuelga_mientras_se_archiva_va_en_la_copia_o_no_se_hace(remota):
    ExpedienteFactory(no_siniestro="X")
    levantamiento = LevantamientoFactory(no_siniestro="X").pk
    peticiones = {
        0: ("POST", "/api/comentarios", {"no_siniestro": "X", "comentario": "Llegó la fascia"}),
        1: ("POST", f"/api/levantamientos/{levantamiento}/conceptos", {"concepto": "Pintura"}),
        2: ("POST", "/api/checklist", {"no_siniestro": "X"}),
    }

    def pedir(n):
        return remota.pedir(*(("DELETE", f"{RUTA}/X") if n == 9 else peticiones[n % 3])).status

    status = a_la_vez(pedir, range(18))

    datos = ExpedienteArchivado.objects.get().datos
    hechos = [sum(s == 201 for n, s in enumerate(status) if n % 3 == clase and n != 9) for clase in peticiones]
    assert {s for n, s in enumerate(status) if n != 9} <= {201, 404}
    assert [len(datos["comentario"]), len(datos["levantamiento_concepto"]) - 1, len(datos["checklist"])] == hechos
    call_command("verificar_historial", stdout=StringIO())
