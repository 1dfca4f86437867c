import uuid

from django.db import migrations, models

import monitor.db.functions


class Migration(migrations.Migration):
    dependencies = [
        ("usuarios", "0003_limites_de_acceso"),
    ]

    operations = [
        migrations.AddField(
            model_name="usuario",
            name="cabeza",
            field=models.CharField(
                db_default="", default="", editable=False, max_length=64, verbose_name="última huella de su cadena"
            ),
        ),
        migrations.AddField(
            model_name="usuario",
            name="eslabones",
            field=models.IntegerField(db_default=0, default=0, editable=False, verbose_name="eslabones de su cadena"),
        ),
        migrations.AddField(
            model_name="usuario",
            name="uid",
            field=models.UUIDField(
                db_default=monitor.db.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                verbose_name="identidad",
            ),
        ),
        migrations.AddField(
            model_name="usuario",
            name="version",
            field=models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión"),
        ),
    ]
