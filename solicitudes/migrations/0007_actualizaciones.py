import uuid

from django.db import migrations, models

import monitor.db.functions
from monitor.db.operations import follow


class Migration(migrations.Migration):
    dependencies = [
        ("cambios", "0002_actualizaciones"),
        ("solicitudes", "0006_cadena"),
    ]

    operations = [
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
