import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models.fields.json import KeyTextTransform

import monitor.db.fields
import monitor.db.functions


class Migration(migrations.Migration):
    dependencies = [
        ("expedientes", "0010_dias_en_el_estado"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NumeroProvisional",
            fields=[
                (
                    "anio",
                    models.PositiveSmallIntegerField(primary_key=True, serialize=False, verbose_name="año"),
                ),
                ("ultimo", models.PositiveIntegerField(verbose_name="último número")),
            ],
            options={
                "verbose_name": "número provisional",
                "verbose_name_plural": "números provisionales",
                "db_table": "numero_provisional",
            },
        ),
        migrations.CreateModel(
            name="NumeroDejado",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "no_siniestro",
                    monitor.db.fields.KeyField(db_index=True, max_length=100, verbose_name="No. Siniestro"),
                ),
                ("uid", models.UUIDField(verbose_name="expediente")),
                (
                    "dejado_en",
                    models.DateTimeField(
                        db_default=monitor.db.functions.ClockTime(), editable=False, verbose_name="dejado"
                    ),
                ),
                (
                    "dejado_por",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="dejado por",
                    ),
                ),
            ],
            options={
                "verbose_name": "número dejado",
                "verbose_name_plural": "números dejados",
                "db_table": "numero_dejado",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["dejado_en", "id"], name="numero_dejado_en_orden")],
            },
        ),
        # The plates of the archive, for whoever receives a unit that came before.
        migrations.AddField(
            model_name="expedientearchivado",
            name="placas",
            field=models.GeneratedField(
                db_persist=True, expression=KeyTextTransform("placas", "datos"), output_field=models.TextField()
            ),
        ),
        migrations.AddIndex(
            model_name="expedientearchivado",
            index=models.Index(monitor.db.functions.IndexedPlates("placas"), name="archivado_por_placas"),
        ),
    ]
