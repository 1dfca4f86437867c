"""The line of time of a solicitud: its states and its mails, besides the changes of its fields."""

from collections.abc import Iterable
from datetime import datetime

from post_office.models import Email

from monitor.admin.routes import route
from monitor.cambios.linea import Suceso
from monitor.usuarios.models import Usuario
from solicitudes.correo import cola
from solicitudes.correo.admin import ESTADOS
from solicitudes.correo.mensajes import TITULOS
from solicitudes.estados import Estado
from solicitudes.models import HistoricoEstado, Solicitud


def leer_paso(paso: HistoricoEstado) -> Suceso:
    estado = [("Estado", "", Estado(paso.estado_id).label)]
    por_donde = paso.get_origen_display() or ""
    return Suceso(paso.creado_en, paso.cambiado_por or "—", por_donde, campos=estado, nota=paso.motivo or "")


def correos_de(solicitud: Solicitud, momentos: Iterable[datetime], *, por: Usuario) -> list[Suceso]:
    """Return the mails that the changes of those moments sent, each with how it fared. Only whoever may look at the
    queue gets the links to it."""
    correos = list(cola.de_solicitud(solicitud.pk, momentos))
    sobres = [cola.sobre_de(correo) for correo in correos]
    nombres = _nombres(solicitud, {sobre.persona for sobre in sobres})
    enlazar = por.has_perm("post_office.view_email")
    return [
        Suceso(
            correo.created,
            "—",
            "Correo",
            nota=f"«{TITULOS[sobre.aviso]}» para {nombres.get(sobre.persona, '—')}: {ESTADOS[correo.status]}",
            enlace=route(Email, "change", correo.pk) if enlazar else "",
        )
        for correo, sobre in zip(correos, sobres, strict=True)
    ]


def _nombres(solicitud, claves: set[int]) -> dict[int, str]:
    """Return what people are called, by id. Those of the solicitud are there already."""
    partes = {persona.pk: str(persona) for persona in (solicitud.solicitante, solicitud.aprobador)}
    otras = claves - partes.keys()
    return partes | ({p.pk: str(p) for p in Usuario.objects.filter(pk__in=otras)} if otras else {})
