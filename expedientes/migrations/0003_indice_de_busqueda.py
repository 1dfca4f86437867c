from django.db import migrations

from monitor.db.operations import trigram_index


class Migration(migrations.Migration):
    dependencies = [("expedientes", "0002_indices_de_la_lista")]

    operations = [trigram_index("expediente")]
