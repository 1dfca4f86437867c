"""The words of each e-mail, and who gets it."""

from datetime import date, time

import pytest
from django.utils.html import escape
from post_office.models import Email

from catalogos.tests.factories import LugarFactory, TipoPrioridadSolicitudFactory, TipoServicioSolicitudFactory
from monitor.api.tests.cliente import Api
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.correo.mensajes import SANGRIA
from solicitudes.models import Solicitud
from solicitudes.tests.factories import SolicitudFactory, parada
from solicitudes.tests.test_admin import LISTA, decidir, editar, entrar


@pytest.fixture
def solicitud(db):
    return SolicitudFactory(
        solicitante=UsuarioFactory(nombre="Juan Pérez", email="juan@example.org"),
        aprobador=UsuarioFactory(nombre="María González", email="maria@example.org"),
        asunto="Viaje a {{ sede }} & vuelta",
        nombres_pasajeros="Ana <b>López</b>",
        lugares=[
            parada(0, LugarFactory(nombre="Sede Central", direccion="Av. Principal 123"), es_origen=True),
            parada(1, LugarFactory(nombre="Oficina Norte")),
        ],
    )


def nuevos(hecho):
    """Return the mails that calling `hecho` queues, by address."""
    previos = set(Email.objects.values_list("pk", flat=True))
    hecho()
    return {correo.to[0]: correo for correo in Email.objects.exclude(pk__in=previos)}


def test_creada_confirma_al_solicitante_y_avisa_al_aprobador(solicitud):
    asuntos = {correo.to[0]: correo.subject for correo in Email.objects.all()}
    cual = f"{solicitud.codigo}, {solicitud.asunto}"

    assert asuntos == {
        "juan@example.org": f"Solicitud registrada: {cual}",
        "maria@example.org": f"Solicitud pendiente de su aprobación: {cual}",
    }


@pytest.mark.parametrize(
    ("accion", "titulo", "para"),
    [
        ("aprobar", "Solicitud aprobada", ["juan@example.org"]),
        ("rechazar", "Solicitud rechazada", ["juan@example.org"]),
        ("cancelar", "Solicitud cancelada", ["juan@example.org", "maria@example.org"]),
    ],
)
def test_decision_avisa_con_su_motivo(solicitud, accion, titulo, para):
    jefa = UsuarioFactory(administrador=True)
    correos = nuevos(lambda: getattr(Solicitud.objects, accion)(solicitud.pk, por=jefa, motivo="Por <lluvia>"))

    assert sorted(correos) == para
    for correo in correos.values():
        assert correo.subject.startswith(f"{titulo}: {solicitud.codigo}")
        assert "Motivo: Por <lluvia>" in correo.message
        assert "Por &lt;lluvia&gt;" in correo.html_message


def test_correo_dice_todo_en_texto_y_en_html_escapado(solicitud, settings):
    correo = Email.objects.get(to="maria@example.org")
    fecha = f"{solicitud.fecha_servicio.day} de "
    comunes = [
        solicitud.codigo,
        fecha,
        "08:00 h",
        "Juan Pérez",
        "María González",
        "Sede Central (origen), Av. Principal 123",
        "Oficina Norte",
        f"http://127.0.0.1:8000/admin/solicitudes/solicitud/{solicitud.pk}/change/",
    ]

    assert [dato for dato in comunes if dato not in correo.message] == []
    assert [dato for dato in comunes if dato not in correo.html_message] == []
    assert "Viaje a {{ sede }} & vuelta" in correo.message
    assert "Viaje a {{ sede }} &amp; vuelta" in correo.html_message
    assert "Ana <b>López</b>" in correo.message
    assert "Ana &lt;b&gt;López&lt;/b&gt;" in correo.html_message


@pytest.mark.parametrize("email", [None, ""])
def test_persona_sin_direccion_se_omite(db, email):
    SolicitudFactory(solicitante__email=email, aprobador__email="maria@example.org")

    assert [correo.to for correo in Email.objects.all()] == [["maria@example.org"]]


def test_cada_correo_tiene_su_message_id_del_dominio_del_remitente(solicitud, settings):
    claves = list(Email.objects.values_list("message_id", flat=True))

    assert len(set(claves)) == 2
    assert all(clave.endswith("@localhost>") for clave in claves)


# --- Who did it ---


@pytest.fixture
def oscar(db):
    return UsuarioFactory(administrador=True, nombre="Óscar Ríos", email="oscar@example.org")


@pytest.fixture
def ana(db):
    return UsuarioFactory(nombre="Ana Luna", email="ana@example.org")


def frase_de(correo):
    """Return the first sentence of the mail's text, once it is checked that the HTML has it too."""
    frase = correo.message.split("\n\n")[1].strip()
    assert f"<p>{escape(frase)}</p>" in correo.html_message
    return frase


def test_creada_por_quien_la_pide(solicitud):
    frases = {correo.to[0]: frase_de(correo) for correo in Email.objects.all()}

    assert frases == {
        "juan@example.org": "Su solicitud de transporte quedó registrada y espera la aprobación de María González.",
        "maria@example.org": "Juan Pérez solicita transporte y espera su aprobación.",
    }


def test_creada_por_otra_persona_dice_quien_la_registro(mundo, cuerpo, oscar):
    correos = nuevos(lambda: Api(oscar).post("/solicitud", cuerpo))

    assert {para: frase_de(correo) for para, correo in correos.items()} == {
        "juan@example.org": "Óscar Ríos registró a su nombre una solicitud de transporte, que espera la aprobación de"
        " María González.",
        "maria@example.org": "Óscar Ríos registró a nombre de Juan Pérez una solicitud de transporte, que espera su"
        " aprobación.",
    }


@pytest.mark.parametrize(
    ("accion", "esperadas"),
    [
        ("aprobar", {"juan": "Óscar Ríos aprobó su solicitud de transporte."}),
        ("rechazar", {"juan": "Óscar Ríos rechazó su solicitud de transporte."}),
        ("cancelar", dict.fromkeys(["juan", "maria"], "Óscar Ríos canceló la solicitud de transporte.")),
    ],
)
def test_decision_dice_quien_la_tomo(solicitud, oscar, accion, esperadas):
    correos = nuevos(lambda: Api(oscar).post(f"/solicitud/{solicitud.pk}/{accion}", {"motivo": "Por lluvia"}))

    assert {para: frase_de(c) for para, c in correos.items()} == {f"{p}@example.org": f for p, f in esperadas.items()}


def test_quien_no_tiene_nombre_se_nombra_por_su_username(solicitud):
    jefa = UsuarioFactory(administrador=True, nombre=None)
    [correo] = nuevos(lambda: Api(jefa).post(f"/solicitud/{solicitud.pk}/aprobar")).values()

    assert frase_de(correo) == f"{jefa.username} aprobó su solicitud de transporte."


def test_cancelada_por_quien_la_pidio_tambien_le_llega(solicitud):
    juan = Api(Solicitud.objects.get().solicitante)

    correos = nuevos(lambda: juan.post(f"/solicitud/{solicitud.pk}/cancelar", {"motivo": "Ya no"}))

    assert sorted(correos) == ["juan@example.org", "maria@example.org"]


def test_eliminada_avisa_a_los_dos_sin_enlace_a_lo_que_ya_no_esta(solicitud, oscar):
    correos = nuevos(lambda: Api(oscar).delete(f"/solicitud/{solicitud.pk}"))

    frase = "Óscar Ríos eliminó la solicitud de transporte, que ya no se puede ver en Monitor."
    assert {para: frase_de(c) for para, c in correos.items()} == {
        "juan@example.org": frase,
        "maria@example.org": frase,
    }
    for correo in correos.values():
        assert correo.subject == f"Solicitud eliminada: {solicitud.codigo}, {solicitud.asunto}"
        assert ("Ver la solicitud" in correo.message, "<a " in correo.html_message) == (False, False)


# --- What a change of a pending solicitud tells, and whom ---


def test_otro_aprobador_pide_al_nuevo_y_avisa_al_de_antes(solicitud, oscar, ana):
    cambio = {"idUsuarioAprobador": ana.pk, "cantidadPasajeros": 9}
    correos = nuevos(lambda: Api(oscar).put(f"/solicitud/{solicitud.pk}", cambio))

    assert {para: (c.subject.partition(":")[0], frase_de(c)) for para, c in correos.items()} == {
        "ana@example.org": (
            "Solicitud pendiente de su aprobación",
            "Óscar Ríos dejó en sus manos la solicitud de transporte de Juan Pérez, que espera su aprobación.",
        ),
        "maria@example.org": (
            "Solicitud que ya no necesita su decisión",
            "Óscar Ríos dejó en manos de Ana Luna la solicitud de transporte de Juan Pérez: ya no necesita la decisión"
            " de usted.",
        ),
    }
    assert "Pasajeros: 9" in correos["ana@example.org"].message
    assert "Aprueba: Ana Luna" in correos["ana@example.org"].message


def test_otro_solicitante_confirma_al_nuevo_y_avisa_al_de_antes(solicitud, oscar, ana):
    correos = nuevos(lambda: Api(oscar).put(f"/solicitud/{solicitud.pk}", {"idUsuarioSolicitante": ana.pk}))

    assert {para: (c.subject.partition(":")[0], frase_de(c)) for para, c in correos.items()} == {
        "ana@example.org": (
            "Solicitud registrada",
            "Óscar Ríos puso a su nombre una solicitud de transporte, que espera la aprobación de María González.",
        ),
        "juan@example.org": (
            "Solicitud que ya no está a su nombre",
            "Óscar Ríos puso a nombre de Ana Luna una solicitud de transporte que era de usted.",
        ),
    }


@pytest.mark.parametrize(
    ("campo", "nombre", "antes", "ahora"),
    [
        ("fechaServicioRequerido", "Servicio", "15 de marzo de 2031, 08:00 h", "16 de marzo de 2031, 08:00 h"),
        ("horaServicioRequerido", "Servicio", "15 de marzo de 2031, 08:00 h", "15 de marzo de 2031, 08:00:30 h"),
        ("idTipoServicioSolicitud", "Tipo de servicio", "De personas", "De muebles"),
        ("idTipoPrioridadSolicitud", "Prioridad", "Normal", "Urgente"),
        ("cantidadPasajeros", "Pasajeros", "3", "9"),
        ("lugares", "Lugares", f"1. Sede (origen){SANGRIA}2. Oficina", "1. Oficina"),
    ],
)
def test_cambio_del_servicio_dice_al_aprobador_de_que_a_que(db, oscar, campo, nombre, antes, ahora):
    oficina = LugarFactory(nombre="Oficina", direccion=None)
    solicitud = SolicitudFactory(
        aprobador__email="maria@example.org",
        fecha_servicio=date(2031, 3, 15),
        servicio=TipoServicioSolicitudFactory(nombre="De personas"),
        prioridad=TipoPrioridadSolicitudFactory(nombre="Normal"),
        lugares=[parada(0, LugarFactory(nombre="Sede", direccion=None), es_origen=True), parada(1, oficina)],
    )
    nuevo = {
        "fechaServicioRequerido": "2031-03-16",
        "horaServicioRequerido": "08:00:30",
        "idTipoServicioSolicitud": TipoServicioSolicitudFactory(nombre="De muebles").pk,
        "idTipoPrioridadSolicitud": TipoPrioridadSolicitudFactory(nombre="Urgente").pk,
        "cantidadPasajeros": 9,
        "lugares": [{"idLugar": oficina.pk, "orden": 0}],
    }[campo]

    correos = nuevos(lambda: Api(oscar).put(f"/solicitud/{solicitud.pk}", {campo: nuevo}))

    [(para, correo)] = correos.items()
    assert (para, correo.subject) == (
        "maria@example.org",
        f"Solicitud cambiada: {solicitud.codigo}, {solicitud.asunto}",
    )
    cambios = f"Lo que cambió:\n  {nombre}\n    antes: {antes}\n    ahora: {ahora}\n\n"
    assert correo.message.split("\n\n", 2)[2].startswith(cambios)
    celdas = "".join(f'<td valign="top">{en_html(campo, valor)}</td>' for valor in (antes, ahora))
    assert f"{nombre}</th>{celdas}" in correo.html_message


def en_html(campo, valor):
    return "".join(f"<div>{lugar}</div>" for lugar in valor.split(SANGRIA)) if campo == "lugares" else valor


def cambio_de_lugares(aprobador, antes, ahora):
    """Return the mail that tells the approver of it."""
    solicitud = SolicitudFactory(aprobador=aprobador, lugares=antes)
    por = UsuarioFactory(administrador=True)
    [correo] = nuevos(lambda: Solicitud.objects.actualizar(solicitud.pk, {"lugares": ahora}, por=por)).values()
    return correo


@pytest.mark.parametrize(("codigos", "dichos"), [(("B-1", "B-2"), ("B-1", "B-2")), ((None, None), ("Id {}", "Id {}"))])
def test_otro_lugar_del_mismo_nombre_es_un_cambio_y_se_distingue(ana, codigos, dichos):
    bodegas = [LugarFactory(nombre="Bodega", direccion=None, codigo=codigo) for codigo in codigos]
    antes, ahora = (f"1. Bodega ({d.format(bodega.pk)})" for d, bodega in zip(dichos, bodegas, strict=True))

    correo = cambio_de_lugares(ana, *([parada(0, bodega)] for bodega in bodegas))

    assert f"  Lugares\n    antes: {antes}\n    ahora: {ahora}\n" in correo.message


def test_lugares_del_mismo_nombre_en_una_solicitud_se_distinguen(db):
    bodegas = [LugarFactory(nombre="Bodega", direccion=None, codigo=codigo) for codigo in ("B-1", "B-2")]
    SolicitudFactory(aprobador__email=None, lugares=[parada(i, bodega) for i, bodega in enumerate(bodegas)])

    assert "  1. Bodega (B-1)\n  2. Bodega (B-2)\n" in Email.objects.get().message


def test_de_muchos_lugares_se_dicen_los_que_cambian(ana):
    lugar = LugarFactory(nombre="Bodega", direccion=None)
    antes = [parada(n, lugar) for n in range(40)]
    ahora = [{**una, "descripcion": "Por atrás"} if una["orden"] == 35 else una for una in antes]

    correo = cambio_de_lugares(ana, antes, [*ahora, parada(40, lugar)])

    cambio = f"    antes: 36. Bodega\n    ahora: 36. Bodega: Por atrás{SANGRIA}41. Bodega\n"
    assert cambio in correo.message


def test_lugares_que_solo_se_quitan(ana):
    lugar = LugarFactory(nombre="Bodega", direccion=None)
    paradas = [parada(n, lugar) for n in range(2)]

    assert "    antes: 2. Bodega\n    ahora: —\n" in cambio_de_lugares(ana, paradas, paradas[:1]).message


def test_cambios_por_el_admin_tambien_se_avisan(solicitud, oscar):
    admin = entrar(oscar)
    datos = editar(admin, solicitud) | {"cantidad_pasajeros": 9}
    correos = nuevos(lambda: admin.post(f"{LISTA}{solicitud.pk}/change/", datos))

    assert [(para, frase_de(correo)) for para, correo in correos.items()] == [
        (
            "maria@example.org",
            "Óscar Ríos cambió una solicitud de transporte que espera su aprobación.",
        )
    ]


def test_cambio_rechazado_no_avisa_a_nadie(solicitud, oscar):
    assert nuevos(lambda: Api(oscar).put(f"/solicitud/{solicitud.pk}", {"cantidadPasajeros": 9, "lugares": []})) == {}


# --- What people write ---


def test_aprobador_lee_por_que_se_pide_y_el_solicitante_no_hace_falta(mundo, cuerpo, oscar):
    correos = nuevos(lambda: Api(oscar).post("/solicitud", cuerpo))
    porque = [
        "Descripción: Se requiere transporte para personal de la unidad\n",
        "Justificación: Reunión de coordinación institucional\n",
        "Observaciones: Llevar a las 8am y regresar a las 5pm\n",
    ]

    assert [dato for dato in porque if dato not in correos["maria@example.org"].message] == []
    assert [dato for dato in porque if dato in correos["juan@example.org"].message] == []
    for dato in porque:
        valor = dato.partition(": ")[2].strip()
        assert f">{valor}</blockquote>" in correos["maria@example.org"].html_message


FALSOS_LUGARES = "Salida\n2. Aeropuerto\n3. Casa"


def test_renglones_de_un_lugar_no_pasan_por_otros_lugares(ana):
    bodega, casa = (LugarFactory(nombre=nombre, direccion=None) for nombre in ("Bodega", "Casa"))
    antes = [parada(0, bodega), parada(1, casa)]
    ahora = [parada(0, bodega, descripcion=FALSOS_LUGARES), parada(1, casa, descripcion="Fin")]

    correo = cambio_de_lugares(ana, antes, ahora)

    dicho = "1. Bodega: Salida\n> 2. Aeropuerto\n> 3. Casa"
    assert f"    ahora: {dicho}{SANGRIA}2. Casa: Fin\n" in correo.message
    assert f"Lugares:\n  {dicho}\n  2. Casa: Fin\n" in correo.message
    en_html = "Bodega: Salida<blockquote>2. Aeropuerto<br>3. Casa</blockquote>"
    assert f"<div>1. {en_html}</div><div>2. Casa: Fin</div></td>" in correo.html_message
    assert f"<li>{en_html}</li>" in correo.html_message


def test_renglones_de_un_lugar_en_el_admin_tampoco(solicitud, oscar):
    lugares = [parada(0, LugarFactory(nombre="Bodega", direccion=None), descripcion=FALSOS_LUGARES)]
    Solicitud.objects.actualizar(solicitud.pk, {"lugares": lugares}, por=oscar)
    dicho = "Bodega: Salida<blockquote>2. Aeropuerto<br>3. Casa</blockquote>"

    pagina = decidir(entrar(oscar), "rechazar", [solicitud])
    assert f"<dd><div>1. {dicho}</div></dd>" in pagina.text
    Solicitud.objects.aprobar(solicitud.pk, por=oscar)
    assert f"<li>{dicho}</li>" in entrar(oscar).get(f"{LISTA}{solicitud.pk}/change/").text


FALSO = "Sí\n\nVer la solicitud: http://malo.example\u2028Mensaje de Monitor.\r\nX:        Ver"


@pytest.mark.parametrize("campo", ["descripcion", "justificacion", "observaciones", "nombresPasajeros", "lugar"])
def test_renglones_de_la_gente_van_apartados_y_en_html_se_conservan(mundo, cuerpo, oscar, campo):
    donde = cuerpo["lugares"][1] if campo == "lugar" else cuerpo
    donde["descripcion" if campo == "lugar" else campo] = FALSO

    correo = nuevos(lambda: Api(oscar).post("/solicitud", cuerpo))["maria@example.org"]

    assert "Sí\n> \n> Ver la solicitud: http://malo.example\n> Mensaje de Monitor.\n> X: Ver" in correo.message
    enlaces = [renglon for renglon in correo.message.splitlines() if renglon.startswith("Ver la solicitud: ")]
    assert enlaces == [f"Ver la solicitud: http://127.0.0.1:8000/admin/solicitudes/solicitud/{pk_de(correo)}/change/"]
    conservados = ["Sí", "", "Ver la solicitud: http://malo.example", "Mensaje de Monitor.", "X: Ver"]
    primera = "Sí<blockquote>" if campo == "lugar" else "Sí<br>"
    assert primera + "<br>".join(conservados[1:]) in correo.html_message


def pk_de(correo):
    return correo.context["solicitud"]


def test_motivo_de_varios_renglones_va_apartado(solicitud, oscar):
    motivo = {"motivo": "No hay\nMensaje automático de Monitor."}
    [correo] = nuevos(lambda: Api(oscar).post(f"/solicitud/{solicitud.pk}/rechazar", motivo)).values()

    assert "\nMotivo: No hay\n> Mensaje automático de Monitor.\n" in correo.message
    assert ">No hay<br>Mensaje automático de Monitor.</blockquote>" in correo.html_message


def test_nombre_con_un_salto_raro_no_parte_la_frase(solicitud):
    jefa = UsuarioFactory(administrador=True, nombre="Eva\u2028Ver la solicitud: http://malo.example")
    [correo] = nuevos(lambda: Api(jefa).post(f"/solicitud/{solicitud.pk}/aprobar")).values()

    assert frase_de(correo) == ("Eva Ver la solicitud: http://malo.example aprobó su solicitud de transporte.")


@pytest.mark.parametrize(
    ("llegada", "retorno", "dicho"),
    [
        (time(22), time(2), "llegada 22:00 h; retorno 02:00 h (día siguiente)"),
        (time(10), time(10), "llegada 10:00 h; retorno 10:00 h"),
        (time(10), time(12), "llegada 10:00 h; retorno 12:00 h"),
        (None, time(2), "retorno 02:00 h"),
    ],
)
def test_retorno_antes_de_la_llegada_es_del_dia_siguiente(db, llegada, retorno, dicho):
    lugar = LugarFactory(nombre="Bodega", direccion=None)
    vuelta = parada(1, lugar, hora_llegada=llegada, requiere_retorno=True, hora_retorno=retorno)
    SolicitudFactory(aprobador__email=None, lugares=[parada(0, es_origen=True), vuelta])

    correo = Email.objects.get()
    assert f"  2. Bodega; {dicho}\n" in correo.message
    assert f"<li>Bodega; {dicho}</li>" in correo.html_message


def test_palabra_larga_se_parte_en_html(solicitud):
    assert 'overflow-wrap:anywhere;word-break:break-word">\n<h1' in Email.objects.first().html_message


def test_correo_no_crece_sin_limite_con_los_lugares(solicitud):
    muchos = [parada(0, LugarFactory(nombre="Sede"), es_origen=True)]
    otro = LugarFactory(nombre="Otro")
    muchos += [parada(n, otro, descripcion="ñ" * 500) for n in range(1, 500)]
    por = UsuarioFactory(administrador=True)
    [correo] = nuevos(lambda: Solicitud.objects.actualizar(solicitud.pk, {"lugares": muchos}, por=por)).values()

    assert correo.message.count("… y 470 más") == 2  # among what changed, and in the list
    assert "Sede" in correo.message
    assert len(correo.message.encode()) + len(correo.html_message.encode()) < 200 * 1024

    muchos[499]["descripcion"] = "sólo cambia el último"
    cambio = lambda: Solicitud.objects.actualizar(solicitud.pk, {"lugares": muchos}, por=por)  # noqa: E731
    assert list(nuevos(cambio)) == ["maria@example.org"]
