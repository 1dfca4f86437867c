import factory
from django.utils import timezone

from expedientes.estados import Ubicacion
from expedientes.evidencias.models import Evidencia, Tipo
from expedientes.tests.factories import ExpedienteFactory
from monitor.usuarios.tests.factories import UsuarioFactory


class EvidenciaFactory(factory.django.DjangoModelFactory):
    """A photo of which only the row is there."""

    class Meta:
        model = Evidencia

    expediente = factory.SubFactory(ExpedienteFactory)
    tipo = Tipo.EVIDENCIA
    nombre_archivo = "foto.jpg"
    cola = factory.Sequence(lambda n: f"evidencias/{n}_foto.jpg")
    fecha_carga = factory.LazyFunction(timezone.now)
    ubicacion_almacenamiento = Ubicacion.LOCAL
    subido_por = factory.SubFactory(UsuarioFactory)
    tipo_mime = "image/jpeg"
    tamano = 1000
    sha256 = "0" * 64
    lugar = factory.Sequence(lambda n: f"00/{n:032}")
