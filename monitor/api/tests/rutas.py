"""Every route of the API, who may use it, and the status of an empty request about something that doesn't exist, from
somebody who may.

A route that isn't here fails test_routes.py. `999999` stands for whatever a path asks for. PostgreSQL's sequences are
never set back, and none gets that far in a run of all the tests.
"""

from monitor.roles import ADMINISTRADORES, OPERADORES, TODOS

ABIERTA = None

CATALOGOS = ["lugar", "departamento", "tipo-prioridad-solicitud", "tipo-servicio-solicitud", "aseguradora"]


def rutas_de_lectura(nombre):
    return {
        f"GET /{nombre}": (TODOS, 200),
        f"GET /{nombre}/todos/lista": (TODOS, 200),
        f"GET /{nombre}/999999": (TODOS, 404),
    }


def rutas_de_catalogo(nombre):
    return rutas_de_lectura(nombre) | {
        f"POST /{nombre}": (OPERADORES, 400),
        f"PUT /{nombre}/999999": (OPERADORES, 400),
        f"DELETE /{nombre}/999999": (ADMINISTRADORES, 404),
    }


RUTAS = {
    "GET /": (ABIERTA, 200),
    "GET /api/health": (ABIERTA, 200),
    "GET /livez": (ABIERTA, 200),
    "GET /readyz": (ABIERTA, 200),
    "GET /metrics": (ADMINISTRADORES, 200),
    "GET /api/schema": (ABIERTA, 200),
    "GET /api/docs": (ABIERTA, 200),
    "POST /api/auth/login": (ABIERTA, 400),
    "POST /api/auth/logout": (TODOS, 200),
    "POST /api/auth/register": (ADMINISTRADORES, 400),
    "GET /api/usuarios": (ADMINISTRADORES, 200),
    "GET /api/usuarios/999999": (ADMINISTRADORES, 404),
    "PUT /api/usuarios/999999": (ADMINISTRADORES, 400),
    "DELETE /api/usuarios/999999": (ADMINISTRADORES, 404),
    "GET /api/llaves": (ADMINISTRADORES, 200),
    "POST /api/llaves": (ADMINISTRADORES, 400),
    "GET /api/llaves/999999": (ADMINISTRADORES, 404),
    "DELETE /api/llaves/999999": (ADMINISTRADORES, 404),
    "GET /api/expedientes": (TODOS, 200),
    "POST /api/expedientes": (OPERADORES, 400),
    "PUT /api/expedientes": (OPERADORES, 400),
    "PATCH /api/expedientes": (OPERADORES, 400),
    "DELETE /api/expedientes": (ADMINISTRADORES, 400),
    "GET /api/expedientes/pendientes": (TODOS, 200),
    "GET /api/expedientes/nube": (TODOS, 200),
    "GET /api/expedientes/archivados": (OPERADORES, 200),
    "GET /api/expedientes/aseguradoras": (TODOS, 200),
    "GET /api/expedientes/999999": (TODOS, 404),
    "PUT /api/expedientes/999999": (OPERADORES, 400),
    "PATCH /api/expedientes/999999": (OPERADORES, 400),
    "DELETE /api/expedientes/999999": (ADMINISTRADORES, 404),
    "PATCH /api/expedientes/999999/estado": (OPERADORES, 400),
    "PATCH /api/expedientes/999999/no_siniestro": (OPERADORES, 400),
    "GET /api/expedientes/999999/cambios": (TODOS, 404),
    "GET /api/expedientes/999999/estado/historial": (TODOS, 404),
    "POST /api/expedientes/999999/evidencias": (OPERADORES, 404),
    "GET /api/expedientes/999999/evidencias": (TODOS, 200),
    "DELETE /api/expedientes/999999/evidencias": (OPERADORES, 200),
    "GET /api/expedientes/999999/evidencias/999999": (TODOS, 404),
    "DELETE /api/expedientes/999999/evidencias/999999": (ADMINISTRADORES, 404),
    "GET /api/expedientes/999999/evidencias/999999/archivo": (TODOS, 404),
    "GET /api/expedientes/999999/evidencias/999999/miniatura": (TODOS, 404),
    "POST /api/expedientes/999999/evidencias/999999/enlace": (TODOS, 404),
    "GET /evidencias/999999": (TODOS, 404),
    "POST /api/expedientes/999999/evidencias/respaldar": (OPERADORES, 404),
    "POST /api/expedientes/999999/evidencias/restaurar": (ADMINISTRADORES, 404),
    "GET /api/expedientes/999999/evidencias/integridad": (OPERADORES, 404),
    "GET /api/backup/estado": (ADMINISTRADORES, 200),
    "GET /api/backup/logs": (ADMINISTRADORES, 200),
    "DELETE /api/backup/logs": (ADMINISTRADORES, 200),
    "POST /api/backup/logs/limpiar": (ADMINISTRADORES, 200),
    "POST /api/backup/exportar": (ADMINISTRADORES, 409),
    "GET /api/backup/progreso": (ADMINISTRADORES, 200),
    "POST /api/backup/exportar/999999": (ADMINISTRADORES, 404),
    "POST /api/comentarios": (TODOS, 400),
    "GET /api/comentarios/999999": (TODOS, 200),
    "DELETE /api/comentarios/999999": (ADMINISTRADORES, 404),
    "GET /api/levantamientos": (TODOS, 200),
    "POST /api/levantamientos": (TODOS, 400),
    "GET /api/levantamientos/siniestro/999999": (TODOS, 404),
    "GET /api/levantamientos/999999": (TODOS, 404),
    "PUT /api/levantamientos/999999": (TODOS, 400),
    "PATCH /api/levantamientos/999999": (TODOS, 400),
    "DELETE /api/levantamientos/999999": (ADMINISTRADORES, 404),
    "GET /api/levantamientos/999999/costo-total": (TODOS, 404),
    "POST /api/levantamientos/999999/conceptos": (TODOS, 400),
    "PUT /api/levantamientos/conceptos/999999": (TODOS, 400),
    "PATCH /api/levantamientos/conceptos/999999": (TODOS, 400),
    "DELETE /api/levantamientos/conceptos/999999": (ADMINISTRADORES, 404),
    "GET /api/checklist": (TODOS, 200),
    "POST /api/checklist": (TODOS, 400),
    "GET /api/checklist/plantilla": (TODOS, 200),
    "GET /api/checklist/siniestro/999999": (TODOS, 404),
    "GET /api/checklist/999999": (TODOS, 404),
    "PUT /api/checklist/999999": (TODOS, 400),
    "PATCH /api/checklist/999999": (TODOS, 400),
    "DELETE /api/checklist/999999": (ADMINISTRADORES, 404),
    "POST /api/checklist/999999/items": (TODOS, 400),
    "PUT /api/checklist/999999/items/bulk": (TODOS, 400),
    "PATCH /api/checklist/999999/items/bulk": (TODOS, 400),
    "PUT /api/checklist/items/999999": (TODOS, 400),
    "PATCH /api/checklist/items/999999": (TODOS, 400),
    "DELETE /api/checklist/items/999999": (ADMINISTRADORES, 404),
    "GET /api/formatos/999999": (TODOS, 404),
    "GET /api/formatos/checklist/999999": (TODOS, 404),
    "GET /api/formatos/levantamiento/999999": (TODOS, 404),
    "GET /solicitud": (TODOS, 200),
    "GET /solicitud/eliminadas": (TODOS, 200),
    "POST /solicitud": (TODOS, 400),
    "GET /solicitud/999999": (TODOS, 404),
    "PUT /solicitud/999999": (TODOS, 400),
    "DELETE /solicitud/999999": (TODOS, 404),
    "POST /solicitud/999999/aprobar": (TODOS, 404),
    "POST /solicitud/999999/rechazar": (TODOS, 400),
    "POST /solicitud/999999/cancelar": (TODOS, 400),
    "GET /solicitud/999999/cambios": (TODOS, 404),
    "GET /solicitud/999999/historico": (TODOS, 404),
    **rutas_de_lectura("estado-solicitud"),
}
# Each answer is another: it counts the one before.
CAMBIANTES = {"GET /metrics"}
# These have no success, and the API's description doesn't list them.
SIN_EXITO = {f"{metodo} /api/expedientes" for metodo in ("PUT", "PATCH", "DELETE")}
for catalogo in CATALOGOS:
    RUTAS |= rutas_de_catalogo(catalogo)
