import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import monitor.db.fields
import monitor.validadores


class Migration(migrations.Migration):
    dependencies = [
        ("usuarios", "0004_cadena"),
    ]

    operations = [
        migrations.CreateModel(
            name="Llave",
            fields=[
                (
                    "usuario",
                    models.OneToOneField(
                        db_column="id",
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "nombre",
                    monitor.db.fields.LineField(
                        help_text="De qué programa es: así se le ve en los historiales.",
                        max_length=100,
                        verbose_name="nombre",
                    ),
                ),
                ("prefijo", models.CharField(editable=False, max_length=8, verbose_name="empieza con")),
                ("huella", models.CharField(editable=False, max_length=64)),
                (
                    "creada_en",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="creada"),
                ),
                (
                    "creada_por",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="creada por",
                    ),
                ),
                (
                    "vence",
                    models.DateTimeField(
                        blank=True,
                        help_text="Vacío: no vence.",
                        null=True,
                        validators=[monitor.validadores.que_se_puede_mostrar],
                        verbose_name="vence",
                    ),
                ),
                ("ultimo_uso", models.DateTimeField(editable=False, null=True, verbose_name="último uso")),
                ("revocada_en", models.DateTimeField(editable=False, null=True, verbose_name="revocada")),
                (
                    "revocada_por",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="revocada por",
                    ),
                ),
            ],
            options={
                "verbose_name": "llave",
                "verbose_name_plural": "llaves",
                "db_table": "llave",
                "ordering": ["usuario_id"],
            },
        ),
        migrations.AddField(
            model_name="usuario",
            name="es_llave",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="de una llave"),
        ),
        migrations.AddConstraint(
            model_name="usuario",
            constraint=models.CheckConstraint(
                condition=models.Q(("es_llave", False), ("password__startswith", "!"), _connector="OR"),
                name="usuario_llave_sin_clave",
                violation_error_message="El usuario de una llave no tiene contraseña",
            ),
        ),
        migrations.AddConstraint(
            model_name="llave",
            constraint=models.UniqueConstraint(fields=("huella",), name="llave_huella_unica"),
        ),
    ]
