import os
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from monitor.management.commands.seed_demo import leer
from monitor.puerto import por_que_no
from monitor.usuarios.models import Usuario

DIRECCIONES = """
Monitor está en {url}

  Administración  {url}/admin/
  API             {url}/api
  Documentación   {url}/api/docs
  Correo          {url}/admin/post_office/email/{carpeta}
"""


class Command(BaseCommand):
    help = "Lo que hace «make run»: prepara la base de datos, la llena la primera vez y sirve."

    def handle(self, **options):
        # Before anything is written.
        if frase := por_que_no(settings.HOST, settings.PORT):
            raise CommandError(frase)
        call_command("migrate", verbosity=0)
        # Only what is missing is added: staff may have changed the rest since the last time.
        call_command("seed_catalogos", solo_nuevas=True, con_ejemplos=settings.DEMO)
        if settings.DEMO and not Usuario.objects.exists():
            call_command("seed_demo")
        self.stdout.write(
            DIRECCIONES.format(url=f"http://{settings.HOST}:{settings.PORT}", carpeta=carpeta_de_correo())
        )
        self.stdout.write(credenciales())
        with ExitStack() as pila:
            for comando in ("enviar_correos", *(["respaldar_nube"] if settings.NUBE else [])):
                pila.enter_context(corriendo(comando, f"--con-su-padre={os.getpid()}"))
            call_command("serve", skip_checks=False)


def carpeta_de_correo() -> str:
    """Return the end of the sentence about mail: the folder where the demo writes it, a file for each connection of the
    worker. The text is empty when mail is not written to a folder."""
    carpeta = settings.CORREO["OPTIONS"].get("file_path")
    return f" y en {carpeta}" if carpeta else ""


@contextmanager
def corriendo(*comando: str):
    """Keep one of our commands running beside the server: start it again when it fails, and stop it at the end."""
    orden = [sys.executable, settings.BASE_DIR / "manage.py", *comando]
    fin, proceso, turno = threading.Event(), None, threading.Lock()

    def lanzar() -> bool:
        nonlocal proceso
        with turno:
            if fin.is_set():
                return False
            # In a session of its own the command isn't reached by Ctrl-C: it stops when this process tells it.
            proceso = subprocess.Popen(orden, start_new_session=True)  # noqa: S603
            return True

    def vigilar():
        while lanzar() and proceso.wait() != 0:
            fin.wait(1)

    vigilante = threading.Thread(target=vigilar, daemon=True)
    vigilante.start()
    try:
        yield
    finally:
        # A command that started after the signal would never hear it, and this process would wait for it for ever.
        with turno:
            fin.set()
            if proceso:
                proceso.terminate()
        vigilante.join()


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
