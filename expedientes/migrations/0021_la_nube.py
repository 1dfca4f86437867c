import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import monitor.db.fields
import monitor.db.functions


class Migration(migrations.Migration):
    dependencies = [
        ("expedientes", "0020_buscar_en_sqlite"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="evidencia",
            name="en_la_nube_desde",
            field=models.DateTimeField(editable=False, null=True, verbose_name="en la nube desde"),
        ),
        migrations.AddField(
            model_name="evidencia",
            name="llave_nube",
            field=models.TextField(editable=False, null=True, verbose_name="llave en la nube"),
        ),
        migrations.CreateModel(
            name="Exportacion",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                (
                    "pedida_en",
                    models.DateTimeField(
                        db_default=monitor.db.functions.ClockTime(), editable=False, verbose_name="pedida"
                    ),
                ),
                ("corriendo", models.BooleanField(verbose_name="en curso")),
                ("tomada", models.BooleanField(verbose_name="la hace un proceso")),
                ("total", models.IntegerField(verbose_name="expedientes")),
                ("procesados", models.IntegerField(verbose_name="expedientes vistos")),
                ("subidas", models.IntegerField(verbose_name="evidencias subidas")),
                ("fallidas", models.IntegerField(verbose_name="evidencias que no se pudo subir")),
                (
                    "archivo_actual",
                    monitor.db.fields.LineField(max_length=255, null=True, verbose_name="lo que se sube"),
                ),
                ("terminado_en", models.DateTimeField(null=True, verbose_name="terminada")),
                ("error", monitor.db.fields.LineField(max_length=500, null=True, verbose_name="error")),
                (
                    "pedida_por",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="pedida por",
                    ),
                ),
            ],
            options={
                "verbose_name": "exportación a la nube",
                "verbose_name_plural": "exportaciones a la nube",
                "db_table": "exportacion_nube",
            },
        ),
        migrations.CreateModel(
            name="Respaldo",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "fecha",
                    models.DateTimeField(
                        db_default=monitor.db.functions.ClockTime(), editable=False, verbose_name="cuándo"
                    ),
                ),
                (
                    "tipo",
                    models.CharField(
                        choices=[("Nube", "De todos"), ("Manual", "De uno")], max_length=10, verbose_name="cuáles"
                    ),
                ),
                (
                    "resultado",
                    models.CharField(
                        choices=[("Exitoso", "Exitoso"), ("Parcial", "Parcial"), ("Error", "Error")],
                        max_length=10,
                        verbose_name="resultado",
                    ),
                ),
                ("detalle", monitor.db.fields.LineField(max_length=500, verbose_name="detalle")),
                (
                    "usuario",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="quién",
                    ),
                ),
            ],
            options={
                "verbose_name": "respaldo en la nube",
                "verbose_name_plural": "respaldos en la nube",
                "db_table": "respaldo_nube",
                "ordering": ["-id"],
            },
        ),
    ]
