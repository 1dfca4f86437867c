"""The order in which jobs get a thread. Here nothing runs in another thread: a test says when each job is done."""

from itertools import count
from queue import SimpleQueue
from threading import Event

import pytest

from monitor.server import limits
from monitor.server.application import Probes, Threads
from monitor.tests.paciencia import PACIENCIA, esperar_a


class QuienEspera:
    """Threads that do nothing until they are told to."""

    def __init__(self, **como):
        super().__init__(lambda environ, start_response: [b""], call_soon=None, **como)
        self.en_curso, self.hechos = [], []

    def pedir(self, metodo, nombre):
        self.answer({"REQUEST_METHOD": metodo, "PATH_INFO": nombre}, lambda _: self.hechos.append(nombre))

    def pieza(self, nombre):
        self.next_piece(nombre, lambda _: self.hechos.append(nombre))

    def empezados(self):
        """Return the names of the jobs that have begun since the last time."""
        jobs = [self._jobs.get() for _ in range(self._jobs.qsize())]
        self.en_curso += jobs
        return [job.argument["PATH_INFO"] if isinstance(job.argument, dict) else job.argument for job in jobs]

    def terminar(self):
        """Be done with the job that began first, and go on with the one that follows it."""
        job = self.en_curso.pop(0)
        sigue = self._heir(job)
        self._done(job, None, sigue)
        if sigue:
            self._jobs.put(sigue)


class Hilos(QuienEspera, Threads):
    pass


class Sondas(QuienEspera, Probes):
    pass


@pytest.fixture
def hilos(monkeypatch):
    monkeypatch.setattr("monitor.server.application.Thread.start", lambda hilo: None)
    return Hilos()


def test_las_escrituras_toman_la_mitad_y_van_en_su_orden(hilos):
    for n in range(5):
        hilos.pedir("PATCH", f"cambio {n}")
    for n in range(6):
        hilos.pedir("GET", f"lectura {n}")
    assert hilos.empezados() == ["cambio 0", "cambio 1", *(f"lectura {n}" for n in range(6))]

    hilos.terminar()
    assert (hilos.hechos, hilos.empezados()) == (["cambio 0"], ["cambio 2"])
    hilos.terminar()
    assert (hilos.hechos, hilos.empezados()) == (["cambio 0", "cambio 1"], ["cambio 3"])


@pytest.mark.parametrize("metodo", ["POST", "PUT", "PATCH", "DELETE", "INVENTADO"])
def test_lo_que_no_sea_leer_toma_turno(hilos, metodo):
    for n in range(9):
        hilos.pedir(metodo, n)

    assert hilos.empezados() == [0, 1]


@pytest.mark.parametrize("metodo", ["GET", "HEAD", "OPTIONS"])
def test_leer_no_toma_turno(hilos, metodo):
    for n in range(9):
        hilos.pedir(metodo, n)

    assert hilos.empezados() == list(range(9))


def test_las_piezas_toman_la_mitad_y_con_las_escrituras_dejan_un_hilo(hilos):
    for n in range(4):
        hilos.pieza(f"pieza {n}")
    hilos.pedir("POST", "alta 0")
    hilos.pedir("POST", "alta 1")
    assert hilos.empezados() == ["pieza 0", "pieza 1", "alta 0"]

    hilos.terminar()
    assert hilos.empezados() == ["alta 1"]
    hilos.terminar()
    assert hilos.empezados() == ["pieza 2"]


def test_las_escrituras_no_detienen_a_las_piezas(hilos):
    for n in range(9):
        hilos.pedir("POST", f"alta {n}")
    for n in range(3):
        hilos.pieza(f"pieza {n}")

    assert hilos.empezados() == ["alta 0", "alta 1", "pieza 0"]


def test_con_un_solo_hilo_se_lee_y_se_escribe(monkeypatch, hilos):
    monkeypatch.setattr(limits, "THREADS", 1)
    uno = Hilos()
    uno.pieza("pieza")
    uno.pedir("POST", "alta")
    assert uno.empezados() == ["pieza"]

    uno.terminar()
    assert uno.empezados() == ["alta"]


def test_las_escrituras_que_esperan_no_quitan_lugar_a_las_lecturas(monkeypatch, hilos):
    monkeypatch.setattr(limits, "WAITING", 5)
    for n in range(5):
        assert hilos.has_room("POST", "/")
        hilos.pedir("POST", n)
    assert (hilos.has_room("DELETE", "/"), hilos.has_room("GET", "/")) == (False, True)
    for n in range(5):
        hilos.pedir("GET", n)
    assert (hilos.has_room("DELETE", "/"), hilos.has_room("HEAD", "/")) == (False, False)

    hilos.empezados()
    hilos.terminar()
    assert (hilos.has_room("DELETE", "/"), hilos.has_room("HEAD", "/")) == (True, False)


@pytest.fixture
def contestar(monkeypatch, hilos):
    """Give a function that answers an HTTP request, for which a thread computes some time; `entretanto` is done before
    it ends."""

    def contestar(metodo, ruta, computa, hilos=hilos, entretanto=lambda: None):
        def aplicacion(environ, start_response):
            entretanto()
            reloj.append(reloj[-1] + computa)
            start_response("200 OK", [])
            return [b""]

        hilos._application = aplicacion
        hilos._answer({"REQUEST_METHOD": metodo, "PATH_INFO": ruta})

    reloj = [0]
    monkeypatch.setattr("monitor.server.application.thread_time", lambda: reloj[-1])
    return contestar


@pytest.fixture
def tardar(contestar):
    """Give a function that has a path be one of those that take long to compute."""

    def tardar(metodo, ruta, **con):
        for _ in range(2):
            contestar(metodo, ruta, 2 * limits.LONG, **con)

    return tardar


def nadie_espera(hilos) -> bool:
    """Return whether all those that read the list at once get a thread."""
    for _ in range(9):
        hilos.pedir("GET", "lista")
    return hilos.empezados() == ["lista"] * 9


def test_lo_que_tarda_en_leerse_toma_la_mitad_y_va_en_su_orden(hilos, tardar):
    tardar("GET", "lista")
    for n in range(4):
        hilos.pedir("GET", "lista")
        hilos.pedir("GET", f"lectura {n}")
    assert hilos.empezados() == ["lista", "lectura 0", "lista", *(f"lectura {n}" for n in (1, 2, 3))]

    hilos.terminar()
    assert hilos.empezados() == ["lista"]
    assert hilos.counts() == (6, 1)


TARDAN = ["alta", "lista", "pieza"]


@pytest.mark.parametrize("no_termina", TARDAN)
def test_lo_que_no_termina_deja_un_hilo_a_lo_demas_que_tarda_por_turnos(hilos, tardar, no_termina):
    """It is so when writes wait for what another program holds in the database."""
    tardar("GET", "lista")
    pedir = {
        "alta": lambda: hilos.pedir("POST", "alta"),
        "lista": lambda: hilos.pedir("GET", "lista"),
        "pieza": lambda: hilos.pieza("pieza"),
    }
    for que in [no_termina] * 2 + TARDAN * 4:
        pedir[que]()
    una, otra = (que for que in TARDAN if que != no_termina)
    assert hilos.empezados() == [no_termina, no_termina, una]
    del hilos.en_curso[:2]

    seguidos = []
    for _ in range(7):
        hilos.terminar()
        seguidos += hilos.empezados()
    assert seguidos == [otra, una, otra, una, otra, una, otra]


def test_lo_que_espera_de_todo_se_turna(hilos, tardar):
    tardar("GET", "lista")
    for n in range(3):
        hilos.pedir("GET", "lista")
        hilos.pedir("POST", f"alta {n}")
        hilos.pieza(f"pieza {n}")
    assert hilos.empezados() == ["lista", "alta 0", "pieza 0"]

    seguidos = []
    for _ in range(6):
        hilos.terminar()
        seguidos += hilos.empezados()
    assert seguidos == ["pieza 1", "lista", "alta 1", "alta 2", "pieza 2", "lista"]


def test_las_sondas_no_se_esperan_por_lo_que_tardaron(hilos, tardar):
    sondas = Sondas()
    tardar("GET", "/livez", hilos=sondas)
    tardar("GET", "/readyz", hilos=sondas)
    sondas.pedir("GET", "/readyz")
    sondas.pedir("GET", "/livez")

    assert sondas.empezados() == ["/readyz", "/livez"]


def test_lo_que_tarda_en_escribirse_no_hace_esperar_a_quien_lo_lee(hilos, tardar):
    tardar("POST", "lista")
    assert nadie_espera(hilos)


def test_lo_que_tarda_una_vez_o_no_seguidas_no_espera(hilos, contestar):
    """It may be what the first of a process asks."""
    for computa in (2 * limits.LONG, limits.LONG / 2, 2 * limits.LONG):
        contestar("GET", "lista", computa)
    assert nadie_espera(hilos)


def test_lo_que_tarda_dos_veces_a_la_vez_no_espera(hilos, contestar):
    """Both may be the first of a process."""
    contestar("GET", "lista", 2 * limits.LONG, entretanto=lambda: contestar("GET", "lista", 2 * limits.LONG))
    assert nadie_espera(hilos)


def test_lo_que_tarda_dos_veces_con_mucho_tiempo_entre_ellas_no_espera(monkeypatch, hilos, contestar):
    instantes = iter([100, 101, 102, 103])
    monkeypatch.setattr("monitor.server.application.monotonic", lambda: next(instantes, 200))
    contestar("GET", "lista", 2 * limits.LONG)
    hilos.forget(now=101 + limits.LONG_FOR)
    contestar("GET", "lista", 2 * limits.LONG)
    assert nadie_espera(hilos)


def test_lo_que_ya_no_tarda_no_espera(monkeypatch, hilos, tardar):
    instantes = iter([97, 98, 99, 100])
    monkeypatch.setattr("monitor.server.application.monotonic", lambda: next(instantes, 200))
    tardar("GET", "lista")
    hilos.forget(now=100 + limits.LONG_FOR - 1)
    for _ in range(3):
        hilos.pedir("GET", "lista")
    assert hilos.empezados() == ["lista", "lista"]

    hilos.forget(now=100 + limits.LONG_FOR)
    hilos.pedir("GET", "lista")
    assert hilos.empezados() == ["lista"]


def test_lo_que_tarda_en_leerse_no_quita_lugar_y_se_deja_si_espera_demasiado(monkeypatch, hilos, tardar):
    monkeypatch.setattr(limits, "WAITING", 5)
    tardar("GET", "lista")
    instantes = iter(range(100))
    monkeypatch.setattr("monitor.server.application.monotonic", lambda: next(instantes))
    for _ in range(5):
        hilos.pedir("GET", "lista")
    assert (hilos.has_room("GET", "lista"), hilos.has_room("GET", "otra")) == (False, True)

    assert len(hilos.give_up(before=4)) == 2
    assert hilos.has_room("GET", "lista")


@pytest.fixture
def con_aparte(monkeypatch, hilos):
    """Threads to which it is said which paths go apart."""
    return Hilos(is_apart=lambda ruta: ruta.startswith("aparte"))


@pytest.mark.parametrize("metodo", ["GET", "POST"])
def test_lo_que_va_aparte_toma_la_mitad_desde_la_primera_vez(con_aparte, metodo):
    """As those that may wait for a cloud that is silent: each has a path of its own, and none computes."""
    for n in range(4):
        con_aparte.pedir(metodo, f"aparte {n}")
    for n in range(3):
        con_aparte.pedir("GET", f"lectura {n}")
    con_aparte.pedir("PATCH", "cambio")
    assert con_aparte.empezados() == ["aparte 0", "aparte 1", "lectura 0", "lectura 1", "lectura 2", "cambio"]

    con_aparte.terminar()
    assert con_aparte.empezados() == ["aparte 2"]


def test_lo_que_va_aparte_no_quita_lugar_y_se_deja_si_espera_demasiado(monkeypatch, con_aparte):
    monkeypatch.setattr(limits, "WAITING", 5)
    instantes = iter(range(100))
    monkeypatch.setattr("monitor.server.application.monotonic", lambda: next(instantes))
    for n in range(5):
        con_aparte.pedir("GET", f"aparte {n}")
    assert (con_aparte.has_room("GET", "aparte"), con_aparte.has_room("GET", "otra")) == (False, True)

    assert [job.argument["PATH_INFO"] for job in con_aparte.give_up(before=4)] == ["aparte 2", "aparte 3"]
    assert con_aparte.has_room("GET", "aparte")


def test_lo_que_esperaba_sin_que_se_supiera_que_tarda_tampoco_toma_todo(monkeypatch):
    """Many come at once, before the first of them is answered."""
    monkeypatch.setattr(limits, "LONG", -1)
    pendientes, hechas, listas = SimpleQueue(), [], count()
    primeras, las_demas = Event(), Event()

    def aplicacion(environ, start_response):
        if environ["PATH_INFO"] == "lista":
            (primeras if next(listas) < 8 else las_demas).wait(PACIENCIA)
        start_response("200 OK", [])
        return [b""]

    def atender():
        while not pendientes.empty():
            hacer, *con = pendientes.get()
            hacer(*con)
        return len(hechas), hilos.counts()

    hilos = Threads(aplicacion, lambda *llamada: pendientes.put(llamada))
    for _ in range(20):
        hilos.answer({"REQUEST_METHOD": "GET", "PATH_INFO": "lista"}, hechas.append)
    primeras.set()
    esperar_a(lambda: atender() == (8, (2, 10)))

    hilos.answer({"REQUEST_METHOD": "GET", "PATH_INFO": "una"}, hechas.append)
    esperar_a(lambda: atender() == (9, (2, 10)))
    las_demas.set()
    esperar_a(lambda: atender() == (21, (0, 0)))


def test_lo_que_espera_demasiado_se_deja_y_no_se_hace(monkeypatch, hilos):
    monkeypatch.setattr(limits, "WAITING", 5)
    instantes = iter(range(100))
    monkeypatch.setattr("monitor.server.application.monotonic", lambda: next(instantes))
    for n in range(5):
        hilos.pedir("POST", f"alta {n}")
    for n in range(3):
        hilos.pieza(f"pieza {n}")
    assert hilos.empezados() == ["alta 0", "alta 1", "pieza 0"]
    assert hilos.give_up(before=2) == []

    assert [job.argument["PATH_INFO"] for job in hilos.give_up(before=4)] == ["alta 2", "alta 3"]
    assert hilos.has_room("POST", "/")
    hilos.terminar()
    hilos.terminar()
    assert hilos.empezados() == ["pieza 1", "alta 4"]


def test_dice_cuantos_se_hacen_y_cuantos_esperan(hilos):
    assert hilos.counts() == (0, 0)
    for n in range(3):
        hilos.pedir("POST", f"alta {n}")
    hilos.pieza("pieza")
    hilos.pedir("GET", "lectura")
    assert hilos.counts() == (0, 5)

    hilos.empezados()
    assert hilos.counts() == (4, 1)
    hilos.terminar()
    assert hilos.counts() == (3, 1)
