from decimal import Decimal

from django.utils import timezone

from expedientes.anexos.admin import PaginaDeAnexo
from expedientes.levantamientos.models import Levantamiento
from expedientes.levantamientos.serializers import CONCEPTO_ENTRADA
from monitor.admin.forms import IMPORTE_DUDOSO
from monitor.api.fields import IMPORTE
from monitor.errores import DatosInvalidos
from monitor.textos import amount, exact

VACIOS = 5  # rows that wait at the end of the table
# What the survey begins with, of what its expediente says already.
DEL_EXPEDIENTE = {
    "orden": "orden",
    "marca": "marca",
    "tipo": "tipo",
    "modelo": "modelo",
    "placas": "placas",
    "color": "color",
    "nombre_propietario": "nombre_cliente",
    "telefono": "telefono_cliente",
}


class PaginaDeLevantamiento(PaginaDeAnexo):
    modelo = Levantamiento
    plantilla = "admin/expedientes/levantamiento.html"
    entrada_de_parte = CONCEPTO_ENTRADA
    secciones = (
        (
            "Vehículo",
            (
                *("fecha", "orden", "marca", "tipo", "modelo", "placas", "color", "serie", "kilometraje"),
                *("no_puertas", "eco", "pega"),
            ),
        ),
        ("Propietario", ("asegurado_tercero", "nombre_propietario", "telefono", "direccion")),
        (
            "Equipo",
            ("cristales", "aire", "vestiduras", "rin", "direccion_veh", "tipo_pintura", "trasmision"),
        ),
    )

    def iniciales(self, expediente):
        suyos = {campo: getattr(expediente, de) for campo, de in DEL_EXPEDIENTE.items()}
        return suyos | {"fecha": timezone.localdate()}

    def renglones_de(self, anexo):
        filas = super().renglones_de(anexo)
        return [fila | {"costo": fila["costo"] if fila["costo"] is None else exact(fila["costo"])} for fila in filas]

    def datos_de_renglon(self, renglon):
        """Take the cost as people write it, with a comma for each thousand."""
        costo = renglon["costo"] and amount(renglon["costo"])
        if renglon["costo"] and costo is None:
            raise DatosInvalidos(IMPORTE_DUDOSO)
        return renglon | {"costo": costo}

    def ademas(self, request, anexo, renglones):
        vacio = dict.fromkeys(("claves", "concepto", "costo"))
        return {"renglones": renglones + [vacio] * VACIOS, "total": f"{total_de(renglones):,.2f}"}


def total_de(renglones) -> Decimal:
    """Return the sum of the costs, as they were typed; what wouldn't be kept as an amount counts as none."""
    costos = [amount(renglon["costo"] or "") or "" for renglon in renglones]
    return sum((Decimal(costo) for costo in costos if IMPORTE.fullmatch(costo)), Decimal())
