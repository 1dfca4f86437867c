from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from monitor.management.commands.seed_demo import leer
from monitor.usuarios.models import Usuario

DIRECCIONES = """
Monitor está en {url}

  Administración  {url}/admin/
  API             {url}/api
  Documentación   {url}/api/docs
"""


class Command(BaseCommand):
    help = "Lo que hace «make run»: prepara la base de datos, la llena la primera vez y sirve."

    def handle(self, **options):
        call_command("migrate", verbosity=0)
        # Only what is missing: staff may have changed the rest since the last time.
        call_command("seed_catalogos", solo_nuevas=True)
        if settings.DEMO and not Usuario.objects.exists():
            call_command("seed_demo")
        self.stdout.write(DIRECCIONES.format(url=f"http://{settings.HOST}:{settings.PORT}"))
        self.stdout.write(credenciales())
        # A worker that must live as long as the server starts here, before `serve`, which returns when it ends.
        call_command("serve", skip_checks=False)


def credenciales():
    personas = Usuario.objects.filter(es_demo=True).values_list("username", flat=True)
    if not personas:
        return "Sin personas de demostración: entre con sus usuarios, o cree uno con «manage.py createsuperuser».\n"
    filas = [
        f"  {fila['username']:<16}{fila['password']:<18}{fila['rol']}"
        for fila in leer("demo_personas.csv")
        if fila["username"] in personas
    ]
    return "\n".join(["Usuarios de demostración, con su clave y su rol:", "", *filas, "", "Ctrl-C para terminar.\n"])
