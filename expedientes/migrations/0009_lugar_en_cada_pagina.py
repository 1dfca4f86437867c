from django.db import migrations

from monitor.db.operations import OnPostgreSQL


class Migration(migrations.Migration):
    dependencies = [
        ("expedientes", "0008_actualizaciones"),
    ]

    operations = [
        # What is updated goes to the same page, where it costs the indexes nothing, while the page has room.
        OnPostgreSQL("ALTER TABLE expediente SET (fillfactor = 90)", "ALTER TABLE expediente RESET (fillfactor)"),
    ]
