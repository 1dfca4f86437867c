"""The annexes of an expediente in the admin: comments, the survey and the checklist."""

import base64
import re
from datetime import date
from decimal import Decimal

import pytest
from django.utils.html import escape

from expedientes.checklist import firmas
from expedientes.checklist.models import Checklist
from expedientes.checklist.plantilla import PUNTOS
from expedientes.comentarios.models import Comentario
from expedientes.levantamientos.models import Levantamiento
from expedientes.models import Expediente
from expedientes.salida import MOTIVO_MAXIMO
from expedientes.tests.anexos import ChecklistFactory, ComentarioFactory, LevantamientoFactory
from expedientes.tests.factories import ExpedienteFactory
from monitor.archivos.tests.muestras import imagen
from monitor.roles import Rol
from monitor.tests.formularios import campos_de, frases
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.django_db

BASE = "/admin/expedientes/expediente/SIN-1/"
LEVANTAMIENTO, CHECKLIST = f"{BASE}levantamiento/", f"{BASE}checklist/"
FIRMA = "data:image/png;base64,AAAA"


@pytest.fixture(autouse=True)
def expediente():
    return ExpedienteFactory(no_siniestro="SIN-1", marca="Nissan", modelo="Versa", nombre_cliente="Ángela")


def dichos(respuesta):
    return [str(mensaje) for mensaje in respuesta.context["messages"]]


# --- Comments ---


def test_se_comenta_en_la_pagina_y_se_ve_quien(client, como_operador):
    client.post(f"{BASE}comentar/", {"comentario": "Llegó\r\nla <fascia>"})

    pagina = client.get(f"{BASE}change/").content.decode()

    assert Comentario.objects.get().comentario == "Llegó\nla <fascia>"
    assert "Llegó<br>la &lt;fascia&gt;" in pagina
    assert "María González" in pagina


@pytest.mark.parametrize(
    ("texto", "frase"),
    [
        ("  ", "Escriba el comentario"),
        ("\u200b\u2800", "Escriba el comentario"),
        ("x" * 10_001, "como máximo"),
        ("Llegó\x00", "Comentario: no se admiten caracteres de control"),
        ("\x1fLlegó", "Comentario: no se admiten caracteres de control"),
    ],
)
def test_lo_que_no_se_puede_comentar_se_dice(client, como_operador, texto, frase):
    respuesta = client.post(f"{BASE}comentar/", {"comentario": texto}, follow=True)

    assert frase in dichos(respuesta)[0]
    assert not Comentario.objects.exists()


def test_lo_que_no_se_pudo_comentar_se_dice_junto_a_los_comentarios(client, como_operador):
    respuesta = client.post(f"{BASE}comentar/", {"comentario": " "}, follow=True)

    arriba, suya = respuesta.content.decode().split('id="comentarios"')
    assert respuesta.redirect_chain == [(f"{BASE}change/#comentarios", 302)]
    assert ("Escriba el comentario antes" in arriba, "Escriba el comentario antes" in suya) == (False, True)


def test_un_comentario_se_guarda_como_lo_guarda_la_api(client, como_operador):
    client.post(f"{BASE}comentar/", {"comentario": "\u3000Lleg\u006f\u0301\u3000"})

    assert Comentario.objects.get().comentario == "Llegó"


def test_solo_un_administrador_elimina_un_comentario(client, como_operador):
    comentario = ComentarioFactory(no_siniestro="SIN-1")

    assert client.post(f"{BASE}comentario/", {"comentario": comentario.pk}).status_code == 403
    client.force_login(UsuarioFactory(administrador=True))
    client.post(f"{BASE}comentario/", {"comentario": comentario.pk})

    assert not Comentario.objects.exists()
    otra = client.post(f"{BASE}comentario/", {"comentario": "x"}, follow=True)
    assert dichos(otra) == ["Comentario no encontrado"]


def test_los_comentarios_mas_viejos_se_alcanzan(client, como_operador, monkeypatch):
    monkeypatch.setattr("expedientes.anexos.admin.A_LA_VISTA", 2)
    for numero in range(5):
        ComentarioFactory(no_siniestro="SIN-1", comentario=f"Comentario {numero}")

    vistos, ruta = [], f"{BASE}change/"
    while ruta:
        pagina = client.get(ruta).content.decode()
        vistos.append(re.findall(r'class="dicho">Comentario (\d)<', pagina))
        siguiente = re.search(r'<a href="([^"]+)#comentarios">Los anteriores</a>', pagina)
        ruta = siguiente and f"{BASE}change/{siguiente[1]}"

    assert vistos == [["4", "3"], ["2", "1"], ["0"]]
    assert '<a href="?#comentarios">Los más recientes</a>' in pagina
    for mal in ("x", "9" * 30, "-1", ""):
        assert client.get(f"{BASE}change/?comentarios_antes_de={mal}").status_code == 200


# --- The survey ---


def test_el_primer_levantamiento_empieza_con_lo_que_se_sabe(client, como_operador):
    enviado = campos_de(client.get(LEVANTAMIENTO))
    assert (enviado["marca"], enviado["nombre_propietario"]) == ("Nissan", "Ángela")
    conceptos = {
        "renglon-0-concepto": "Fascia",
        "renglon-0-costo": "$1,500.50",
        "renglon-3-concepto": "Descuento",
        "renglon-3-costo": "-200",
    }

    respuesta = client.post(LEVANTAMIENTO, enviado | conceptos | {"aire": "true"}, follow=True)

    levantamiento = Levantamiento.objects.get()
    assert (levantamiento.marca, levantamiento.aire, levantamiento.color) == ("Nissan", True, None)
    assert dichos(respuesta) == ["Se guardó: levantamiento de daños de SIN-1."]
    assert "$1,300.50" in respuesta.content.decode()


def test_se_empieza_otro_sin_tocar_el_que_habia(client, como_operador):
    anterior = LevantamientoFactory(no_siniestro="SIN-1", color="rojo")
    nuevo = f"{LEVANTAMIENTO}?otro=1"
    assert "?otro=1" in client.get(LEVANTAMIENTO).content.decode()

    client.post(nuevo, campos_de(client.get(nuevo)) | {"color": "azul"})

    assert list(Levantamiento.objects.order_by("id").values_list("color", flat=True)) == ["rojo", "azul"]
    anterior.refresh_from_db()
    assert anterior.version == 1


def test_se_guarda_solo_lo_que_cambio(client, como_operador):
    levantamiento = LevantamientoFactory(no_siniestro="SIN-1", color="rojo", fecha=date(2026, 3, 1))
    enviado = campos_de(client.get(LEVANTAMIENTO))

    client.post(LEVANTAMIENTO, enviado)
    levantamiento.refresh_from_db()
    assert levantamiento.version == 1
    client.post(LEVANTAMIENTO, enviado | {"color": "azul", "renglon-0-concepto": ""})

    levantamiento.refresh_from_db()
    assert (levantamiento.color, levantamiento.fecha, levantamiento.conceptos.count()) == ("azul", date(2026, 3, 1), 0)


@pytest.mark.parametrize(
    ("costo", "total"),
    [
        ("1,500", "$1,500.00"),
        ("$2,000.5", "$2,000.50"),
        ("-$1,234,567.89", "$-1,234,567.89"),
        *((dudoso, "$0.00") for dudoso in ("12,50", "1,5", "1,2,3", "1 2", "1e3", "1e9999999", "٣", "5$0", "1.555")),
    ],
)
def test_el_total_cuenta_lo_que_se_guardaria(client, como_operador, costo, total):
    enviado = campos_de(client.get(LEVANTAMIENTO)) | {"fecha": "x", "renglon-0-costo": costo}

    respuesta = client.post(LEVANTAMIENTO, enviado)

    assert f'<output id="total">{total}</output>' in respuesta.content.decode()


@pytest.mark.parametrize(
    ("malo", "frase"),
    [
        ({"renglon-1-costo": "5"}, "Renglón 2: concepto es requerido"),
        ({"renglon-1-concepto": "x", "renglon-1-costo": "mil"}, "Renglón 2: No se entiende el importe: escríbalo como"),
        ({"renglon-7-concepto": "x", "renglon-7-costo": "1.555"}, "Renglón 2: costo: debe ser un importe"),
        ({"fecha": "31/02/2026"}, "fecha válida"),
        ({"_visto": "9-x"}, "cambió desde que lo leyó"),
    ],
)
def test_lo_que_esta_mal_se_dice_y_lo_escrito_queda(client, como_operador, malo, frase):
    LevantamientoFactory(no_siniestro="SIN-1", color="rojo")
    enviado = campos_de(client.get(LEVANTAMIENTO)) | {"color": "azul"} | malo

    respuesta = client.post(LEVANTAMIENTO, enviado)

    html = respuesta.content.decode()
    assert (respuesta.status_code, frase in html, "azul" in html) == (200, True, True)
    assert Levantamiento.objects.get().color == "rojo"


@pytest.mark.parametrize("dudoso", ["12,50", "1,5", "1,2,3", "1 2", "1,5000", ",500", "1,500,00"])
@pytest.mark.parametrize(
    ("ruta", "caja"), [(LEVANTAMIENTO, "renglon-0-costo"), (CHECKLIST, "deducible"), (CHECKLIST, "demerito")]
)
def test_un_importe_que_podria_ser_otro_no_se_guarda(client, como_operador, ruta, caja, dudoso):
    enviado = campos_de(client.get(ruta)) | {"renglon-0-concepto": "Fascia", caja: dudoso}

    rechazada = client.post(ruta, enviado)

    assert "No se entiende el importe: escríbalo como 1500.50 o 1,500.50" in rechazada.content.decode()
    assert campos_de(rechazada)[caja] == dudoso
    assert not Levantamiento.objects.exists()
    assert not Checklist.objects.exists()


def test_el_deducible_se_escribe_como_el_costo(client, como_operador):
    enviado = campos_de(client.get(CHECKLIST)) | {"deducible": "$3,500.50", "demerito": " -1,000 "}

    client.post(CHECKLIST, enviado)
    client.post(CHECKLIST, campos_de(client.get(CHECKLIST)) | {"serie": "3N1"})

    checklist = Checklist.objects.get()
    assert (checklist.deducible, checklist.demerito, checklist.version) == (Decimal("3500.50"), -1000, 2)


def test_quien_oprime_guardar_dos_veces_hace_uno(client, como_operador):
    enviado = campos_de(client.get(LEVANTAMIENTO)) | {"color": "azul"}

    client.post(LEVANTAMIENTO, enviado)
    segunda = client.post(LEVANTAMIENTO, enviado | {"color": "verde"}, follow=True)

    assert Levantamiento.objects.get().color == "azul"
    assert "Ya se había guardado: levantamiento de daños de SIN-1" in dichos(segunda)[-1]
    Levantamiento.objects.eliminar(Levantamiento.objects.get().pk, por=UsuarioFactory())
    assert "Levantamiento no encontrado" in client.post(LEVANTAMIENTO, enviado).content.decode()


def test_una_pagina_que_vuelve_con_errores_se_guarda_una_vez(client, como_operador):
    rechazada = client.post(CHECKLIST, campos_de(client.get(CHECKLIST)) | {"hora": "25:00"})

    for _ in range(2):
        client.post(CHECKLIST, campos_de(rechazada) | {"hora": "10:00"})

    assert Checklist.objects.count() == 1


def test_lo_que_otro_elimino_no_vuelve_como_nuevo(client, como_operador):
    levantamiento = LevantamientoFactory(no_siniestro="SIN-1", color="rojo")
    enviado = campos_de(client.get(LEVANTAMIENTO)) | {"color": "azul"}
    Levantamiento.objects.eliminar(levantamiento.pk, por=UsuarioFactory())

    respuesta = client.post(LEVANTAMIENTO, enviado)
    otra_vez = client.post(LEVANTAMIENTO, campos_de(respuesta))

    assert not Levantamiento.objects.exists()
    for html in (respuesta.content.decode(), otra_vez.content.decode()):
        assert "Levantamiento no encontrado" in html
        assert "abra la página en otra pestaña" in html


def test_lo_que_otro_guardo_no_se_pisa_al_insistir(client, como_operador):
    levantamiento = LevantamientoFactory(no_siniestro="SIN-1", color="rojo")
    enviado = campos_de(client.get(LEVANTAMIENTO)) | {"color": "azul", "renglon-0-concepto": "Faro"}
    Levantamiento.objects.actualizar(levantamiento.pk, {"color": "verde"}, por=UsuarioFactory())

    rechazada = client.post(LEVANTAMIENTO, enviado)
    otra_vez = client.post(LEVANTAMIENTO, campos_de(rechazada))
    recuperada = client.post(LEVANTAMIENTO, enviado | {"_revisar": "1"})
    tras_recuperarla = client.post(LEVANTAMIENTO, campos_de(recuperada))

    levantamiento.refresh_from_db()
    assert (levantamiento.color, levantamiento.conceptos.get().concepto) == ("verde", "Fascia delantera")
    for respuesta in (rechazada, otra_vez, tras_recuperarla):
        html = respuesta.content.decode()
        assert f'<a href="{LEVANTAMIENTO}" target="_blank">abra la página en otra pestaña</a>' in html
        assert campos_de(respuesta)["color"] == "azul"
    client.post(LEVANTAMIENTO, campos_de(client.get(LEVANTAMIENTO)) | {"color": "azul"})
    levantamiento.refresh_from_db()
    assert levantamiento.color == "azul"


# --- The checklist ---


def test_el_checklist_trae_los_puntos_de_la_hoja_y_guarda_las_marcas(client, como_operador):
    enviado = campos_de(client.get(CHECKLIST))
    assert len([n for n in enviado if n.endswith("-nombre_item")]) == len(PUNTOS) + 3
    marcas = {"renglon-0-valor": "RE", f"renglon-{len(PUNTOS)}-nombre_item": "Antena"}

    client.post(
        CHECKLIST, enviado | marcas | {"aprobada": "true", "firma": FIRMA, "firma_cambiada": "si", "hora": "10:30"}
    )

    checklist = Checklist.objects.get()
    items = list(checklist.items.values_list("sistema", "nombre_item", "valor"))
    assert items[0] == (*PUNTOS[0], "RE")
    assert items[-1] == (None, "Antena", None)
    assert (len(items), checklist.firma_quien_recibe, checklist.aprobada) == (len(PUNTOS) + 1, FIRMA, True)
    pagina = client.get(CHECKLIST)
    assert campos_de(pagina)["renglon-0-valor"] == "RE"
    assert "img-src 'self' data:" in pagina.headers["Content-Security-Policy"]


@pytest.mark.parametrize("firma", ["data:text/html;base64,AAAA", "javascript:1", FIRMA + "A" * 200_000])
def test_una_firma_que_no_es_un_dibujo_no_se_guarda(client, como_operador, firma):
    ChecklistFactory(no_siniestro="SIN-1")
    enviado = campos_de(client.get(CHECKLIST)) | {"firma": firma, "firma_cambiada": "si"}

    respuesta = client.post(CHECKLIST, enviado)

    assert "La firma no se puede leer" in respuesta.content.decode()
    assert Checklist.objects.get().firma_quien_recibe is None


def test_lo_que_se_firmo_no_se_pierde_si_algo_esta_mal(client, como_operador):
    enviado = campos_de(client.get(CHECKLIST)) | {"firma": FIRMA, "firma_cambiada": "si", "hora": "25:00"}

    respuesta = client.post(CHECKLIST, enviado)

    assert not Checklist.objects.exists()
    client.post(CHECKLIST, campos_de(respuesta) | {"hora": "10:00"})
    assert Checklist.objects.get().firma_quien_recibe == FIRMA


def test_lo_que_se_firmo_no_se_pierde_al_guardar_otra_cosa(client, como_operador):
    ChecklistFactory(no_siniestro="SIN-1", firma_quien_recibe=FIRMA)
    enviado = campos_de(client.get(CHECKLIST))

    client.post(CHECKLIST, enviado | {"serie": "3N1"})

    checklist = Checklist.objects.get()
    assert (checklist.serie, checklist.firma_quien_recibe) == ("3N1", FIRMA)


DIBUJADA = "data:image/jpeg;charset=utf-8;base64," + base64.b64encode(imagen("JPEG", 80)).decode()


@pytest.mark.parametrize(
    ("firma", "dibujo", "texto"),
    [
        (DIBUJADA, "data:image/png;base64,iVBOR", ""),
        ("data:image/svg+xml,<svg/>", "", firmas.ILEGIBLE),
        ("Ángela <Muñoz>", "", "Ángela <Muñoz>"),
        (None, "", ""),
    ],
)
def test_la_firma_se_ve_como_se_imprime(client, como_operador, firma, dibujo, texto):
    ChecklistFactory(no_siniestro="SIN-1", firma_quien_recibe=firma)

    pagina = client.get(CHECKLIST).content.decode()

    assert f'data-dibujo="{dibujo}' in pagina
    assert (f'<p id="firma-escrita">{escape(texto)}</p>' in pagina) is bool(texto)
    assert ("firma-escrita" in pagina) is bool(texto)
    if not dibujo:
        assert 'data-dibujo=""' in pagina


def test_un_punto_que_solo_dice_su_sistema_sigue_ahi(client, como_operador):
    Checklist.objects.crear("SIN-1", {"items": [{"sistema": "Luces"}]}, por=UsuarioFactory())

    client.post(CHECKLIST, campos_de(client.get(CHECKLIST)))

    assert Checklist.objects.get().items.filter(sistema="Luces", nombre_item=None).exists()


def test_un_punto_escrito_con_otras_mayusculas_no_se_ofrece_de_nuevo(client, como_operador):
    sistema, punto = PUNTOS[0]
    suyo = {"sistema": sistema.upper(), "nombre_item": punto.upper()}
    Checklist.objects.crear("SIN-1", {"items": [suyo]}, por=UsuarioFactory())

    pagina = client.get(CHECKLIST)

    assert len([n for n in campos_de(pagina) if n.endswith("-nombre_item")]) == len(PUNTOS) + 3
    assert client.post(CHECKLIST, campos_de(pagina)).status_code == 302


# --- The gate to Salida ---


def test_lo_que_falta_para_salir_se_dice_en_la_pagina(client, como_operador, settings):
    settings.SALIDA_CON_CHECKLIST = True

    pagina = client.get(f"{BASE}change/")
    respuesta = client.post(f"{BASE}change/", campos_de(pagina) | {"_estado": "Salida"})

    html = respuesta.content.decode()
    assert "Falta registrar la fecha de entrega del expediente" in html
    assert "No existe checklist de salida para este expediente" in html
    assert "_motivo" not in html
    assert Expediente.objects.get().estado == "Ingreso"


def test_quien_ya_salio_no_tiene_que_decir_por_que(client, como_administrador, settings):
    settings.SALIDA_CON_CHECKLIST = True
    assert "Motivo sin checklist" in client.get(f"{BASE}change/").content.decode()
    Expediente.objects.cambiar_estado("SIN-1", "Salida", por=como_administrador, motivo="Urge")

    assert "Motivo sin checklist" not in client.get(f"{BASE}change/").content.decode()


def test_un_administrador_dice_por_que_sale_sin_checklist(client, como_administrador, settings):
    settings.SALIDA_CON_CHECKLIST = True

    enviado = campos_de(client.get(f"{BASE}change/")) | {"_motivo": " Urge ", "_estado": "Salida"}
    client.post(f"{BASE}change/", enviado)

    assert Expediente.objects.get().estado == "Salida"
    assert Comentario.objects.get().comentario.startswith("Salida autorizada con motivo: Urge\n")


@pytest.mark.parametrize("motivo", ["Urge\x00", "Urge\nmucho", "\u200b"])
def test_un_motivo_que_no_se_puede_leer_no_deja_salir(client, como_administrador, settings, motivo):
    settings.SALIDA_CON_CHECKLIST = True

    enviado = campos_de(client.get(f"{BASE}change/")) | {"_motivo": motivo, "_estado": "Salida"}
    respuesta = client.post(f"{BASE}change/", enviado)

    assert "Falta" not in respuesta.content.decode()
    assert any(frase.startswith("motivo: ") for frase in frases(respuesta))
    assert (Expediente.objects.get().estado, Comentario.objects.count()) == ("Ingreso", 0)


def test_el_motivo_escrito_vuelve_con_la_pagina_que_no_se_guardo(client, como_administrador, settings):
    settings.SALIDA_CON_CHECKLIST = True
    enviado = campos_de(client.get(f"{BASE}change/"))

    malo = {"fecha_ingreso": "ayer", "_motivo": "Urge «ya»", "_estado": "Salida"}
    rechazada = client.post(f"{BASE}change/", enviado | malo)

    assert campos_de(rechazada)["_motivo"] == "Urge «ya»"
    assert f'maxlength="{MOTIVO_MAXIMO}" aria-label="Motivo' in rechazada.content.decode()


# --- All of them ---


@pytest.mark.parametrize("ruta", [f"{BASE}change/", LEVANTAMIENTO, CHECKLIST])
def test_pocas_sentencias_por_muchas_filas_que_haya(client, como_operador, django_assert_max_num_queries, ruta):
    ComentarioFactory.create_batch(8, no_siniestro="SIN-1")
    ChecklistFactory.create_batch(3, no_siniestro="SIN-1")
    LevantamientoFactory.create_batch(3, no_siniestro="SIN-1")
    client.get(ruta)

    with django_assert_max_num_queries(15):
        assert client.get(ruta).status_code == 200


@pytest.mark.parametrize("rol", Rol)
@pytest.mark.parametrize("ruta", [LEVANTAMIENTO, CHECKLIST])
def test_cualquier_rol_lo_llena(client, rol, ruta):
    client.force_login(UsuarioFactory(rol=rol))

    assert client.post(ruta, campos_de(client.get(ruta))).status_code == 302


def test_sin_permiso_se_mira_y_no_se_escribe(client, como_operador, monkeypatch):
    for anexo in ("levantamiento", "checklist", "comentario"):
        for accion in ("add", "change"):
            monkeypatch.setitem(
                __import__("monitor.roles").roles.PERMISOS, f"expedientes.{accion}_{anexo}", frozenset()
            )
    LevantamientoFactory(no_siniestro="SIN-1"), ChecklistFactory(no_siniestro="SIN-1")

    for ruta in (LEVANTAMIENTO, CHECKLIST):
        pagina = client.get(ruta)
        assert (pagina.status_code, 'type="submit" value="Guardar"' in pagina.content.decode()) == (200, False)
        assert client.post(ruta, {}).status_code == 403
    assert client.post(f"{BASE}comentar/", {"comentario": "x"}).status_code == 403


@pytest.mark.parametrize("ruta", ["levantamiento", "checklist"])
def test_de_un_expediente_que_no_hay_se_dice(client, como_operador, ruta):
    assert client.get(f"/admin/expedientes/expediente/NADIE/{ruta}/").status_code == 404
