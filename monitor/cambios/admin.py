"""The line of time in the admin: on the page of a row that has states, and on its page «Histórico»."""

from datetime import datetime

from monitor.cambios.ajenos import ajenos
from monitor.cambios.linea import NADA, Colgados, Historia, Linea, Suceso


class ConHistorial:
    """A mixin of a ModelAdmin whose rows have their changes told (`monitor.cambios.registro`). `historia` tells their
    states too, when they have any."""

    object_history_template = "admin/historial.html"
    historia: Historia | None = None

    def history_view(self, request, object_id, extra_context=None):
        """Show the changes in place of the admin's own log, which doesn't know of what programs write."""
        fila = self.get_object(request, object_id)
        if fila is not None:
            extra_context = self._linea(request, fila) | (extra_context or {})
        return super().history_view(request, object_id, extra_context)

    def ajenos(self, request, obj, desde):
        return ajenos(obj, self.historia, desde, para=request.user)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if change and self.historia:
            context |= self._linea(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def anexos(self, request, fila, momentos: list[datetime]) -> list[Suceso]:
        """Return what else the changes of those moments did."""
        return []

    def colgados(self, fila) -> Colgados:
        """Return what hangs from a row and is told in its line."""
        return NADA

    def _linea(self, request, fila) -> dict:
        linea = Linea(fila, self.historia, request.GET.dict(), self.colgados(fila))
        sucesos = linea.sucesos
        if linea.es_toda and sucesos:
            anexos = self.anexos(request, fila, [suceso.fecha for suceso in sucesos])
            sucesos = sorted(anexos + sucesos, key=lambda suceso: suceso.fecha, reverse=True)
        return {"linea": linea, "sucesos": sucesos}
