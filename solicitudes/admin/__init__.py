"""The pages of solicitudes in the admin, and those of their mails, put where Django looks for them."""

import solicitudes.correo.admin  # noqa: F401  registers the mail queue
from solicitudes.admin.solicitud import SolicitudAdmin

__all__ = ["SolicitudAdmin"]
