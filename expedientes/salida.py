"""The conditions on which a unit may leave: with SALIDA_CON_CHECKLIST, what its expediente and its newest checklist
must say."""

from django.conf import settings
from django.db import models

from expedientes.estados import Estado
from monitor.db.writes import Author
from monitor.errores import DatosInvalidos
from monitor.roles import exigir_permiso
from monitor.textos import CONTROL, is_visible
from monitor.validadores import CON_CONTROL

PERMISO = "expedientes.salir_sin_checklist"
MOTIVO_MAXIMO = 500
SIN_ENTREGA = "Falta registrar la fecha de entrega del expediente"
SIN_CHECKLIST = "No existe checklist de salida para este expediente"
SIN_ENTREGA_EN_CHECKLIST = "Falta registrar la fecha de entrega en el checklist"
NO_APROBADA = "La inspección de salida no está aprobada"
MOTIVO_LARGO = f"motivo: admite {MOTIVO_MAXIMO} caracteres como máximo"
MOTIVO_VACIO = "motivo: no puede estar vacío"
MOTIVO_CON_CONTROL = f"motivo: {CON_CONTROL}"
SOLO_A_SALIDA = "motivo: sólo se admite al pasar a Salida"


def se_revisa(hasta: str) -> bool:
    """Return whether a change to this state asks for a checklist."""
    return settings.SALIDA_CON_CHECKLIST and hasta == Estado.SALIDA


def exigir_motivo_valido(hasta: str, motivo: str | None, por: Author) -> None:
    """Raise SinPermiso when who gives a motive may not pass with one, and DatosInvalidos where none is asked for, or it
    isn't one that people can read."""
    if motivo is None:
        return
    exigir_permiso(por.rol, PERMISO)
    reglas = (
        (not se_revisa(hasta), SOLO_A_SALIDA),
        (len(motivo) > MOTIVO_MAXIMO, MOTIVO_LARGO),
        (CONTROL.search(motivo), MOTIVO_CON_CONTROL),
        (not is_visible(motivo), MOTIVO_VACIO),
    )
    for incumplida, frase in reglas:
        if incumplida:
            raise DatosInvalidos(campos={"motivo": [frase]})


def lo_que_falta(expediente: models.Model) -> dict[str, list[str]]:
    """Return what an expediente, locked, lacks to leave: the sentences by field, in order. The relation is asked, and
    not its model, which knows of expedientes."""
    campos = {} if expediente.fecha_entrega else {"fecha_entrega": [SIN_ENTREGA]}
    ultimo = expediente.checklists.order_by("-id").values("fecha_entrega", "aprobada").first()
    if ultimo is None:
        return campos | {"checklist": [SIN_CHECKLIST]}
    en_el_checklist = [
        frase
        for falta, frase in (
            (ultimo["fecha_entrega"] is None, SIN_ENTREGA_EN_CHECKLIST),
            (ultimo["aprobada"] is False, NO_APROBADA),
        )
        if falta
    ]
    return campos | ({"checklist": en_el_checklist} if en_el_checklist else {})


def exigir_salida(expediente: models.Model, motivo: str | None, *, por: Author) -> None:
    """Raise DatosInvalidos when the expediente, locked, lacks something to leave and nobody gives a motive. A motive
    stays as a comment of the expediente, with what was missing."""
    falta = lo_que_falta(expediente)
    if falta and motivo is None:
        raise DatosInvalidos(campos=falta, codigo="falta_para_salir")
    if motivo is not None:
        comentarios = expediente.comentarios.model.objects
        comentarios.escribir(expediente.no_siniestro, _comentario(motivo, falta), por=por)


def _comentario(motivo, falta) -> str:
    lineas = [f"Salida autorizada con motivo: {motivo}"]
    return "\n".join([*lineas, *(f"- {frase}" for frases in falta.values() for frase in frases)])
