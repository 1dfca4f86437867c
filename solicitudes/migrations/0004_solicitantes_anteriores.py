from django.db import migrations, models


class Migration(migrations.Migration):
    """A solicitud remembers who asked for it before. Who did until now isn't written anywhere: none are remembered."""

    dependencies = [("solicitudes", "0003_hora_solo_con_retorno")]

    operations = [
        migrations.AddField(
            model_name="solicitud",
            name="solicitantes_anteriores",
            field=models.JSONField(
                db_column="ids_solicitantes_anteriores",
                db_default=[],
                default=list,
                editable=False,
                verbose_name="solicitantes anteriores",
            ),
        ),
    ]
