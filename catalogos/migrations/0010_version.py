from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogos", "0009_textos_unicode"),
    ]

    operations = [
        migrations.AddField(
            model_name="aseguradora",
            name="version",
            field=models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión"),
        ),
        migrations.AddField(
            model_name="departamento",
            name="version",
            field=models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión"),
        ),
        migrations.AddField(
            model_name="lugar",
            name="version",
            field=models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión"),
        ),
        migrations.AddField(
            model_name="tipoprioridadsolicitud",
            name="version",
            field=models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión"),
        ),
        migrations.AddField(
            model_name="tiposerviciosolicitud",
            name="version",
            field=models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión"),
        ),
    ]
