from django.db import migrations

from monitor.db.functions import CaseBlind, Kept
from monitor.db.operations import Unique, refuse_collisions, text_functions

SIN_MAYUSCULAS = (
    ("aseguradora", "nombre", "Aseguradoras"),
    ("lugar", "codigo", "Lugares, por su código"),
    ("departamento", "codigo", "Departamentos, por su código"),
    ("tipoprioridadsolicitud", "nombre", "Tipos de prioridad"),
    ("tiposerviciosolicitud", "nombre", "Tipos de servicio"),
)


class Migration(migrations.Migration):
    """Look for rows that Unicode's rules make one, in every app, before any of them changes."""

    dependencies = [
        ("catalogos", "0007_sin_estado_solicitud"),
        ("expedientes", "0004_momentos_que_se_pueden_mostrar"),
        ("solicitudes", "0004_solicitantes_anteriores"),
        ("usuarios", "0001_initial"),
    ]

    operations = [
        text_functions(),
        refuse_collisions(
            *(Unique("catalogos", modelo, columna, CaseBlind, que) for modelo, columna, que in SIN_MAYUSCULAS),
            Unique("expedientes", "expediente", "no_siniestro", Kept, "Expedientes"),
            Unique("usuarios", "usuario", "username", Kept, "Usuarios"),
        ),
    ]
