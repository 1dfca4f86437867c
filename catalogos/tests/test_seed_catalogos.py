import pytest
from django.core.management import CommandError
from django.db import connection

from catalogos.importacion.carga import CARGABLES
from catalogos.models import Aseguradora, Departamento, Lugar, TipoPrioridadSolicitud, TipoServicioSolicitud
from catalogos.tests.factories import DepartamentoFactory, LugarFactory
from monitor.usuarios.tests.factories import UsuarioFactory

pytestmark = pytest.mark.django_db


def test_sin_mas_carga_solo_los_catalogos_de_cualquiera(sembrar):
    assert sembrar() == [
        "aseguradora: 3 creadas, 0 actualizadas, 0 sin cambios",
        "tipo_prioridad_solicitud: 4 creadas, 0 actualizadas, 0 sin cambios",
        "tipo_servicio_solicitud: 6 creadas, 0 actualizadas, 0 sin cambios",
    ]
    assert (Departamento.objects.count(), Lugar.objects.count()) == (0, 0)


def test_con_ejemplos_y_archivos_propios_se_niega(sembrar, archivo):
    with pytest.raises(CommandError) as error:
        sembrar(archivo("aseguradora.csv", "nombre\nAXA\n"), con_ejemplos=True)

    assert str(error.value) == "Los ejemplos no van con archivos propios: quite --con-ejemplos o --archivo."
    assert not Aseguradora.objects.exists()


def test_con_ejemplos_carga_las_filas_del_contrato(sembrar):
    sembrar(con_ejemplos=True)

    assert list(Aseguradora.objects.order_by("id").values_list("id", "nombre")) == [
        (1, "AXA"),
        (2, "HDI"),
        (3, "Qualitas"),
    ]
    assert TipoPrioridadSolicitud.objects.in_bulk([1, 2], field_name="id").keys() == {1, 2}
    assert [str(TipoPrioridadSolicitud.objects.get(pk=pk)) for pk in (1, 2)] == ["Urgente", "Normal"]
    assert str(TipoServicioSolicitud.objects.get(pk=1)) == "Transporte de personal"
    assert str(Departamento.objects.get(pk=2)) == "Logística"
    columnas = ("codigo", "nombre", "direccion", "latitud", "longitud")
    assert Lugar.objects.values_list(*columnas).get(pk=5) == (
        "SC-001",
        "Sede Central",
        "Av. Principal 123",
        13.6929,
        -89.2182,
    )
    assert Lugar.objects.values_list("nombre", "direccion").get(pk=12) == ("Oficina Regional Norte", "Calle Norte 456")


def test_los_departamentos_incluidos_forman_un_arbol(sembrar):
    sembrar(con_ejemplos=True)

    raices = Departamento.objects.filter(departamento_padre=None)
    assert [raiz.codigo for raiz in raices] == ["DG"]
    for hijo in Departamento.objects.exclude(departamento_padre=None).select_related("departamento_padre"):
        assert hijo.nivel_jerarquico == hijo.departamento_padre.nivel_jerarquico + 1


def test_otra_vez_no_cambia_nada(sembrar):
    primera = sembrar(con_ejemplos=True)
    antes = {modelo: list(modelo.objects.order_by("pk").values()) for modelo in CARGABLES.values()}
    segunda = sembrar(con_ejemplos=True)

    assert primera[0] == "aseguradora: 3 creadas, 0 actualizadas, 0 sin cambios"
    assert segunda == [
        f"{nombre}: 0 creadas, 0 actualizadas, {len(antes[modelo])} sin cambios" for nombre, modelo in CARGABLES.items()
    ]
    assert antes == {modelo: list(modelo.objects.order_by("pk").values()) for modelo in CARGABLES.values()}


def test_el_siguiente_id_no_choca_con_los_del_archivo(sembrar):
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sqlite_sequence")  # it counts the rows of other tests too
    sembrar(con_ejemplos=True)

    for nombre, modelo in CARGABLES.items():
        mayor = modelo.objects.order_by("-pk").first().pk
        datos = {"nombre": "Otra"} | ({"codigo": "OTRA"} if modelo.clave == "codigo" else {})
        assert (nombre, modelo.objects.create(**datos).pk) == (nombre, mayor + 1)


def test_simular_no_escribe(sembrar):
    assert sembrar(simular=True)[-1] == "Simulación: no se escribió nada."
    assert not Aseguradora.objects.exists()


def test_un_archivo_propio_crea_actualiza_y_deja_igual(sembrar, archivo):
    LugarFactory(codigo="A", nombre="Viejo", direccion="Calle 1")
    LugarFactory(codigo="B", nombre="Igual", es_punto_frecuente=True)
    ruta = archivo("lugar.csv", "codigo,nombre,es_punto_frecuente\na,Nuevo,no\nb,Igual,sí\nc, Otro ,\n", "utf-8-sig")

    assert sembrar(ruta) == ["lugar: 1 creadas, 1 actualizadas, 1 sin cambios"]
    columnas = ("codigo", "nombre", "direccion", "es_punto_frecuente")
    assert list(Lugar.objects.order_by("codigo").values_list(*columnas)) == [
        ("A", "Nuevo", "Calle 1", False),
        ("B", "Igual", None, True),
        ("C", "Otro", None, False),
    ]


def test_un_archivo_puede_traer_solo_algunas_columnas(sembrar, archivo):
    lugar = LugarFactory(codigo="A", nombre="Sede", direccion="Calle 1")

    assert sembrar(archivo("lugar.csv", "codigo,direccion\nA,Calle 2\n"))[0][:31] == "lugar: 0 creadas, 1 actualizada"
    lugar.refresh_from_db()
    assert (lugar.nombre, lugar.direccion) == ("Sede", "Calle 2")


def test_una_referencia_se_escribe_por_su_clave(sembrar, archivo):
    jefe = UsuarioFactory(username="maria")
    sembrar(archivo("departamento.csv", "codigo,nombre,departamento_padre,perfil_jefe\nP,Padre,,\nH,Hijo,p,maria\n"))

    hijo = Departamento.objects.get(codigo="H")
    assert (hijo.departamento_padre.codigo, hijo.perfil_jefe) == ("P", jefe)


def test_una_fila_eliminada_vuelve_si_el_archivo_la_trae(sembrar, archivo):
    lugar = LugarFactory(codigo="A", nombre="Sede", eliminada=True)

    ruta = archivo("lugar.csv", "codigo,nombre\nA,Sede\n")
    assert sembrar(ruta) == ["lugar: 0 creadas, 1 actualizadas, 0 sin cambios"]
    assert not Lugar.objects.get(pk=lugar.pk).eliminado


def test_solo_nuevas_respeta_lo_que_cambio_la_gente(sembrar, archivo):
    LugarFactory(codigo="A", nombre="Cambiado")
    LugarFactory(codigo="B", nombre="Quitado", eliminada=True)
    ruta = archivo("lugar.csv", "codigo,nombre\nA,Original\nB,Original\nC,Original\n")

    assert sembrar(ruta, solo_nuevas=True) == ["lugar: 1 creadas, 0 actualizadas, 2 sin cambios"]
    assert list(Lugar.objects.order_by("codigo").values_list("nombre", "eliminado")) == [
        ("Cambiado", False),
        ("Quitado", True),
        ("Original", False),
    ]


def test_los_errores_nombran_su_linea_y_no_se_carga_nada(rechazos, archivo):
    DepartamentoFactory(codigo="RAIZ", nombre="Raíz")
    malo = archivo(
        "departamento.csv",
        "id,codigo,nombre,departamento_padre,nivel_jerarquico\n"
        ",BIEN,Bien,RAIZ,1\n"
        ",A B,Mal,,\n"
        ",,Sin código,,\n"
        ",C,,,\n"
        ",D,Mal,NADA,dos\n"
        ",RAIZ,Raíz,BIEN,\n"
        "1000000,E,Mal,,,más\n",
    )
    bueno = archivo("tipo_prioridad_solicitud.csv", "nombre\nUrgente\n")

    circulo = "departamento_padre: No se puede asignar este departamento padre porque crearía una referencia circular"
    assert rechazos(bueno, malo) == [
        f"departamento.csv, línea 2: {circulo} (líneas 2, 7)",
        "departamento.csv, línea 3: codigo: no se admiten espacios",
        "departamento.csv, línea 4: codigo: Este campo no puede estar en blanco.",
        "departamento.csv, línea 5: nombre: Este campo no puede estar en blanco.",
        "departamento.csv, línea 6: departamento_padre: no existe «NADA»",
        "departamento.csv, línea 6: nivel_jerarquico: «dos» no es un número entero",
        f"departamento.csv, línea 7: {circulo} (líneas 2, 7)",
        "departamento.csv, línea 8: su celda 6, «más», no está bajo el nombre de ninguna columna",
    ]


def test_un_id_ajeno_se_rechaza(rechazos, archivo):
    propio, ajeno = LugarFactory(codigo="A", nombre="Sede"), LugarFactory(codigo="B", nombre="Bodega")
    ruta = archivo("lugar.csv", f"id,codigo,nombre\n{ajeno.pk},A,Sede\n{propio.pk},C,Nuevo\n")

    assert rechazos(ruta) == [
        f"lugar.csv, línea 2: id: «Sede» ya existe con el {propio.pk}",
        f"lugar.csv, línea 3: id: el {propio.pk} ya es de otra fila",
    ]


@pytest.mark.parametrize("pk", ["0", "-1", "2147483648", "99999999999999999"])
def test_un_id_que_nadie_puede_tener_se_rechaza(pk, rechazos, archivo):
    ruta = archivo("aseguradora.csv", f"id,nombre\n{pk},AXA\n")

    assert rechazos(ruta) == ["aseguradora.csv, línea 2: id: debe estar entre 1 y 2147483647"]


def test_un_archivo_que_no_se_llama_como_su_catalogo(rechazos, archivo):
    nombres = "aseguradora.csv, lugar.csv, departamento.csv, tipo_prioridad_solicitud.csv, tipo_servicio_solicitud.csv"

    assert rechazos(archivo("lugares.csv", "codigo,nombre\nA,Sede\n")) == [
        f"lugares.csv: nombre el archivo como su catálogo: {nombres}"
    ]


def test_dos_archivos_de_un_catalogo(rechazos, archivo):
    primero = archivo("lugar.csv", "codigo,nombre\nA,Sede\n")
    segundo = archivo("Lugar.txt", "codigo,nombre\nA,Otra\n")

    assert rechazos(primero, segundo) == ["Lugar.txt: ya hay otro archivo de lugar: cárguelos uno por uno"]


def test_un_archivo_que_no_existe(rechazos, tmp_path):
    ruta = tmp_path / "lugar.csv"

    assert rechazos(ruta) == [f"lugar.csv: no existe «{ruta}»: revise su nombre y su carpeta"]


def test_una_carpeta_en_lugar_de_un_archivo(rechazos, tmp_path):
    ruta = tmp_path / "lugar.csv"
    ruta.mkdir()

    assert rechazos(ruta) == [
        f"lugar.csv: no se pudo abrir «{ruta}»: revise que sea un archivo y que su usuario pueda leerlo"
    ]


def test_error_de_una_columna_la_nombra_como_el_archivo(rechazos, archivo):
    largo = archivo("lugar.csv", f"codigo,nombre,tipo_lugar\nA,Sede,{'x' * 51}\n")

    frase = "Asegúrese de que este valor tenga como máximo 50 caracteres (tiene 51)."
    assert rechazos(largo) == [f"lugar.csv, línea 2: tipo_lugar: {frase}"]
