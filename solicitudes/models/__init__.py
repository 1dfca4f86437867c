"""The models of this app, put where Django looks for them."""

from solicitudes.models.estado import EstadoSolicitud
from solicitudes.models.partes import HistoricoEstado, LugarSolicitud
from solicitudes.models.solicitud import Solicitud

__all__ = ["EstadoSolicitud", "HistoricoEstado", "LugarSolicitud", "Solicitud"]
