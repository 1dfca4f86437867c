import uuid

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import monitor.db.fields
import monitor.db.functions
import monitor.validadores


class Migration(migrations.Migration):
    dependencies = [
        ("expedientes", "0015_puerta_del_historial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnexoArchivado",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("objeto", models.CharField(max_length=40, verbose_name="tabla")),
                ("fila", models.BigIntegerField(verbose_name="id de la fila")),
                ("expediente_uid", models.UUIDField(db_index=True, verbose_name="expediente")),
                (
                    "datos",
                    models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name="datos"),
                ),
                (
                    "archivado_en",
                    models.DateTimeField(
                        db_default=monitor.db.functions.ClockTime(), editable=False, verbose_name="archivado"
                    ),
                ),
                (
                    "archivado_por",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "anexo archivado",
                "verbose_name_plural": "anexos archivados",
                "db_table": "anexo_archivado",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["objeto", "fila"], name="anexo_archivado_por_fila")],
            },
        ),
        migrations.CreateModel(
            name="Comentario",
            fields=[
                ("version", models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión")),
                (
                    "uid",
                    models.UUIDField(
                        db_default=monitor.db.functions.RandomUUID(),
                        default=uuid.uuid4,
                        editable=False,
                        unique=True,
                        verbose_name="identidad",
                    ),
                ),
                (
                    "eslabones",
                    models.IntegerField(db_default=0, default=0, editable=False, verbose_name="eslabones de su cadena"),
                ),
                (
                    "cabeza",
                    models.CharField(
                        db_default="",
                        default="",
                        editable=False,
                        max_length=64,
                        verbose_name="última huella de su cadena",
                    ),
                ),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "comentario",
                    monitor.db.fields.LongTextField(
                        max_length=10000,
                        validators=[monitor.validadores.sin_control_en_texto_largo],
                        verbose_name="comentario",
                    ),
                ),
                ("fecha", models.DateField(editable=False, verbose_name="fecha")),
                ("hora", models.TimeField(editable=False, verbose_name="hora")),
                ("fecha_creacion", models.DateTimeField(editable=False, verbose_name="escrito")),
                (
                    "expediente",
                    models.ForeignKey(
                        db_column="expediente_uid",
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="expedientes.expediente",
                        to_field="uid",
                        verbose_name="expediente",
                    ),
                ),
                (
                    "usuario",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="persona",
                    ),
                ),
            ],
            options={
                "verbose_name": "comentario",
                "verbose_name_plural": "comentarios",
                "db_table": "comentario",
                "ordering": ["-id"],
                "abstract": False,
            },
        ),
    ]
