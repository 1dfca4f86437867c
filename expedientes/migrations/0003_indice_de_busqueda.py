from django.db import migrations

from monitor.db.operations import indice_de_trigramas


class Migration(migrations.Migration):
    dependencies = [("expedientes", "0002_indices_de_la_lista")]

    operations = [indice_de_trigramas("expediente")]
