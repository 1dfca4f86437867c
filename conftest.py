"""Fixtures that need a real server or a browser. The fixtures of each domain are in the tests of its app."""

import gc
import os
import shutil
from itertools import chain

import hypothesis
import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.template.base import Template
from django.test import TransactionTestCase
from factory.django import DjangoModelFactory

from monitor.db import triggers
from monitor.tests.paciencia import PACIENCIA
from monitor.tests.servidor import sirviendo
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.models import EstadoSolicitud

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# A slow machine isn't an error.
hypothesis.settings.register_profile("monitor", deadline=None)
hypothesis.settings.load_profile("monitor")


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    gc.disable()  # there is no garbage yet
    try:
        return (yield)
    finally:
        # What was imported stays: the garbage collector needn't walk over it again and again, nor so often.
        gc.collect()
        gc.freeze()
        gc.set_threshold(100_000, 50, 1000)
        gc.enable()


NAVEGADOR = "navegador"  # the fixture


def pytest_collection_modifyitems(config, items):
    ajena = basta_en_sqlite if connection.vendor == "postgresql" else pide_postgresql
    suyas, ajenas = [], []
    for prueba in items:
        (ajenas if ajena(prueba) else suyas).append(prueba)
    config.hook.pytest_deselected(items=ajenas)
    items[:] = repartir(suyas, procesos=int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1)))


def pide_postgresql(prueba) -> bool:
    return prueba.get_closest_marker("postgresql") is not None


def repartir(pruebas, procesos) -> list:
    """Return the tests so that each process begins with its share of the long ones, by modules: what begins last is
    what all the others wait for. Those of a browser are of one process, because starting one takes as long as many of
    them. A process gets the next part of the list, and then takes from whoever is late."""
    modulos, demas = {NAVEGADOR: []}, []
    for prueba in pruebas:
        if NAVEGADOR in prueba.fixturenames:
            modulos[NAVEGADOR].append(prueba)
        elif prueba.get_closest_marker("lenta"):
            modulos.setdefault(prueba.path, []).append(prueba)
        else:
            demas.append(prueba)
    repartidas = []
    for i in range(procesos):
        suyas = [*chain(*[*modulos.values()][i::procesos])]
        cuantas = max(0, (len(pruebas) - len(repartidas)) // (procesos - i) - len(suyas))
        repartidas += suyas + demas[:cuantas]
        del demas[:cuantas]
    return repartidas


def basta_en_sqlite(prueba) -> bool:
    """Return whether the test would find the same on PostgreSQL: it says so, or it asks no database."""
    marcas = {marca.name for marca in prueba.iter_markers()}
    return "una_vez" in marcas or not de_la_base(prueba)


def de_la_base(prueba) -> bool:
    """Return whether the test asks for the database."""
    marcas = {marca.name for marca in prueba.iter_markers()}
    base = {"db", "transactional_db"} & set(prueba.fixturenames) or {"django_db", "postgresql", "con_su_base"} & marcas
    return bool(base) or issubclass(prueba.cls or object, TransactionTestCase)


# What `migrate` leaves in these belongs to the code.
DE_LAS_MIGRACIONES = {ContentType._meta.db_table, Permission._meta.db_table, EstadoSolicitud._meta.db_table}


@pytest.fixture(autouse=True, scope="session")
def vaciar_aprisa():
    """Empty the database after a test that commits, as Django does, in a fiftieth of the time: what belongs to the code
    stays, so nobody has to fill it again, and on PostgreSQL a table with a row or two isn't worth a TRUNCATE."""
    with pytest.MonkeyPatch.context() as parche:
        parche.setattr(TransactionTestCase, "_fixture_teardown", lambda prueba: vaciar())
        yield


def vaciar():
    tablas = {*connection.introspection.django_table_names()} - DE_LAS_MIGRACIONES
    borrar = [f'DELETE FROM "{tabla}"' for tabla in tablas]
    with triggers.door(None), transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers, nor foreign keys
            borrar = ["; ".join(borrar)]  # in one trip
        for sentencia in borrar:
            cursor.execute(sentencia)
        if connection.vendor == "sqlite" and cursor.execute("PRAGMA table_info(sqlite_stat1)").fetchone():
            # What a server saw when it started (`gather_statistics`): the plans of the next test are for other rows.
            cursor.execute("DELETE FROM sqlite_stat1")
            cursor.execute("ANALYZE sqlite_schema")


DE_CAMPOS = ("django/forms/", "admin/widgets/")


@pytest.fixture(autouse=True, scope="session")
def recordar_solo_las_paginas(django_test_environment):
    """Django's client keeps a copy of what each template is given, for the tests that look at it. Nobody looks at what
    the fields of a form are given, and copying that is a ninth of the time of the admin's tests."""
    recordar = Template._render

    def render(plantilla, contexto):
        de_un_campo = (plantilla.name or "").startswith(DE_CAMPOS)
        return plantilla.nodelist.render(contexto) if de_un_campo else recordar(plantilla, contexto)

    with pytest.MonkeyPatch.context() as parche:
        parche.setattr(Template, "_render", render)
        yield


@pytest.fixture(autouse=True)
def sin_el_cursor_de_otra(request):
    """Let go of the cursor that a thread keeps (`monitor.db.queries`). With it, a test without the mark of the database
    would reach the database all the same."""
    if not de_la_base(request.node):
        vars(connections[connection.alias]).pop("kept_cursor", None)


@pytest.fixture(autouse=True)
def numeros_desde_cero(request):
    """Count from 0 in each test what a factory numbers: no name depends on which tests ran before. Where the module has
    rows of its own, which took the first numbers, count from 1000."""
    contar_desde(1000 if "base_del_modulo" in request.fixturenames else 0)


def contar_desde(numero):
    for fabrica in subclases(DjangoModelFactory):
        fabrica.reset_sequence(numero, force=True)


def subclases(clase):
    for subclase in clase.__subclasses__():
        yield subclase
        yield from subclases(subclase)


@pytest.fixture(scope="module")
def base_del_modulo(django_db_setup, django_db_blocker):
    """Keep what a fixture of the module makes over this one for all its tests, each of which undoes only what it did. A
    test of that module can't ask for `transactional_db`."""
    contar_desde(0)
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def migrar(transactional_db):
    """Give a function that migrates to some migrations, each an app and a name, or to the last of every app, and
    returns the models of then. The last is where the database is again after the test: undoing one app's undoes those
    of others that stand on it."""

    def migrar(destinos=None):
        ejecutor = MigrationExecutor(connection)
        triggers.drop(connection.alias)
        with triggers.door(None):  # an older migration may change rows that have since become append-only
            return ejecutor.migrate(destinos or ejecutor.loader.graph.leaf_nodes()).apps

    yield migrar
    migrar()
    triggers.make(connection.alias)
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


@pytest.fixture(scope="session")
def servidor_de_la_sesion(django_db_setup, django_db_blocker, tmp_path_factory):
    """Start one server for all the tests that ask for it and give its URL: starting it takes longer than most of those
    tests."""
    with django_db_blocker.unblock():
        base = str(connection.settings_dict["NAME"])
    with sirviendo(tmp_path_factory.mktemp("servidor") / "bitacora", BASE_DE_PRUEBAS=base) as url:
        yield url


@pytest.fixture
def servidor(transactional_db, servidor_de_la_sesion):
    """The URL of a real server: two processes over the test database, which is emptied after each test."""
    return servidor_de_la_sesion


@pytest.fixture
def demo(servidor, settings):
    """The URL of a real server with the data of `make run`."""
    settings.DEMO = True
    call_command("seed_catalogos", "--con-ejemplos", verbosity=0)
    call_command("seed_demo", verbosity=0)
    return servidor


@pytest.fixture(scope="session")
def navegador():
    # The same engine without a window takes two thirds of the time.
    ejecutable = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if ejecutable is None:
        pytest.skip("No hay Chromium en esta máquina (en Debian: apt-get install chromium-headless-shell)")
    # It is imported only here because importing it takes a while, and few tests open a page.
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PACIENCIA * 1000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=ejecutable, args=CHROMIUM)
        yield chromium
        chromium.close()
        # Django keeps other connections under Playwright's event loop; once the loop ends, nobody could close them.
        connections.close_all()


@pytest.fixture
def pagina(navegador, servidor, request):
    """A page of a new session. An error in its scripts, or in the console of it or of a window that it opens, fails
    the test: there a browser says what it refused by our policies (`monitor.policies`). A test that is marked
    `con_rechazos` fails without any, unless it says `quiza`."""
    with navegador.new_context(base_url=servidor, locale="es-MX") as contexto:
        errores = []
        contexto.on("weberror", lambda error: errores.append(str(error.error)))
        contexto.on("console", lambda mensaje: es_un_error(mensaje) and errores.append(mensaje.text))
        yield contexto.new_page()
        rechazos = request.node.get_closest_marker("con_rechazos")
        assert errores == [] if rechazos is None else errores or rechazos.kwargs.get("quiza")


@pytest.fixture
def como_operador(client, db):
    """Have an Operador in the test's client, and return them."""
    usuario = UsuarioFactory(nombre="María González")
    client.force_login(usuario)
    return usuario


@pytest.fixture
def como_administrador(client, db):
    """Have an Administrador in the test's client, and return them."""
    usuario = UsuarioFactory(administrador=True, nombre="Juan Pérez")
    client.force_login(usuario)
    return usuario


@pytest.fixture
def mano(pagina):
    """A person at the page, whose clicks are counted."""
    from monitor.tests.mano import Mano  # it imports Playwright, as above

    return Mano(pagina)


def es_un_error(mensaje) -> bool:
    """Return whether a message of the console is an error of the page. The status of an answer, which the console
    repeats, isn't."""
    return mensaje.type == "error" and not mensaje.text.startswith("Failed to load resource: the server responded with")
