from django.utils import timezone

from expedientes.anexos.admin import PaginaDeAnexo
from expedientes.checklist import firmas
from expedientes.checklist.models import FIRMA_DIBUJADA, FIRMA_MAXIMA, Checklist, Valor, de_plantilla, punto_de
from expedientes.checklist.serializers import ITEM_ENTRADA
from monitor.errores import DatosInvalidos
from monitor.policies import ADMIN, page

# The page shows a drawing that is part of it.
CON_FIRMA = ADMIN.replace("img-src 'self'", "img-src 'self' data:")
FIRMA_ILEGIBLE = "La firma no se puede leer: bórrela y firme de nuevo."
PROPIOS = 3  # blank rows for points that our form doesn't have


class PaginaDeChecklist(PaginaDeAnexo):
    modelo = Checklist
    plantilla = "admin/expedientes/checklist.html"
    entrada_de_parte = ITEM_ENTRADA
    secciones = (
        (
            "Inspección",
            (
                *("fecha_inspeccion", "hora", "inspeccionado_por", "ubicacion", "carroceo_asignado"),
                *("mecanico_asignado", "pintor", "area_detallado", "detallado", "a", "t"),
            ),
        ),
        (
            "Unidad",
            ("marca_tipo", "anio", "serie", "fecha_vencimiento_seguro", "deducible", "demerito", "areas_danadas"),
        ),
        (
            "Entrega",
            ("aprobada", "fecha_entrega", "lugar_entrega", "nombre_quien_recibe", "observaciones_adicionales"),
        ),
    )

    def view(self, request, object_id):
        return page(super().view(request, object_id), CON_FIRMA)

    def iniciales(self, expediente):
        ahora = timezone.localtime()
        return {
            "fecha_inspeccion": ahora.date(),
            "hora": ahora.time(),
            "marca_tipo": expediente.marca_y_modelo,
            "carroceo_asignado": expediente.tecnico,
            "mecanico_asignado": expediente.mecanico,
            "nombre_quien_recibe": expediente.nombre_cliente,
        }

    def renglones_de(self, anexo):
        """Return the points of the checklist, and those of our form that it lacks."""
        suyos = super().renglones_de(anexo)
        puntos = {punto_de(item) for item in suyos}
        return suyos + [item for item in de_plantilla() if punto_de(item) not in puntos]

    def cual(self, numero, renglon):
        return f"«{(renglon['nombre_item'] or renglon['sistema'] or '')[:60]}»"

    def ademas(self, request, anexo, renglones):
        grupos: dict[str, list] = {}
        for numero, renglon in enumerate(renglones):
            grupos.setdefault(renglon["sistema"] or "Otros puntos", []).append(renglon | {"numero": numero})
        firma = self._firma(request, anexo)
        return {
            "grupos": grupos.items(),
            "propios": [{"numero": len(renglones) + i} for i in range(PROPIOS)],
            "valores": Valor.choices,
            "firma": firma,
            "firma_a_la_vista": firmas.leer(firma),
            "firma_cambiada": "firma_cambiada" in request.POST,
        }

    def _firma(self, request, anexo) -> str:
        """Return the signature to show: one that couldn't be saved with the rest isn't lost."""
        if "firma_cambiada" in request.POST:
            return request.POST.get("firma", "")
        return (anexo and anexo.firma_quien_recibe) or ""

    def _datos(self, request, anexo, forma, renglones):
        datos = super()._datos(request, anexo, forma, renglones)
        if "firma_cambiada" not in request.POST:
            return datos
        firma = request.POST.get("firma", "")
        if firma and (len(firma) > FIRMA_MAXIMA or not FIRMA_DIBUJADA.fullmatch(firma)):
            raise DatosInvalidos(FIRMA_ILEGIBLE)
        return datos | {"firma_quien_recibe": firma or None}
