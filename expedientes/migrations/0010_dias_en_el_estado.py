from django.db import migrations, models

import monitor.db.functions
from monitor.db.operations import untold


class Migration(migrations.Migration):
    dependencies = [
        ("expedientes", "0009_lugar_en_cada_pagina"),
    ]

    operations = [
        migrations.AddField(
            model_name="expediente",
            name="en_estado_desde",
            field=models.DateTimeField(
                db_default=monitor.db.functions.ClockTime(), editable=False, verbose_name="en el estado desde"
            ),
        ),
        *untold(
            "expediente",
            "UPDATE expediente SET en_estado_desde = ultimo.momento"
            " FROM (SELECT no_siniestro, max(fecha_cambio) AS momento FROM historial_estado GROUP BY no_siniestro) ultimo"
            " WHERE ultimo.no_siniestro = expediente.no_siniestro",
        ),
        migrations.AddField(
            model_name="expediente",
            name="orden_en_admin",
            field=models.GeneratedField(
                db_persist=True,
                expression=monitor.db.functions.DaysToLastOrMore("fecha_ingreso"),
                output_field=models.IntegerField(),
            ),
        ),
        migrations.AddField(
            model_name="expediente",
            name="orden_entrega",
            field=models.GeneratedField(
                db_persist=True,
                expression=monitor.db.functions.DaysToLast("fecha_entrega"),
                output_field=models.IntegerField(),
            ),
        ),
        migrations.AddIndex(
            model_name="expediente",
            index=models.Index(fields=["orden_en_admin", "no_siniestro"], name="expediente_en_admin"),
        ),
        migrations.AddIndex(
            model_name="expediente",
            index=models.Index(fields=["orden_entrega", "no_siniestro"], name="expediente_por_entrega"),
        ),
        migrations.AddIndex(
            model_name="expediente",
            index=models.Index(fields=["en_estado_desde", "no_siniestro"], name="expediente_por_dias_en_estado"),
        ),
    ]
