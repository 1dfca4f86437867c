import uuid

import django.db.models.deletion
from django.db import migrations, models

import monitor.db.fields
import monitor.db.functions
import monitor.validadores


class Migration(migrations.Migration):
    dependencies = [
        ("expedientes", "0017_levantamientos"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checklist",
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
                ("fecha_inspeccion", models.DateField(blank=True, null=True, verbose_name="fecha de inspección")),
                ("hora", models.TimeField(blank=True, null=True, verbose_name="hora")),
                (
                    "inspeccionado_por",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="inspeccionado por",
                    ),
                ),
                (
                    "ubicacion",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="ubicación",
                    ),
                ),
                ("aprobada", models.BooleanField(blank=True, null=True, verbose_name="aprobada")),
                ("detallado", models.BooleanField(blank=True, null=True, verbose_name="detallado")),
                (
                    "carroceo_asignado",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="hojalatero asignado",
                    ),
                ),
                (
                    "mecanico_asignado",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="mecánico asignado",
                    ),
                ),
                (
                    "pintor",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="pintor",
                    ),
                ),
                (
                    "area_detallado",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="área de detallado",
                    ),
                ),
                (
                    "marca_tipo",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="marca y tipo",
                    ),
                ),
                (
                    "anio",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="año",
                    ),
                ),
                (
                    "serie",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="serie",
                    ),
                ),
                (
                    "areas_danadas",
                    monitor.db.fields.LongTextField(
                        blank=True,
                        max_length=10000,
                        null=True,
                        validators=[monitor.validadores.sin_control_en_texto_largo],
                        verbose_name="áreas dañadas",
                    ),
                ),
                ("a", models.BooleanField(blank=True, null=True, verbose_name="A")),
                ("t", models.BooleanField(blank=True, null=True, verbose_name="T")),
                (
                    "fecha_vencimiento_seguro",
                    models.DateField(blank=True, null=True, verbose_name="vencimiento del seguro"),
                ),
                (
                    "deducible",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="deducible"
                    ),
                ),
                (
                    "demerito",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="demérito"
                    ),
                ),
                (
                    "lugar_entrega",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="lugar de entrega",
                    ),
                ),
                ("fecha_entrega", models.DateField(blank=True, null=True, verbose_name="fecha de entrega")),
                (
                    "nombre_quien_recibe",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="nombre de quien recibe",
                    ),
                ),
                (
                    "firma_quien_recibe",
                    monitor.db.fields.LongTextField(
                        blank=True,
                        max_length=200000,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="firma de quien recibe",
                    ),
                ),
                (
                    "observaciones_adicionales",
                    monitor.db.fields.LongTextField(
                        blank=True,
                        max_length=10000,
                        null=True,
                        validators=[monitor.validadores.sin_control_en_texto_largo],
                        verbose_name="observaciones adicionales",
                    ),
                ),
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
            ],
            options={
                "verbose_name": "checklist de salida",
                "verbose_name_plural": "checklists de salida",
                "db_table": "checklist",
                "ordering": ["-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ChecklistItem",
            fields=[
                ("version", models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión")),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "sistema",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="sistema",
                    ),
                ),
                (
                    "nombre_item",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="punto",
                    ),
                ),
                (
                    "valor",
                    models.CharField(
                        blank=True,
                        choices=[("OK", "OK: bien"), ("RE", "RE: reparar"), ("MA", "MA: mal"), ("NA", "NA: no aplica")],
                        max_length=2,
                        null=True,
                        verbose_name="valor",
                    ),
                ),
                (
                    "checklist",
                    models.ForeignKey(
                        db_column="id_checklist",
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="expedientes.checklist",
                    ),
                ),
            ],
            options={
                "verbose_name": "punto",
                "verbose_name_plural": "puntos",
                "db_table": "checklist_item",
                "ordering": ["id"],
                "abstract": False,
            },
        ),
    ]
