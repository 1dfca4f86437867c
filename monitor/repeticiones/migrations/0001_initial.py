import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import monitor.db.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RespuestaGuardada",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "usuario_id", "clave", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("clave", monitor.db.fields.KeyField(max_length=255)),
                ("huella", models.BinaryField()),
                ("status", models.SmallIntegerField()),
                ("encabezados", models.TextField()),
                ("cuerpo", models.BinaryField()),
                ("guardada_en", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "usuario",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "respuesta_guardada",
            },
        ),
    ]
