import uuid

from django.conf import settings
from django.db import migrations, models

import monitor.db.functions
from monitor.db.operations import follow


class Migration(migrations.Migration):
    dependencies = [
        ("cambios", "0002_actualizaciones"),
        ("expedientes", "0007_cadena"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="expediente",
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
            model_name="expedientearchivado",
            name="archivado_en",
            field=models.DateTimeField(
                db_default=monitor.db.functions.ClockTime(), editable=False, verbose_name="archivado"
            ),
        ),
        migrations.AddIndex(
            model_name="expedientearchivado",
            index=models.Index(fields=["archivado_en", "id"], name="expediente_archivado_en_orden"),
        ),
        follow("expedientes", "expediente"),
    ]
