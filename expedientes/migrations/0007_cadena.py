import uuid

from django.db import migrations, models

import monitor.db.functions
from monitor.cambios.encadenar import encadenar


def encadenar_lo_que_habia(apps, schema_editor):
    sellados = ("estado_anterior", "estado_nuevo", "fecha_cambio", "cambiado_por_id")
    encadenar(apps.get_model("expedientes", "historialestado"), "expediente", sellados, schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("expedientes", "0006_textos_unicode"),
    ]

    operations = [
        migrations.AddField(
            model_name="expediente",
            name="cabeza",
            field=models.CharField(
                db_default="", default="", editable=False, max_length=64, verbose_name="última huella de su cadena"
            ),
        ),
        migrations.AddField(
            model_name="expediente",
            name="eslabones",
            field=models.IntegerField(db_default=0, default=0, editable=False, verbose_name="eslabones de su cadena"),
        ),
        migrations.AddField(
            model_name="expediente",
            name="uid",
            field=models.UUIDField(
                db_default=monitor.db.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                verbose_name="identidad",
            ),
        ),
        migrations.AddField(
            model_name="expediente",
            name="version",
            field=models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión"),
        ),
        migrations.AddField(
            model_name="historialestado",
            name="eslabon",
            field=models.IntegerField(editable=False, null=True, verbose_name="lugar en su cadena"),
        ),
        migrations.AddField(
            model_name="historialestado",
            name="huella",
            field=models.CharField(editable=False, max_length=64, null=True, verbose_name="huella"),
        ),
        migrations.RunPython(encadenar_lo_que_habia, migrations.RunPython.noop),
    ]
