from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from expedientes.estados import TRANSICIONES as DE_EXPEDIENTES
from expedientes.evidencias.models import RECIENTE
from monitor.roles import PERMISOS, Rol, tiene_permiso
from solicitudes.estados import TRANSICIONES as DE_SOLICITUDES

ARCHIVO = settings.BASE_DIR / "docs" / "estados.md"
ACCIONES = {
    "view": "ver",
    "add": "crear",
    "change": "cambiar",
    "delete": "eliminar",
    "resend": "reenviar",
    "seguir": "seguir",
    "restaurar": "restaurar",
    "vaciar": "eliminar toda la",
}
# Names for models whose own name is in English, or is also that of another model.
NOMBRES = {
    "email": "correos de la cola",
    "historialestado": "el historial de los expedientes",
    "historicoestado": "el histórico de las solicitudes",
    "metricas": "las métricas del servicio",
}

# What a role may only under a condition, which the verb asks for.
_HORAS = RECIENTE // timedelta(hours=1)
CON_CONDICION = {("expedientes.vaciar_evidencia", Rol.OPERADOR): f"sólo si la subió toda en las últimas {_HORAS} horas"}

PAGINA = """# Estados y permisos

Esta página la escribe `manage.py documentar` con las tablas del código; una prueba revisa que esté al día.

## Expedientes

De cualquier estado se pasa a cualquier otro, porque una unidad puede volver a reparación. El orden usual es Ingreso,
Restauración, Pendiente de salida y Salida. Cada cambio deja una fila en el historial.

{expedientes}

## Solicitudes de transporte

De los estados finales no se sale.

{solicitudes}

## Quién puede qué

La API y el admin preguntan a la misma tabla, `monitor/roles.py`. En las solicitudes importa además el papel
de cada quien en cada una: eso está en `solicitudes/permisos.py`.

{permisos}
"""


class Command(BaseCommand):
    help = "Escribe docs/estados.md con los estados y los permisos del código."

    def add_arguments(self, parser):
        parser.add_argument("--revisar", action="store_true", help="no escribe: falla si no está al día")

    def handle(self, *, revisar, **options):
        if ARCHIVO.exists() and ARCHIVO.read_text(encoding="utf-8") == pagina():
            self.stdout.write("docs/estados.md está al día.")
        elif revisar:
            raise CommandError("docs/estados.md no está al día. Corra: manage.py documentar")
        else:
            ARCHIVO.write_text(pagina(), encoding="utf-8")
            self.stdout.write("Se escribió docs/estados.md.")


def pagina() -> str:
    return PAGINA.format(expedientes=diagrama(DE_EXPEDIENTES), solicitudes=diagrama(DE_SOLICITUDES), permisos=matriz())


def diagrama(transiciones) -> str:
    """Return a Mermaid diagram. Each state is written by its name and shown by its label; the first of the enum is the
    initial one."""
    lineas = ["```mermaid", "stateDiagram-v2", f"    [*] --> {next(iter(transiciones)).name}"]
    lineas += [f"    {estado.name}: {estado.label}" for estado in transiciones]
    for desde, siguientes in transiciones.items():
        lineas += [f"    {desde.name} --> {hasta.name}" for hasta in transiciones if hasta in siguientes]
        lineas += [] if siguientes else [f"    {desde.name} --> [*]"]
    return "\n".join([*lineas, "```"])


def matriz() -> str:
    columnas = [rol.label for rol in Rol]
    filas = [[descripcion(permiso), *(_puede(rol, permiso) for rol in Rol)] for permiso in PERMISOS]
    tabla = [["qué", *columnas], ["---"] * (1 + len(columnas)), *filas]
    return "\n".join(f"| {' | '.join(fila)} |" for fila in tabla)


def _puede(rol: Rol, permiso: str) -> str:
    return CON_CONDICION.get((permiso, rol), "sí") if tiene_permiso(rol, permiso) else "—"


def descripcion(permiso: str) -> str:
    aplicacion, _, nombre = permiso.partition(".")
    accion, _, modelo = nombre.partition("_")
    if accion not in ACCIONES:
        return nombre.replace("_", " ").replace("sesion", "sesión")
    cosas = NOMBRES.get(modelo) or apps.get_model(aplicacion, modelo)._meta.verbose_name_plural
    return f"{ACCIONES[accion]} {cosas}"
