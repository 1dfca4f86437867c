"""The questions that are asked of the table of expedientes."""

from datetime import date

from django.db import models
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

from expedientes.estados import ABIERTOS, Estado, Ubicacion
from expedientes.numeros import NumeroDejado
from monitor.db.functions import LAST_DAY, Folded, LocalDay, has_plates
from monitor.db.search import Contains, search
from monitor.textos import words

ABIERTO = models.Q(estado__in=ABIERTOS)
SALIO_PROMETIDO = models.Q(estado=Estado.SALIDA, fecha_entrega__isnull=False)
A_TIEMPO = LessThanOrEqual(LocalDay("en_estado_desde"), LAST_DAY.toordinal() - models.F("orden_entrega"))
SALIO_A_TIEMPO = SALIO_PROMETIDO & models.Q(A_TIEMPO)
SALIO_TARDE = SALIO_PROMETIDO & ~models.Q(A_TIEMPO)


class ExpedienteQuerySet(models.QuerySet):
    def buscar(self, texto: str):
        """Return the expedientes that have every word of `texto`, blind to case and accents, in the columns of
        `Expediente.busqueda`."""
        return search(self, "busqueda", texto)

    def que_tuvo(self, no_siniestro: str):
        """Return the expediente that has or had this number, which nobody else may have had (`es_provisional`)."""
        dejado = NumeroDejado.objects.filter(no_siniestro=no_siniestro).values("uid")
        return self.filter(models.Q(pk=no_siniestro) | models.Q(uid__in=dejado))

    def con_placas(self, placas: str):
        """Return the expedientes with these plates, whole, blind to case, accents, blanks and hyphens."""
        return self.filter(has_plates("placas", placas))

    def en_orden(self):
        """Return the expedientes by day of intake, those without one first and then the newest, and then by the code
        points of the key."""
        return self.order_by("orden_ingreso", "no_siniestro")

    def pendientes(self):
        return self.filter(estado=Estado.SALIDA, ubicacion_almacenamiento=Ubicacion.LOCAL)

    def en_la_nube(self):
        return self.filter(ubicacion_almacenamiento=Ubicacion.NUBE)

    def por_respaldar(self):
        """Return those in Salida that have evidence in the shop."""
        return self.filter(estado=Estado.SALIDA, evidencia__ubicacion_almacenamiento=Ubicacion.LOCAL).distinct()

    # --- The shop's own questions ---

    def abiertos(self):
        """Return those whose unit hasn't left."""
        return self.filter(ABIERTO)

    def atrasados(self):
        """Return those that were promised for a day that is past."""
        return self.abiertos().filter(fecha_entrega__lt=timezone.localdate())

    def que_entregan(self, desde: date, hasta: date):
        """Return those that were promised for these days, both included."""
        return self.abiertos().filter(fecha_entrega__range=(desde, hasta))

    def que_salieron_a_tiempo(self):
        """Return those whose unit left, the last time that it did, on the promised day or before."""
        return self.filter(SALIO_A_TIEMPO)

    def que_salieron_tarde(self):
        return self.filter(SALIO_TARDE)

    def con_asesor(self, texto: str):
        """Return those whose adviser's name has every word of `texto`."""
        return self.filter(*(models.Q(Contains(Folded("asesor"), palabra)) for palabra in words(texto)))

    def sin_documentos(self):
        """Return those that lack a document, or of which nobody has confirmed one."""
        completos = models.Q(**dict.fromkeys(self.model.DOCUMENTOS, True))
        return self.abiertos().exclude(completos)
