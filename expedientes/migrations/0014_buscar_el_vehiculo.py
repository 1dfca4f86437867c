from django.db import migrations, models

import monitor.db.search
from monitor.db.operations import OnPostgreSQL, trigram_index

TRIGRAMAS = trigram_index("expediente")


class Migration(migrations.Migration):
    dependencies = [("expedientes", "0013_filtrar_y_contar_por_indice")]

    # The generated column is made again, and nothing else of a row changes: no trigger sees it.
    operations = [
        OnPostgreSQL(TRIGRAMAS.reverse_sql, TRIGRAMAS.sql),
        migrations.RemoveField(model_name="expediente", name="busqueda"),
        migrations.AddField(
            model_name="expediente",
            name="busqueda",
            field=models.GeneratedField(
                db_persist=True,
                expression=monitor.db.search.Searchable(
                    "no_siniestro",
                    "nombre_cliente",
                    "marca",
                    "modelo",
                    "orden",
                    "factura",
                    "asesor",
                    monitor.db.search.Beginning("vehiculo"),
                    "placas",
                    "telefono_cliente",
                ),
                output_field=models.TextField(),
            ),
        ),
        TRIGRAMAS,
    ]
