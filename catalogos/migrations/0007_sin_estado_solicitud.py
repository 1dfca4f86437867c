from django.db import migrations


class Migration(migrations.Migration):
    """The states of solicitudes are that app's now (solicitudes 0002). Their table stays as it is."""

    dependencies = [("catalogos", "0006_estado_solicitud"), ("solicitudes", "0002_estado_solicitud")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="EstadoSolicitud")])
    ]
