"""The life of a solicitud against the model of `modelo.py`: any requests one after another, and several at once."""

import random
from collections import Counter, defaultdict

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, invariant, multiple, rule
from post_office.models import Email

from monitor.api.tests.cliente import Remota
from monitor.tests.azar import Vida, semillas, sin_ver, vivir
from monitor.tests.linealizable import SinRespuesta, exigir_orden, grabar
from monitor.usuarios.tests.factories import UsuarioFactory
from solicitudes.tests.modelo import Parada, Persona, Peticion, crear, paso, pedir

ROLES = [{"administrador": True}, {"administrador": True}, {}, {"tecnico": True}, {"tecnico": True}]
MOTIVOS = [None, "Hay unidad", "Ya no hace falta"]

quien, motivo = st.integers(0, len(ROLES) - 1), st.sampled_from(MOTIVOS)
atras = st.sampled_from([None, None, 0, 1])
pasajeros = st.integers(0, 3)
# The places by their names in `mundo`, and the turn of the first one. The last two are wrong.
LUGARES = [(["sede"], 0), (["norte", "sede"], 0), (["sede", "norte", "norte"], 0), ([], 0), (["sede"], 1)]
lugares = st.sampled_from(LUGARES)
cambios = st.fixed_dictionaries(
    {}, optional={"solicitante": quien, "aprobador": quien, "pasajeros": pasajeros, "lugares": lugares}
)


@pytest.fixture
def personas(db):
    return [UsuarioFactory(**rol, email=f"persona{i}@example.org") for i, rol in enumerate(ROLES)]


def persona(usuario) -> Persona:
    return Persona(usuario.pk, str(usuario.rol))


# What the lives must have come across, or they show little: with a few, the first of each.
RESPUESTAS = {
    "crear": [201, 400, 403, 422],
    "cambiar": [200, 400, 403, 404, 409, 412, 422],
    "aprobar": [200, 403, 404, 409, 412],
    "rechazar": [200, 400, 403, 404, 409, 412],
    "cancelar": [200, 400, 403, 404, 409, 412],
    "eliminar": [200, 403, 404, 409, 412],
    "leer": [200, 404],
    "leer histórico": [200, 404],
}


class VidaDeSolicitudes(Vida):
    """Solicitudes among five people, each of whom may be any part of each."""

    mundo, base = {}, {}
    solicitudes = Bundle("solicitudes")

    def __init__(self):
        super().__init__()
        self.filas = {}
        self.etags = defaultdict(dict)  # by id and version

    def con_ids(self, datos) -> tuple:
        """Return the pairs of the model, with ids for people and places."""
        ids = {parte: self.personas[datos[parte]].pk for parte in ("solicitante", "aprobador") if parte in datos}
        if "lugares" in datos:
            nombres, primero = datos["lugares"]
            ids["lugares"] = tuple(Parada(self.mundo[n].pk, primero + i) for i, n in enumerate(nombres))
        return tuple((datos | ids).items())

    def hacer(self, verbo, pk, quien, dato=None, atras=None):
        """Do the same here and there. The writer saw the version that was read so many versions ago (`atras`), or
        doesn't say."""
        vistas = [] if atras is None else list(self.etags[pk])
        vista = vistas[-1 - atras % len(vistas)] if vistas else None
        peticion = Peticion(verbo, pk, persona(self.personas[quien]), dato, vista)
        esperada, self.filas[pk] = paso(self.filas[pk], peticion)
        recibida, etag = pedir(self.apis[quien], peticion, self.etags[pk].get(vista))
        assert recibida == esperada, peticion
        self.visto.add((verbo, esperada[0]))
        if etag:
            assert self.etags[pk].setdefault(self.filas[pk].version, etag) == etag

    @initialize(target=solicitudes, partes=st.lists(st.permutations(range(len(ROLES))), min_size=1, max_size=3))
    def empezar(self, partes):
        base = {"pasajeros": 1, "lugares": (["sede"], 0)}
        creadas = [self.crear(0, solicitante=uno, aprobador=otro, **base) for uno, otro, *_ in partes]
        return multiple(*creadas)

    @rule(target=solicitudes, quien=quien, solicitante=quien, aprobador=quien, pasajeros=pasajeros, lugares=lugares)
    def crear(self, quien, **datos):
        peticion = Peticion("crear", None, persona(self.personas[quien]), self.con_ids(datos))
        esperada, creada = paso(None, peticion)
        recibida, pk = crear(self.apis[quien], peticion, self.base)
        assert recibida == esperada, peticion
        self.visto.add(("crear", esperada[0]))
        if pk is None:
            return multiple()
        self.filas[pk] = creada
        return pk

    @rule(pk=solicitudes, quien=quien, datos=cambios, atras=atras)
    def cambiar(self, pk, quien, datos, atras):
        self.hacer("cambiar", pk, quien, self.con_ids(datos), atras)

    @rule(pk=solicitudes, quien=quien, motivo=motivo, atras=atras)
    def aprobar(self, pk, quien, motivo, atras):
        self.hacer("aprobar", pk, quien, motivo, atras)

    @rule(pk=solicitudes, quien=quien, motivo=motivo, atras=atras)
    def rechazar(self, pk, quien, motivo, atras):
        self.hacer("rechazar", pk, quien, motivo, atras)

    @rule(pk=solicitudes, quien=quien, motivo=motivo, atras=atras)
    def cancelar(self, pk, quien, motivo, atras):
        self.hacer("cancelar", pk, quien, motivo, atras)

    @rule(pk=solicitudes, quien=quien, atras=atras)
    def eliminar(self, pk, quien, atras):
        self.hacer("eliminar", pk, quien, atras=atras)

    @rule(pk=solicitudes, quien=quien, verbo=st.sampled_from(["leer", "leer histórico"]))
    def leer(self, pk, quien, verbo):
        self.hacer(verbo, pk, quien)
        lista = self.apis[quien].get("/solicitud?por_pagina=100").json()["data"]["registros"]
        assert [fila["Id"] for fila in lista] == [pk for pk in sorted(self.filas, reverse=True) if self.ve(quien, pk)]

    def ve(self, quien, pk) -> bool:
        (status, _), _ = paso(self.filas[pk], Peticion("leer", pk, persona(self.personas[quien])))
        return status == 200

    @invariant()
    def cada_version_tiene_su_etag(self):
        for etags in self.etags.values():
            assert len(set(etags.values())) == len(etags)

    @invariant()
    def no_falta_ni_sobra_un_correo(self):
        cuantos = Counter(sobre["solicitud"] for sobre in Email.objects.values_list("context", flat=True))
        assert cuantos == {pk: fila.correos for pk, fila in self.filas.items()}


def test_la_vida_de_una_solicitud_es_la_del_modelo(personas, mundo, cuerpo):
    visto = vivir(VidaDeSolicitudes, pocas=16, pasos=40, personas=personas, mundo=mundo, base=cuerpo)

    assert sin_ver(RESPUESTAS, visto) == set()


# --- At once ---

HILOS, CADA_UNO = 5, 5
VERBOS = {
    "cambiar": 8, "leer": 3, "leer histórico": 1, "aprobar": 2, "rechazar": 1, "cancelar": 1, "eliminar": 1
}  # fmt: skip


def guion(azar, pk, personas) -> list[Peticion]:
    def una():
        [verbo] = azar.choices([*VERBOS], [*VERBOS.values()])
        dato = {
            "cambiar": azar.choice([
                (("pasajeros", azar.randrange(1000)),),
                (("solicitante", azar.choice(personas).pk),),
                (("aprobador", azar.choice(personas).pk),),
            ]),
            "rechazar": f"Rechazo {azar.randrange(1000)}",
            "cancelar": f"Cancelación {azar.randrange(1000)}",
        }  # fmt: skip
        return Peticion(verbo, pk, persona(azar.choice(personas)), dato.get(verbo))

    return [una() for _ in range(CADA_UNO)]


@pytest.mark.parametrize("semilla", semillas(4))
def test_un_orden_explica_lo_que_pasa_a_la_vez(servidor, personas, cuerpo, semilla):
    azar = random.Random(semilla)
    remotas = {usuario.pk: Remota(servidor, usuario) for usuario in personas}
    jefa, otra = personas[:2]
    parada = Parada(cuerpo["lugares"][0]["idLugar"], 0)
    datos = (("solicitante", jefa.pk), ("aprobador", otra.pk), ("pasajeros", 1), ("lugares", (parada,)))
    creacion = Peticion("crear", None, persona(jefa), datos)
    _, creada = paso(None, creacion)
    _, pk = crear(remotas[jefa.pk], creacion, cuerpo)

    def hacer(peticion):
        (status, visto), _ = pedir(remotas[peticion.quien.id], peticion)
        if status == 503:
            raise SinRespuesta
        return status, visto

    exigir_orden(grabar([guion(azar, pk, personas) for _ in range(HILOS)], hacer), creada, paso)
