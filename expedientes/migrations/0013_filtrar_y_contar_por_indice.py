from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("expedientes", "0012_placas_parecidas")]

    operations = [
        migrations.RemoveIndex(model_name="expediente", name="expediente_por_estado"),
        migrations.AddIndex(
            model_name="expediente",
            index=models.Index(
                fields=["estado", "orden_ingreso", "no_siniestro", "aseguradora", "fecha_entrega"],
                name="expediente_por_estado",
            ),
        ),
        migrations.RemoveIndex(model_name="expediente", name="expediente_en_admin"),
        migrations.AddIndex(
            model_name="expediente",
            index=models.Index(
                fields=[
                    "orden_en_admin",
                    "no_siniestro",
                    "estado",
                    "aseguradora",
                    "ubicacion_almacenamiento",
                    "fecha_entrega",
                ],
                name="expediente_en_admin",
            ),
        ),
    ]
