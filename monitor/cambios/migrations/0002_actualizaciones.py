from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cambios", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Actualizacion",
            fields=[
                ("uid", models.UUIDField(primary_key=True, serialize=False, verbose_name="fila")),
                ("objeto", models.CharField(max_length=40, verbose_name="tabla")),
                ("momento", models.DateTimeField(verbose_name="momento")),
            ],
            options={
                "verbose_name": "actualización",
                "verbose_name_plural": "actualizaciones",
                "db_table": "actualizacion",
                "indexes": [models.Index(fields=["objeto", "momento", "uid"], name="actualizacion_en_orden")],
            },
        ),
    ]
