"""«Recibir unidad» and «Poner No. Siniestro» in the admin: what they show, write and refuse, and to whom."""

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone
from django.utils.html import escape

from expedientes.archivo import ExpedienteArchivado
from expedientes.models import OBLIGATORIO, Expediente
from expedientes.numeros import NumeroProvisional
from expedientes.recibir import SIN_SENAS
from expedientes.tests.factories import AseguradoraFactory, ExpedienteFactory
from expedientes.verbos import YA_EXISTE, YA_RECIBIDA
from monitor.tests.formularios import campos_de, enviar, frases
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.django_db

LISTA = "/admin/expedientes/expediente/"
RECIBIR = f"{LISTA}recibir/"
RESERVADO = "ese No. Siniestro está reservado o sus diagonales son ambiguas"
PLACAS = f"{RECIBIR}placas/"


def pagina_de(clave):
    return f"{LISTA}{clave}/change/"


def numero_de(clave):
    return f"{LISTA}{clave}/no-siniestro/"


def provisional(numero: int) -> str:
    return f"TALLER-{timezone.localdate().year}-{numero:06}"


# --- Roles ---


@pytest.mark.parametrize(
    ("trait", "status"), [({"administrador": True}, 200), ({}, 200), ({"tecnico": True}, 403), (None, 302)]
)
def test_quien_puede(client, trait, status):
    ExpedienteFactory(no_siniestro="SIN-1")
    if trait is not None:
        client.force_login(UsuarioFactory(**trait))

    assert [client.get(url).status_code for url in (RECIBIR, f"{PLACAS}?placas=X", numero_de("SIN-1"))] == [status] * 3
    if status != 200:
        for url in (RECIBIR, numero_de("SIN-1")):
            assert client.post(url, {"marca": "Audi", "no_siniestro": "X"}).status_code == status
        assert list(Expediente.objects.values_list("pk", flat=True)) == ["SIN-1"]


@pytest.mark.parametrize(("trait", "ve"), [({}, True), ({"tecnico": True}, False)])
def test_los_enlaces_los_ve_quien_puede(client, trait, ve):
    client.force_login(UsuarioFactory(**trait))
    ExpedienteFactory(no_siniestro="SIN-1")

    assert [RECIBIR in client.get(url).content.decode() for url in ("/admin/", LISTA)] == [ve, ve]
    assert (numero_de("SIN-1") in client.get(pagina_de("SIN-1")).content.decode()) == ve


# --- Receiving ---


def test_recibir_con_lo_que_se_sabe_en_el_mostrador(client, como_operador):
    axa = AseguradoraFactory(nombre="AXA")
    datos = {
        "placas": "ABC-12-34",
        "marca": "Nissan",
        "modelo": "Versa 2020",
        "nombre_cliente": "Ángela Muñoz",
        "telefono_cliente": "55 1234 5678",
        "aseguradora": str(axa.pk),
        "fecha_entrega": "24/12/2026",
        "observaciones": "Llega en grúa\r\nSin llave",
    }

    response = enviar(client, RECIBIR, **datos)

    expediente = Expediente.objects.get()
    assert response.redirect_chain == [(pagina_de(provisional(1)), 302)]
    assert [str(m) for m in response.context["messages"]] == [
        f"Se recibió la unidad con el número provisional {provisional(1)}. Cuando la aseguradora dé el suyo, póngalo"
        " con «Poner No. Siniestro»."
    ]
    assert (expediente.pk, expediente.aseguradora, expediente.fecha_ingreso, expediente.creado_por) == (
        provisional(1), axa, timezone.localdate(), como_operador
    )  # fmt: skip
    assert (expediente.fecha_entrega, expediente.observaciones) == (date(2026, 12, 24), "Llega en grúa\nSin llave")
    assert [getattr(expediente, campo) for campo in ("placas", "marca", "modelo", "nombre_cliente")] == [
        "ABC-12-34", "Nissan", "Versa 2020", "Ángela Muñoz"
    ]  # fmt: skip
    assert LogEntry.objects.get().object_id == provisional(1)


def test_un_segundo_clic_no_recibe_otra_unidad(client, como_operador):
    campos = campos_de(client.get(RECIBIR)) | {"placas": "ABC-12-34"}

    destinos = [client.post(RECIBIR, campos).url for _ in range(2)]
    assert destinos == [pagina_de(provisional(1))] * 2
    enviar(client, numero_de(provisional(1)), no_siniestro="SIN-1")
    assert client.post(RECIBIR, campos).url == pagina_de("SIN-1")
    assert Expediente.objects.count() == 1

    Expediente.objects.archivar("SIN-1", por=como_operador)
    assert frases(client.post(RECIBIR, campos))[-1] == YA_RECIBIDA
    enviar(client, RECIBIR, placas="ABC-12-34")
    client.force_login(UsuarioFactory())
    client.post(RECIBIR, campos)  # of another person, it is another
    assert Expediente.objects.count() == 2


def test_recibir_con_el_numero_ya_conocido(client, como_operador):
    response = enviar(client, RECIBIR, placas="ABC-12-34", no_siniestro=" SIN/2024/9 ")

    assert frases(response)[0] == "Se recibió la unidad con el No. Siniestro SIN/2024/9."
    assert Expediente.objects.get().pk == "SIN/2024/9"
    assert not NumeroProvisional.objects.exists()


def test_el_dia_de_ingreso_se_puede_cambiar_y_borrar(client, como_operador):
    assert campos_de(client.get(RECIBIR))["fecha_ingreso"] == timezone.localdate().strftime("%d/%m/%Y")

    enviar(client, RECIBIR, placas="A", fecha_ingreso="01/03/2026")
    enviar(client, RECIBIR, placas="B", fecha_ingreso="")

    assert dict(Expediente.objects.values_list("placas", "fecha_ingreso")) == {"A": date(2026, 3, 1), "B": None}


@pytest.mark.parametrize(
    ("datos", "dichas"),
    [
        ({}, [SIN_SENAS]),
        ({"placas": " "}, [SIN_SENAS]),
        ({"placas": "A", "no_siniestro": "SIN-1"}, [YA_EXISTE]),
        ({"placas": "A", "no_siniestro": "pendientes"}, [f"no_siniestro: {RESERVADO}"]),
        ({"placas": "A", "no_siniestro": "TALLER-2026-000009"}, [f"no_siniestro: {RESERVADO}"]),
        ({"placas": "A", "fecha_entrega": "31/02/2026"}, ["fecha_entrega: Introduzca una fecha válida."]),
    ],
)  # fmt: skip
def test_lo_que_se_rechaza_se_dice_y_no_se_pierde(client, como_operador, datos, dichas):
    ExpedienteFactory(no_siniestro="SIN-1")

    response = enviar(client, RECIBIR, observaciones="Llega en grúa", **datos)

    assert frases(response) == dichas
    assert campos_de(response)["observaciones"] == "Llega en grúa"
    assert Expediente.objects.count() == 1


def test_solo_se_elige_una_aseguradora_vigente(client, como_operador):
    ida = AseguradoraFactory(nombre="Ida", eliminado=True)

    assert "Ida" not in client.get(RECIBIR).content.decode()
    response = enviar(client, RECIBIR, placas="A", aseguradora=str(ida.pk))
    assert not Expediente.objects.exists()
    assert [frase.partition(":")[0] for frase in frases(response)] == ["aseguradora"]


def test_sentencias_de_recibir(client, como_operador, django_assert_max_num_queries):
    for n in range(3):
        AseguradoraFactory(nombre=f"A{n}")
    with django_assert_max_num_queries(4):
        client.get(RECIBIR)
    campos = campos_de(client.get(RECIBIR)) | {"placas": "A"}
    with django_assert_max_num_queries(15):
        client.post(RECIBIR, campos)


# --- Plates ---


def avisos(client, placas):
    response = client.get(PLACAS, {"placas": placas})
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    return response.json()["avisos"]


def test_se_avisa_de_quien_tiene_las_placas_como_se_escriban(client, como_operador):
    ExpedienteFactory(no_siniestro="HOY", placas="YEJ-790-X", marca="Nissan", modelo="Versa", nombre_cliente="Ángela")
    ExpedienteFactory(no_siniestro="ANTES", placas="yej790x", fecha_ingreso=date(2025, 3, 1))
    Expediente.objects.cambiar_estado("ANTES", "Salida", por=como_operador)
    ExpedienteFactory(no_siniestro="VIEJO", placas="YEJ 790 X")
    Expediente.objects.archivar("VIEJO", por=como_operador)
    ExpedienteFactory(no_siniestro="OTRO", placas="ABC-1")
    dia = timezone.localdate().strftime("%d/%m/%Y")

    assert avisos(client, " Yej 790-x ") == [
        {
            "texto": "Ya está en el taller, con estas placas: HOY, Nissan Versa, Ángela, Ingreso",
            "pagina": pagina_de("HOY"),
            "abierto": True,
        },
        {
            "texto": "Ya vino, con estas placas: ANTES, Salida, ingresó el 01/03/2025",
            "pagina": pagina_de("ANTES"),
            "abierto": False,
        },
        {"texto": f"Ya vino, con estas placas: VIEJO, archivado el {dia}", "pagina": None, "abierto": False},
    ]
    client.force_login(UsuarioFactory(administrador=True))
    archivado = ExpedienteArchivado.objects.get()
    assert avisos(client, "YEJ790X")[2]["pagina"] == f"/admin/expedientes/expedientearchivado/{archivado.pk}/change/"


@pytest.mark.parametrize("placas", ["", " - ", "\0", "X" * 300, "NADA", "\u2800"])
def test_de_placas_que_nadie_tiene_no_se_avisa(client, como_operador, placas):
    ExpedienteFactory(placas="")
    ExpedienteFactory(placas=None)

    assert avisos(client, placas) == []


def test_sentencias_de_las_placas(client, como_operador, django_assert_num_queries):
    for n in range(8):
        ExpedienteFactory(no_siniestro=f"{n}", placas="A-1")
    Expediente.objects.archivar("0", por=como_operador)

    with django_assert_num_queries(4):  # the session; the person; the expedientes; those that were archived
        assert len(avisos(client, "a1")) == 8


# --- Another number ---


def test_poner_el_numero(client, como_operador):
    enviar(client, RECIBIR, placas="ABC-12-34")

    pagina = client.get(pagina_de(provisional(1)))
    assert "Poner No. Siniestro" in pagina.content.decode()
    response = enviar(client, numero_de(provisional(1)), no_siniestro=" AXA 9 ")

    assert response.redirect_chain == [("/admin/expedientes/expediente/AXA%209/change/", 302)]
    assert [str(m) for m in response.context["messages"]] == [
        f"El expediente {provisional(1)} ahora es AXA 9. Quien busque el anterior sabrá cuál es."
    ]
    assert Expediente.objects.get().placas == "ABC-12-34"
    assert LogEntry.objects.latest("id").get_change_message() == "Modificado No. Siniestro."
    historial = client.get("/admin/expedientes/expediente/AXA 9/history/").content.decode()
    assert f">{provisional(1)}</span>" in historial
    assert ">AXA 9</span>" in historial


def test_se_busca_por_el_numero_provisional_que_tuvo(client, como_operador):
    enviar(client, RECIBIR, placas="A")
    enviar(client, RECIBIR, placas="B")
    enviar(client, numero_de(provisional(1)), no_siniestro="SIN-1")

    def hallados(texto):
        return [uno.pk for uno in client.get(LISTA, {"q": texto}).context["cl"].result_list]

    assert hallados(f" {provisional(1).lower()} ") == ["SIN-1"]
    assert hallados(provisional(2)) == [provisional(2)]
    assert hallados(provisional(3)) == []
    assert hallados("taller") == [provisional(2)]


def test_la_pagina_del_numero_de_antes_lleva_a_la_de_ahora(client, como_operador):
    ExpedienteFactory(no_siniestro="A")
    Expediente.objects.renombrar("A", "B", por=como_operador)

    for url in (pagina_de("A"), numero_de("A"), f"{LISTA}A/history/"):
        response = client.get(url, follow=True)
        assert response.redirect_chain == [(pagina_de("B"), 302)]
        assert frases(response) == ["El expediente A tiene otro número: éste es."]
    assert client.get(pagina_de("NADA")).status_code == 404


def test_lo_escrito_bajo_el_numero_de_antes_se_guarda_bajo_el_de_ahora(client, como_operador):
    ExpedienteFactory(no_siniestro="A", marca="Nissan")
    abierta = campos_de(client.get(pagina_de("A")))
    Expediente.objects.renombrar("A", "B", por=como_operador)

    response = client.post(pagina_de("A"), abierta | {"marca": "Audi"}, follow=True)

    assert response.redirect_chain[0] == (pagina_de("B"), 307)
    assert Expediente.objects.values_list("pk", "marca").get() == ("B", "Audi")


def test_el_numero_que_se_recupera_no_se_pone(client, como_operador):
    ExpedienteFactory(no_siniestro="A")

    response = client.post(numero_de("A"), {"no_siniestro": "B", "_revisar": "1"})

    assert campos_de(response)["no_siniestro"] == "B"
    assert Expediente.objects.get().pk == "A"


@pytest.mark.parametrize(
    ("numero", "frase"),
    [
        ("", OBLIGATORIO),
        (" ", OBLIGATORIO),
        ("OTRO", YA_EXISTE),
        ("nube", RESERVADO),
        ("TALLER-2026-000001", RESERVADO),
        ("X" * 101, "Asegúrese de que este valor tenga como máximo 100 caracteres (tiene 101)."),
    ],
)
def test_numero_que_no_se_puede_poner(client, como_operador, numero, frase):
    ExpedienteFactory(no_siniestro="A")
    ExpedienteFactory(no_siniestro="OTRO")

    response = client.post(numero_de("A"), {"no_siniestro": numero})

    assert (response.status_code, response.context["form"].errors) == (200, {"no_siniestro": [frase]})
    assert escape(frase) in response.content.decode()
    assert Expediente.objects.filter(pk="A").exists()


def test_poner_el_numero_de_uno_que_otro_acaba_de_renombrar(client, como_operador, monkeypatch):
    ExpedienteFactory(no_siniestro="A")
    verbo = Expediente.objects.renombrar

    def despues_de_otro(viejo, nuevo, *, por):
        verbo("A", "B", por=por)
        return verbo(viejo, nuevo, por=por)

    monkeypatch.setattr(Expediente.objects, "renombrar", despues_de_otro)
    response = client.post(numero_de("A"), {"no_siniestro": "C"})

    assert response.context["form"].errors == {"no_siniestro": ["Expediente no encontrado: ahora es B"]}
