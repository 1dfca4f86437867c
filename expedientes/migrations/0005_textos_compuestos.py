from django.db import migrations

from monitor.db.operations import compose

TEXTOS = (
    "no_siniestro factura orden asesor tecnico mecanico vehiculo observaciones marca placas tipo color modelo"
    " nombre_cliente telefono_cliente correo_cliente dato1 dato2 dato3 dato4 comentarios_aseguradora"
)


class Migration(migrations.Migration):
    dependencies = [("expedientes", "0004_momentos_que_se_pueden_mostrar"), ("catalogos", "0008_sin_choques")]

    operations = [
        compose("expedientes", expediente=TEXTOS, historialestado="expediente_id", expedientearchivado="no_siniestro")
    ]
