import uuid

from django.db import migrations, models

import monitor.db.functions


class Migration(migrations.Migration):
    dependencies = [
        ("usuarios", "0005_llaves"),
    ]

    operations = [
        migrations.AlterField(
            model_name="usuario",
            name="uid",
            field=models.UUIDField(
                db_default=monitor.db.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                unique=True,
                verbose_name="identidad",
            ),
        ),
    ]
