import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("usuarios", "0002_textos_unicode"),
    ]

    operations = [
        migrations.CreateModel(
            name="DireccionConocida",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("direccion", models.CharField(max_length=45)),
                ("en", models.DateTimeField()),
            ],
            options={
                "db_table": "direccion_conocida",
            },
        ),
        migrations.AddField(
            model_name="intentodeacceso",
            name="en_curso",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name="intentodeacceso",
            index=models.Index(fields=["username", "en"], name="intento_cuenta"),
        ),
        migrations.AddField(
            model_name="direccionconocida",
            name="usuario",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="direccionconocida",
            constraint=models.UniqueConstraint(fields=("usuario", "direccion"), name="direccion_conocida_una_vez"),
        ),
    ]
