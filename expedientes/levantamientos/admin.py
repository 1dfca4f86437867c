from decimal import Decimal, InvalidOperation

from django.utils import timezone

from expedientes.anexos.admin import PaginaDeAnexo
from expedientes.levantamientos.models import Levantamiento
from expedientes.levantamientos.serializers import CONCEPTO_ENTRADA
from monitor.textos import exact

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
    nombre, modelo, titulo = "levantamiento", Levantamiento, "Levantamiento de daños"
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
        costo = renglon["costo"]
        return renglon | {"costo": costo and costo.replace(",", "").replace("$", "").replace(" ", "")}

    def ademas(self, request, anexo, renglones):
        vacio = dict.fromkeys(("claves", "concepto", "costo"))
        return {"renglones": renglones + [vacio] * VACIOS, "total": f"{total_de(renglones):,.2f}"}


def total_de(renglones) -> Decimal:
    """Return the sum of the costs, as they were typed; what isn't an amount counts as none."""
    return sum((_importe(renglon["costo"]) for renglon in renglones), Decimal())


def _importe(costo) -> Decimal:
    try:
        importe = Decimal((costo or "0").replace(",", "").replace("$", ""))
    except InvalidOperation:
        return Decimal()
    return importe if importe.is_finite() else Decimal()
