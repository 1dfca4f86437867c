import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Cambio",
            fields=[
                ("eslabon", models.IntegerField(editable=False, null=True, verbose_name="lugar en su cadena")),
                ("huella", models.CharField(editable=False, max_length=64, null=True, verbose_name="huella")),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("objeto", models.CharField(max_length=40, verbose_name="tabla")),
                ("uid", models.UUIDField(verbose_name="fila")),
                ("fecha", models.DateTimeField(default=django.utils.timezone.now, verbose_name="fecha")),
                (
                    "origen",
                    models.CharField(
                        choices=[
                            ("api", "API"),
                            ("admin", "Admin"),
                            ("comando", "Comando"),
                            ("importacion", "Importación"),
                        ],
                        max_length=12,
                        verbose_name="puerta",
                    ),
                ),
                ("peticion", models.CharField(max_length=64, null=True, verbose_name="petición")),
                ("cambios", models.TextField(verbose_name="cambios")),
                (
                    "usuario",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="persona",
                    ),
                ),
            ],
            options={
                "verbose_name": "cambio",
                "verbose_name_plural": "cambios",
                "db_table": "cambio",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["objeto", "uid", "id"], name="cambio_de_una_fila")],
            },
        ),
    ]
