import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import monitor.db.fields


class Migration(migrations.Migration):
    dependencies = [
        ("expedientes", "0018_checklist"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Evidencia",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "tipo",
                    models.CharField(
                        choices=[("evidencia", "Evidencia"), ("documento", "Documento")],
                        max_length=10,
                        verbose_name="tipo",
                    ),
                ),
                ("nombre_archivo", monitor.db.fields.LineField(max_length=255, verbose_name="nombre")),
                ("cola", monitor.db.fields.LineField(max_length=300, verbose_name="final de la ruta")),
                (
                    "ruta",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Concat(
                            models.Value("/evidencias/"),
                            "expediente",
                            models.Value("/"),
                            "cola",
                            output_field=models.TextField(),
                        ),
                        output_field=models.TextField(),
                        unique=True,
                        verbose_name="ruta",
                    ),
                ),
                ("fecha_carga", models.DateTimeField(verbose_name="cargada")),
                (
                    "ubicacion_almacenamiento",
                    models.CharField(
                        choices=[("Local", "Local"), ("Nube", "Nube")], max_length=10, verbose_name="ubicación"
                    ),
                ),
                ("tipo_mime", models.CharField(max_length=100, verbose_name="tipo de archivo")),
                ("tamano", models.BigIntegerField(verbose_name="tamaño en bytes")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("ancho", models.IntegerField(null=True, verbose_name="ancho")),
                ("alto", models.IntegerField(null=True, verbose_name="alto")),
                ("tomada_en", models.DateTimeField(null=True, verbose_name="tomada")),
                ("latitud", models.FloatField(null=True, verbose_name="latitud")),
                ("longitud", models.FloatField(null=True, verbose_name="longitud")),
                ("lugar", models.CharField(max_length=40, verbose_name="lugar en el almacén")),
                (
                    "expediente",
                    models.ForeignKey(
                        db_column="no_siniestro",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidencia",
                        to="expedientes.expediente",
                        verbose_name="expediente",
                    ),
                ),
                (
                    "subido_por",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="subida por",
                    ),
                ),
            ],
            options={
                "verbose_name": "evidencia",
                "verbose_name_plural": "evidencia",
                "db_table": "evidencia",
                "indexes": [
                    models.Index(fields=["expediente", "fecha_carga", "id"], name="evidencia_en_orden"),
                    models.Index(fields=["sha256"], name="evidencia_por_huella"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("lugar",), name="evidencia_con_lugar_propio"),
                    models.CheckConstraint(
                        condition=models.Q(("tipo__in", ["evidencia", "documento"])),
                        name="evidencia_tipo_valido",
                        violation_error_message="Tipo inválido. Valores permitidos: evidencia, documento",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ubicacion_almacenamiento__in", ["Local", "Nube"])),
                        name="evidencia_ubicacion_valida",
                        violation_error_message="Ubicación inválida. Valores permitidos: Local, Nube",
                    ),
                ],
            },
        ),
    ]
