import uuid

from django.db import migrations, models

import monitor.db.functions


class Migration(migrations.Migration):
    dependencies = [
        ("catalogos", "0009_textos_unicode"),
    ]

    operations = [
        migrations.AddField(
            model_name="aseguradora",
            name="cabeza",
            field=models.CharField(
                db_default="", default="", editable=False, max_length=64, verbose_name="última huella de su cadena"
            ),
        ),
        migrations.AddField(
            model_name="aseguradora",
            name="eslabones",
            field=models.IntegerField(db_default=0, default=0, editable=False, verbose_name="eslabones de su cadena"),
        ),
        migrations.AddField(
            model_name="aseguradora",
            name="uid",
            field=models.UUIDField(
                db_default=monitor.db.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                verbose_name="identidad",
            ),
        ),
        migrations.AddField(
            model_name="aseguradora",
            name="version",
            field=models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión"),
        ),
        migrations.AddField(
            model_name="departamento",
            name="cabeza",
            field=models.CharField(
                db_default="", default="", editable=False, max_length=64, verbose_name="última huella de su cadena"
            ),
        ),
        migrations.AddField(
            model_name="departamento",
            name="eslabones",
            field=models.IntegerField(db_default=0, default=0, editable=False, verbose_name="eslabones de su cadena"),
        ),
        migrations.AddField(
            model_name="departamento",
            name="uid",
            field=models.UUIDField(
                db_default=monitor.db.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                verbose_name="identidad",
            ),
        ),
        migrations.AddField(
            model_name="departamento",
            name="version",
            field=models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión"),
        ),
        migrations.AddField(
            model_name="lugar",
            name="cabeza",
            field=models.CharField(
                db_default="", default="", editable=False, max_length=64, verbose_name="última huella de su cadena"
            ),
        ),
        migrations.AddField(
            model_name="lugar",
            name="eslabones",
            field=models.IntegerField(db_default=0, default=0, editable=False, verbose_name="eslabones de su cadena"),
        ),
        migrations.AddField(
            model_name="lugar",
            name="uid",
            field=models.UUIDField(
                db_default=monitor.db.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                verbose_name="identidad",
            ),
        ),
        migrations.AddField(
            model_name="lugar",
            name="version",
            field=models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión"),
        ),
        migrations.AddField(
            model_name="tipoprioridadsolicitud",
            name="cabeza",
            field=models.CharField(
                db_default="", default="", editable=False, max_length=64, verbose_name="última huella de su cadena"
            ),
        ),
        migrations.AddField(
            model_name="tipoprioridadsolicitud",
            name="eslabones",
            field=models.IntegerField(db_default=0, default=0, editable=False, verbose_name="eslabones de su cadena"),
        ),
        migrations.AddField(
            model_name="tipoprioridadsolicitud",
            name="uid",
            field=models.UUIDField(
                db_default=monitor.db.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                verbose_name="identidad",
            ),
        ),
        migrations.AddField(
            model_name="tipoprioridadsolicitud",
            name="version",
            field=models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión"),
        ),
        migrations.AddField(
            model_name="tiposerviciosolicitud",
            name="cabeza",
            field=models.CharField(
                db_default="", default="", editable=False, max_length=64, verbose_name="última huella de su cadena"
            ),
        ),
        migrations.AddField(
            model_name="tiposerviciosolicitud",
            name="eslabones",
            field=models.IntegerField(db_default=0, default=0, editable=False, verbose_name="eslabones de su cadena"),
        ),
        migrations.AddField(
            model_name="tiposerviciosolicitud",
            name="uid",
            field=models.UUIDField(
                db_default=monitor.db.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                verbose_name="identidad",
            ),
        ),
        migrations.AddField(
            model_name="tiposerviciosolicitud",
            name="version",
            field=models.IntegerField(db_default=1, default=1, editable=False, verbose_name="versión"),
        ),
    ]
