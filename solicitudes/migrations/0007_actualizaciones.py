import uuid

import django.db.models.deletion
from django.db import migrations, models

import monitor.db.functions
from monitor.db.operations import follow


class Migration(migrations.Migration):
    dependencies = [
        ("cambios", "0002_actualizaciones"),
        ("solicitudes", "0006_cadena"),
    ]

    operations = [
        migrations.AddField(
            model_name="solicitud",
            name="actualizacion",
            field=models.ForeignObject(
                editable=False,
                from_fields=["uid"],
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="cambios.actualizacion",
                to_fields=["uid"],
            ),
        ),
        migrations.AlterField(
            model_name="estadosolicitud",
            name="uid",
            field=models.UUIDField(
                db_default=monitor.db.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                unique=True,
                verbose_name="identidad",
            ),
        ),
        migrations.AlterField(
            model_name="solicitud",
            name="uid",
            field=models.UUIDField(
                db_default=monitor.db.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                unique=True,
                verbose_name="identidad",
            ),
        ),
        follow("solicitudes", "solicitud"),
    ]
