from django.db import migrations


def plegar(apps, schema_editor):
    """Make SQLite's column again: it is folded as it is written, and no longer as it is read."""
    if schema_editor.connection.vendor == "sqlite":
        expediente = apps.get_model("expedientes", "Expediente")
        busqueda = expediente._meta.get_field("busqueda")
        schema_editor.remove_field(expediente, busqueda)
        schema_editor.add_field(expediente, busqueda)


class Migration(migrations.Migration):
    dependencies = [("expedientes", "0019_evidencia")]

    operations = [migrations.RunPython(plegar, migrations.RunPython.noop)]
