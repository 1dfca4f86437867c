from django.db import migrations

from monitor.db.operations import text_functions


class Migration(migrations.Migration):
    """Fold texts of Spanish, which are most, without looking for each letter in every alphabet. The results are the
    same."""

    dependencies = [("catalogos", "0010_cadena")]

    operations = [text_functions(again=True)]
