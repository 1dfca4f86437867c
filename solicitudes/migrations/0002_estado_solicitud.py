from django.db import migrations, models
from django.db.models import deletion
from django.db.models.functions import Now


def hacia_el_estado(**opciones):
    return models.ForeignKey(
        on_delete=deletion.PROTECT,
        related_name="+",
        to="solicitudes.estadosolicitud",
        verbose_name="estado",
        **opciones,
    )


class Migration(migrations.Migration):
    """The states of solicitudes belong to this app and no longer to the catalogues. Their table stays as it is."""

    dependencies = [("solicitudes", "0001_initial"), ("catalogos", "0006_estado_solicitud")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="EstadoSolicitud",
                    fields=[
                        (
                            "eliminado",
                            models.BooleanField(
                                db_default=False, default=False, editable=False, verbose_name="eliminado"
                            ),
                        ),
                        (
                            "creado_en",
                            models.DateTimeField(auto_now_add=True, db_default=Now(), verbose_name="creado"),
                        ),
                        (
                            "actualizado_en",
                            models.DateTimeField(auto_now=True, db_default=Now(), verbose_name="actualizado"),
                        ),
                        ("id", models.IntegerField(primary_key=True, serialize=False)),
                        ("codigo", models.CharField(max_length=30, unique=True, verbose_name="código")),
                        ("nombre", models.CharField(max_length=50, verbose_name="nombre")),
                        ("color", models.CharField(max_length=7, verbose_name="color")),
                        ("orden", models.IntegerField(verbose_name="orden")),
                        ("es_estado_final", models.BooleanField(verbose_name="es estado final")),
                    ],
                    options={
                        "verbose_name": "estado de solicitud",
                        "verbose_name_plural": "estados de solicitud",
                        "db_table": "estado_solicitud",
                        "ordering": ["orden", "id"],
                    },
                ),
                migrations.AlterField(
                    model_name="solicitud",
                    name="estado",
                    field=hacia_el_estado(db_column="id_estado_actual", db_default=1, editable=False),
                ),
                migrations.AlterField(
                    model_name="historicoestado",
                    name="estado",
                    field=hacia_el_estado(db_column="id_estado_solicitud"),
                ),
            ]
        )
    ]
