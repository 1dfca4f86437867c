import uuid

import django.db.models.deletion
from django.db import migrations, models

import monitor.db.fields
import monitor.db.functions
import monitor.validadores


class Migration(migrations.Migration):
    dependencies = [
        ("expedientes", "0016_comentarios"),
    ]

    operations = [
        migrations.CreateModel(
            name="Levantamiento",
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
                ("fecha", models.DateField(blank=True, null=True, verbose_name="fecha")),
                (
                    "orden",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="orden",
                    ),
                ),
                (
                    "marca",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="marca",
                    ),
                ),
                (
                    "tipo",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="tipo",
                    ),
                ),
                (
                    "modelo",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="modelo",
                    ),
                ),
                (
                    "placas",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="placas",
                    ),
                ),
                (
                    "kilometraje",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="kilometraje",
                    ),
                ),
                (
                    "no_puertas",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="No. de puertas",
                    ),
                ),
                (
                    "color",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="color",
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
                    "eco",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="No. económico",
                    ),
                ),
                (
                    "asegurado_tercero",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="asegurado o tercero",
                    ),
                ),
                (
                    "nombre_propietario",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="propietario",
                    ),
                ),
                (
                    "telefono",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="teléfono",
                    ),
                ),
                (
                    "direccion",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="dirección",
                    ),
                ),
                (
                    "pega",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="pega",
                    ),
                ),
                ("cristales", models.BooleanField(blank=True, null=True, verbose_name="cristales")),
                ("aire", models.BooleanField(blank=True, null=True, verbose_name="aire acondicionado")),
                ("vestiduras", models.BooleanField(blank=True, null=True, verbose_name="vestiduras")),
                ("rin", models.BooleanField(blank=True, null=True, verbose_name="rines")),
                ("direccion_veh", models.BooleanField(blank=True, null=True, verbose_name="dirección del vehículo")),
                ("tipo_pintura", models.BooleanField(blank=True, null=True, verbose_name="tipo de pintura")),
                ("trasmision", models.BooleanField(blank=True, null=True, verbose_name="transmisión")),
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
                "verbose_name": "levantamiento de daños",
                "verbose_name_plural": "levantamientos de daños",
                "db_table": "levantamiento",
                "ordering": ["-id"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="LevantamientoConcepto",
            fields=[
                ("version", models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión")),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "claves",
                    monitor.db.fields.LineField(
                        blank=True,
                        max_length=255,
                        null=True,
                        validators=[monitor.validadores.sin_control],
                        verbose_name="claves",
                    ),
                ),
                (
                    "concepto",
                    monitor.db.fields.LineField(
                        max_length=500, validators=[monitor.validadores.sin_control], verbose_name="concepto"
                    ),
                ),
                (
                    "costo",
                    models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name="costo"),
                ),
                (
                    "levantamiento",
                    models.ForeignKey(
                        db_column="id_levantamiento",
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conceptos",
                        to="expedientes.levantamiento",
                    ),
                ),
            ],
            options={
                "verbose_name": "concepto",
                "verbose_name_plural": "conceptos",
                "db_table": "levantamiento_concepto",
                "ordering": ["id"],
                "abstract": False,
            },
        ),
    ]
