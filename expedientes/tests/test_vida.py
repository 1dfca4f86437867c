"""The life of an expediente against the model of `modelo.py`: any requests one after another, and several at once."""

import json
import random
from collections import defaultdict

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from expedientes.archivo import ExpedienteArchivado
from expedientes.tests.modelo import CAMPOS, ESTADOS, Llave, Persona, Peticion, copia_de, paso, pedir
from monitor.api.tests.cliente import Remota
from monitor.tests.azar import Vida, semillas, sin_ver, vivir
from monitor.tests.linealizable import SinRespuesta, exigir_orden, grabar
from monitor.usuarios.tests.factories import UsuarioFactory

CLAVES = ["SIN/1", "Ñ 1"]
VALORES = [None, "", "Rojo", "Ñandú \U0001f697"]

clave, quien, estado = st.sampled_from(CLAVES), st.integers(0, 2), st.sampled_from(ESTADOS)
atras = st.sampled_from([None, 0, 1, 2])
campos = st.dictionaries(st.sampled_from(CAMPOS), st.sampled_from(VALORES)).map(lambda c: tuple(c.items()))


@pytest.fixture
def personas(db):
    return [UsuarioFactory(administrador=True), UsuarioFactory(), UsuarioFactory(tecnico=True)]


def persona(usuario) -> Persona:
    return Persona(usuario.pk, str(usuario.rol))


# What the lives must have come across, or they show little: with a few, the first of each.
RESPUESTAS = {
    "abrir": [201, 403, 409],
    "cambiar": [200, 403, 404, 412],
    "pasar": [200, 400, 403, 404, 412],
    "archivar": [200, 403, 404, 412],
    "leer": [200, 404],
    "leer historial": [200, 404],
}


class VidaDeExpedientes(Vida):
    """Expedientes under a few keys, each opened, changed, archived and opened again."""

    def __init__(self):
        super().__init__()
        self.llaves = defaultdict(Llave)
        self.etags = defaultdict(dict)  # by key and version

    def hacer(self, verbo, clave, quien, dato=None, atras=None):
        """Do the same here and there. The writer saw the version that was read so many versions ago (`atras`), or
        doesn't say."""
        vistas = [] if atras is None else list(self.etags[clave])
        vista = vistas[-1 - atras % len(vistas)] if vistas else None
        peticion = Peticion(verbo, clave, persona(self.personas[quien]), dato, vista)
        esperada, self.llaves[clave] = paso(self.llaves[clave], peticion)
        recibida, etag = pedir(self.apis[quien], peticion, self.etags[clave].get(vista))
        assert recibida == esperada, peticion
        self.visto.add((verbo, esperada[0]))
        if etag:
            assert self.etags[clave].setdefault(self.llaves[clave].version, etag) == etag

    @initialize(abiertas=st.lists(clave, unique=True))
    def empezar(self, abiertas):
        for clave in abiertas:
            self.hacer("abrir", clave, 0, ())

    @rule(clave=clave, quien=quien, campos=campos)
    def abrir(self, clave, quien, campos):
        self.hacer("abrir", clave, quien, campos)

    @rule(clave=clave, quien=quien, campos=campos, atras=atras)
    def cambiar(self, clave, quien, campos, atras):
        self.hacer("cambiar", clave, quien, campos, atras)

    @rule(clave=clave, quien=quien, estado=estado, atras=atras)
    def pasar(self, clave, quien, estado, atras):
        self.hacer("pasar", clave, quien, estado, atras)

    @rule(clave=clave, quien=quien, atras=atras)
    def archivar(self, clave, quien, atras):
        self.hacer("archivar", clave, quien, atras=atras)

    @rule(clave=clave, quien=quien)
    def leer(self, clave, quien):
        self.hacer("leer", clave, quien)
        self.hacer("leer historial", clave, quien)

    @invariant()
    def cada_version_tiene_su_etag(self):
        for etags in self.etags.values():
            assert len(set(etags.values())) == len(etags)

    @invariant()
    def la_lista_tiene_los_abiertos(self):
        lista = json.loads(self.apis[2].get("/api/expedientes").getvalue())
        abiertos = {clave: llave.abierto for clave, llave in self.llaves.items() if llave.abierto}
        assert [fila["no_siniestro"] for fila in lista] == sorted(abiertos)
        assert [(f["estado"], f["color"], f["marca"]) for f in lista] == [
            (e.estado, e.color, e.marca) for _, e in sorted(abiertos.items())
        ]

    @invariant()
    def el_archivo_tiene_los_archivados(self):
        copias = defaultdict(list)
        for archivado in ExpedienteArchivado.objects.order_by("pk"):
            copias[archivado.no_siniestro].append(copia_de(archivado.datos))
        assert copias == {clave: [*llave.archivados] for clave, llave in self.llaves.items() if llave.archivados}


def test_la_vida_de_un_expediente_es_la_del_modelo(personas):
    visto = vivir(VidaDeExpedientes, pocas=16, pasos=40, personas=personas)

    assert sin_ver(RESPUESTAS, visto) == set()


# --- At once ---

HILOS, CADA_UNO = 5, 7
VERBOS = {"abrir": 2, "cambiar": 3, "pasar": 6, "archivar": 1, "leer": 3, "leer historial": 1}


def guion(azar, personas) -> list[Peticion]:
    def una():
        [verbo] = azar.choices([*VERBOS], [*VERBOS.values()])
        dato = {
            "abrir": (("color", azar.choice(VALORES)),),
            "cambiar": ((azar.choice(CAMPOS), str(azar.getrandbits(32))),),
            "pasar": azar.choice(ESTADOS),
        }
        return Peticion(verbo, CLAVES[0], persona(azar.choice(personas[:2])), dato.get(verbo))

    return [una() for _ in range(CADA_UNO)]


@pytest.mark.parametrize("semilla", semillas(4))
def test_un_orden_explica_lo_que_pasa_a_la_vez(servidor, personas, semilla):
    azar = random.Random(semilla)
    remotas = {usuario.pk: Remota(servidor, usuario) for usuario in personas}

    def hacer(peticion):
        (status, visto), _ = pedir(remotas[peticion.quien.id], peticion)
        if status == 503:
            raise SinRespuesta
        return status, visto

    apertura = Peticion("abrir", CLAVES[0], persona(personas[0]), ())
    _, abierto = paso(Llave(), apertura)
    hacer(apertura)

    exigir_orden(grabar([guion(azar, personas) for _ in range(HILOS)], hacer), abierto, paso)
