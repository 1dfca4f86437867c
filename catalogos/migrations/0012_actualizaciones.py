import uuid

from django.db import migrations, models

import monitor.db.functions


class Migration(migrations.Migration):
    dependencies = [
        ("catalogos", "0011_plegar_aprisa"),
    ]

    operations = [
        migrations.AlterField(
            model_name="aseguradora",
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
            model_name="departamento",
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
            model_name="lugar",
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
            model_name="tipoprioridadsolicitud",
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
            model_name="tiposerviciosolicitud",
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
