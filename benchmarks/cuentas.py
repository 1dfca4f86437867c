"""Checks that all that was acknowledged is in the database, once, with all that belongs to it."""

from collections import Counter, defaultdict
from itertools import pairwise

from benchmarks.escritores import Libro

PERDIDA, DUPLICADA, SIN_HISTORIAL, SIN_CORREO, OTRA = "perdidas", "duplicadas", "sin historial", "sin correo", "otras"
FOTO = "fotos"
CLASES = (PERDIDA, DUPLICADA, SIN_HISTORIAL, SIN_CORREO, FOTO, OTRA)

Falta = tuple[str, str]  # one of CLASES, and a sentence


def faltas(libro: Libro, hay: dict, recibidos: Counter) -> list[Falta]:
    """Return what is wrong. `hay` is what recuento.rendir gives, and `recibidos` counts what the mail server received,
    by Message-ID."""
    enteras = {"la base": hay["entera"], "la cadena": hay["cadena"]}
    return [
        *((OTRA, frase) for frase in libro.faltas),
        *((OTRA, f"{que} está rota: {frase}") for que, frase in enteras.items() if frase != "ok"),
        *_de_expedientes(libro, hay),
        *_de_historiales(hay),
        *_de_solicitudes(libro, hay),
        *_de_correos(hay, recibidos),
        *_de_fotos(libro, hay),
    ]


def _de_expedientes(libro, hay):
    abiertos = {clave: (color, historial) for clave, _, color, historial in hay["expedientes"]}
    archivados = defaultdict(list)
    for clave, _, _, historial in hay["archivados"]:
        archivados[clave].append(_pasos(historial))
    for clave, esperado in libro.expedientes.items():
        color, historial = abiertos.pop(clave, (None, []))
        pasos = _pasos(historial)
        if (pasos or None) != esperado.historial:
            yield _clase(esperado.historial, pasos), f"{clave}: pasó por {pasos}, y no {esperado.historial}"
        elif esperado.historial and color != esperado.color:
            yield PERDIDA, f"{clave}: su color es {color}, y no {esperado.color}"
        copias = archivados.pop(clave, [])
        if copias != esperado.archivados:
            yield _clase(esperado.archivados, copias), f"{clave}: el archivo tiene {copias}, y no {esperado.archivados}"
    for clave in {*abiertos, *archivados} - {*libro.claves_de_fotos}:
        yield DUPLICADA, f"{clave}: nadie supo que se abrió"


def _de_historiales(hay):
    for clave, estado, _, historial in [*hay["expedientes"], *hay["archivados"]]:
        if not historial:
            yield SIN_HISTORIAL, f"{clave}: no tiene historial"
        elif historial[0][0] is not None or historial[-1][1] != estado or _saltos(historial):
            yield SIN_HISTORIAL, f"{clave}: está en {estado} y su historial es {historial}"


def _de_solicitudes(libro, hay):
    por_asunto, avisos = defaultdict(list), defaultdict(Counter)
    for pk, asunto, estado, lugares, historico in hay["solicitudes"]:
        por_asunto[asunto].append((pk, [tuple(paso) for paso in historico]))
        if not historico or historico[-1][0] != estado or not lugares:
            yield SIN_HISTORIAL, f"{asunto}: está en {estado}, con {lugares} lugares, y su histórico es {historico}"
    for pk, aviso, _, _ in hay["correos"]:
        avisos[pk][aviso] += 1
    for asunto, esperada in libro.solicitudes.items():
        filas = por_asunto.pop(asunto, [])
        if filas != [(esperada.id, esperada.historico)]:
            yield _clase([1], filas), f"{asunto}: hay {filas}, y no una con {esperada.historico}"
        elif avisos[esperada.id] != Counter(esperada.avisos):
            faltan = Counter(esperada.avisos) - avisos[esperada.id]
            yield SIN_CORREO if faltan else DUPLICADA, f"{asunto}: sus correos son {dict(avisos[esperada.id])}"
    for asunto in por_asunto:
        yield DUPLICADA, f"{asunto}: nadie supo que se creó"


def _de_correos(hay, recibidos):
    for pk, aviso, que_fue, message_id in hay["correos"]:
        if que_fue in ("pendiente", "fallido") or (que_fue == "entregado" and not recibidos[message_id]):
            yield SIN_CORREO, f"solicitud {pk}: «{aviso}» quedó {que_fue} y se recibió {recibidos[message_id]} veces"


def _de_fotos(libro, hay):
    """Yield what is wrong with photos: each is there once and as it was sent, and nothing else is."""
    filas = dict(hay["fotos"])
    for foto, huella in libro.fotos.items():
        if filas.pop(foto, None) != huella:
            yield FOTO, f"la foto {foto} no está, o no es la que se mandó"
    for foto in filas:
        yield (
            FOTO,
            f"la foto {foto} está, y nadie supo que se recibió"
            if foto not in libro.eliminadas
            else (f"la foto {foto} se eliminó, y está"),
        )
    yield from ((FOTO, frase) for frase in hay["problemas_de_fotos"])


def repetidos(recibidos: Counter) -> int:
    """Return how many deliveries were repeats, which their Message-ID tells."""
    return sum(veces - 1 for veces in recibidos.values())


def _pasos(historial) -> list[str]:
    return [hasta for _, hasta in historial]


def _saltos(historial) -> bool:
    return any(antes[1] != despues[0] for antes, despues in pairwise(historial))


def _clase(esperado, hay) -> str:
    return DUPLICADA if len(hay) > len(esperado or ()) else PERDIDA
