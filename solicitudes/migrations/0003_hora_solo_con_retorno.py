from django.db import migrations, models


def borrar_horas_sin_retorno(apps, schema_editor):
    lugares = apps.get_model("solicitudes", "LugarSolicitud").objects.using(schema_editor.connection.alias)
    lugares.filter(requiere_retorno=False, hora_retorno__isnull=False).update(hora_retorno=None)


class Migration(migrations.Migration):
    """A return hour stands only where a return is required.

    Rows from before may have an hour without a return. They stay, and their hour is cleared: nobody was to come back
    at it. The way back takes the constraint off and doesn't know those hours.
    """

    dependencies = [("solicitudes", "0002_estado_solicitud")]

    operations = [
        migrations.RunPython(borrar_horas_sin_retorno, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="lugarsolicitud",
            constraint=models.CheckConstraint(
                condition=models.Q(("requiere_retorno", True), ("hora_retorno__isnull", True), _connector="OR"),
                name="lugar_solicitud_hora_solo_con_retorno",
                violation_error_message="sólo se indica cuando se requiere retorno",
            ),
        ),
    ]
