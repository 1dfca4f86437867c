from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("usuarios", "0003_limites_de_acceso"),
    ]

    operations = [
        migrations.AddField(
            model_name="usuario",
            name="version",
            field=models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión"),
        ),
    ]
