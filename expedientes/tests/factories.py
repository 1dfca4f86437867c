from datetime import UTC, date, datetime

import factory

from catalogos.tests.factories import AseguradoraFactory
from expedientes.models import Expediente
from monitor.usuarios.tests.factories import UsuarioFactory

COMPLETO = {
    "factura": "F-1",
    "orden": "OT-7",
    "asesor": "Luisa Peña",
    "fecha_ingreso": date(2024, 1, 15),
    "fecha_valuacion": date(2024, 1, 16),
    "fecha_autorizacion": date(2024, 1, 18),
    "fecha_pzas_completas": date(2024, 2, 1),
    "unidad_terminada": date(2024, 2, 9),
    "tecnico": "Raúl Díaz",
    "mecanico": "Iván Ríos",
    "vehiculo": "VIN 3N1AB7AP0KY000001\nGolpe trasero",
    "observaciones": "Llega en grúa",
    "marca": "Nissan",
    "placas": "ABC-12-34",
    "tipo": "Sedán",
    "color": "Rojo",
    "modelo": "Versa 2020",
    "nombre_cliente": "Ángela Muñoz",
    "telefono_cliente": "55 1234 5678",
    "correo_cliente": "angela@example.com",
    "dato1": "Refacciones pedidas",
    "dato1_fecha_hora": datetime(2024, 3, 20, 10, 30, tzinfo=UTC),
    "dato2": "Pintura",
    "dato2_fecha_hora": datetime(2024, 3, 21, 10, 30, tzinfo=UTC),
    "dato3": "Armado",
    "dato3_fecha_hora": datetime(2024, 3, 22, 10, 30, tzinfo=UTC),
    "dato4": "Lavado",
    "dato4_fecha_hora": datetime(2024, 3, 23, 10, 30, tzinfo=UTC),
    "comentarios_aseguradora": "Autorizado",
    "comentarios_aseguradora_fh": datetime(2024, 1, 18, 9, 5, 30, 123456, tzinfo=UTC),
    "doc_orden_admision": True,
    "doc_identificacion": True,
    "doc_tarjeta_circulacion": True,
    "doc_caratula_poliza": False,
    "doc_carta_reparacion": False,
    "doc_comprobante_deducible": False,
    "doc_finiquito": None,
    "doc_encuesta_servicio": True,
    "fecha_entrega": date(2024, 2, 12),
}


class ExpedienteFactory(factory.django.DjangoModelFactory):
    """A factory that opens each expediente with the verb, and so with the first row of its history. `por` is who opens
    it."""

    class Meta:
        model = Expediente

    class Params:
        # With a trait for each of these, factory_boy takes longer to find that it is off than to make the expediente.
        completo = factory.Trait(ademas=COMPLETO, aseguradora=factory.SubFactory(AseguradoraFactory))

    ademas = {}
    no_siniestro = factory.Sequence(lambda n: f"SIN-{n:04}")
    por = factory.SubFactory(UsuarioFactory)

    @classmethod
    def _create(cls, model_class, *args, por, ademas, aseguradora=None, **datos):
        datos = ademas | datos | {"aseguradora_id": aseguradora and aseguradora.pk}
        return Expediente.objects.abrir(datos, por=por)
