"""The PostgreSQL of the benchmark: a cluster of its own, kept between runs, with N realistic files loaded by COPY."""

import os
import random
import shutil
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg

from monitor.tests.postgresql import binarios, puerto_libre, sin_privilegios

CARPETA = Path("/var/tmp/monitor-bench") if os.geteuid() == 0 else Path.home() / ".cache" / "monitor-bench"

# Durable as in production; memory for two cores shared with the load.
OPCIONES = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
}

SOLICITUDES = 10_000

MARCAS = {
    "Nissan": ["Versa", "Tsuru", "Sentra", "March"],
    "Chevrolet": ["Aveo", "Onix", "Spark"],
    "Volkswagen": ["Jetta", "Vento", "Gol"],
    "Toyota": ["Corolla", "Yaris", "Hilux"],
    "Ford": ["Figo", "Fiesta", "Ranger"],
    "Honda": ["Civic", "City", "CR-V"],
}
NOMBRES = "José María Ángel Sofía Raúl Lucía Óscar Inés Martín Verónica Andrés Mónica Iván Noé Rocío".split()
APELLIDOS = "Hernández García Martínez López González Pérez Rodríguez Sánchez Ramírez Cruz Muñoz Núñez Ávila".split()
COLORES = "blanco gris negro rojo azul plata".split()
ESTADOS = ["Ingreso", "Restauracion", "Pendiente_de_salida", "Salida"]
COLUMNAS = (
    "no_siniestro factura orden asesor fecha_ingreso fecha_valuacion marca placas tipo color modelo nombre_cliente"
    " telefono_cliente correo_cliente vehiculo observaciones doc_orden_admision doc_identificacion estado"
    " ubicacion_almacenamiento id_aseguradora creado_por"
).split()


@contextmanager
def cluster():
    """Gives `url(name)`, the address of a database of the cluster; stopped, not removed, at the end."""
    programas, usuario, puerto = binarios(), sin_privilegios(), puerto_libre()
    if programas is None:
        sys.exit("No hay PostgreSQL en esta máquina (en Debian: apt-get install postgresql)")
    CARPETA.mkdir(parents=True, exist_ok=True)
    if usuario:
        shutil.chown(CARPETA, usuario)
    datos = CARPETA / "datos"

    def correr(programa, *argumentos):
        orden = [programas / programa, *argumentos]
        subprocess.run(orden, check=True, cwd=CARPETA, user=usuario, stdout=subprocess.DEVNULL)

    if not (datos / "PG_VERSION").exists():
        correr("initdb", "-D", datos, "-U", "monitor", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust")
    opciones = OPCIONES | {"port": puerto, "unix_socket_directories": CARPETA}
    argumentos = " ".join(f"-c {nombre}={valor}" for nombre, valor in opciones.items())
    correr("pg_ctl", "-D", datos, "-l", CARPETA / "bitacora", "-o", argumentos, "-w", "start")
    try:
        yield lambda nombre: f"postgres://monitor@127.0.0.1:{puerto}/{nombre}"
    finally:
        correr("pg_ctl", "-D", datos, "-m", "fast", "-w", "stop")


def preparar(url, entorno: dict, expedientes: int) -> str:
    """The address of a migrated database that holds `expedientes` files: last run's, when it has the same size."""
    nombre = f"monitor_{expedientes}"
    with psycopg.connect(url("postgres"), autocommit=True) as conexion:
        existe = conexion.execute("SELECT 1 FROM pg_database WHERE datname = %s", [nombre]).fetchone()
        if not existe:
            conexion.execute(f"CREATE DATABASE {nombre}")
    direccion = url(nombre)
    for orden in ("migrate", "seed_catalogos"):
        manage(orden, entorno=entorno | {"DATABASE_URL": direccion})
    with psycopg.connect(direccion) as conexion:
        conexion.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        personas(conexion)
        limpiar(conexion)
        if conexion.execute("SELECT count(*) FROM expediente").fetchone()[0] != expedientes:
            cargar(conexion, expedientes)
    with psycopg.connect(direccion, autocommit=True) as conexion:
        conexion.execute("ALTER SYSTEM SET pg_stat_statements.track = 'none'")
        conexion.execute("VACUUM ANALYZE")
    return direccion


def personas(conexion):
    """1 asks for transport, 2 approves; 1 opens the files too."""
    conexion.execute(
        "INSERT INTO usuario (id, username, nombre, password, rol, email) VALUES"
        " (1, 'bench', 'Ana Ruiz', '!', 'Administrador', 'ana@example.org'),"
        " (2, 'otra', 'Luz Gil', '!', 'Operador', 'luz@example.org') ON CONFLICT DO NOTHING"
    )


def limpiar(conexion):
    """What an earlier run created goes; what it updated may stay."""
    conexion.execute("DELETE FROM historial_estado WHERE no_siniestro NOT LIKE 'B-%'")
    conexion.execute("DELETE FROM expediente WHERE no_siniestro NOT LIKE 'B-%'")
    conexion.execute("TRUNCATE post_office_email CASCADE")
    conexion.execute("DELETE FROM lugar_solicitud WHERE id_solicitud > %s", [SOLICITUDES])
    conexion.execute("DELETE FROM historico_estado_solicitud WHERE id_solicitud > %s", [SOLICITUDES])
    conexion.execute("DELETE FROM solicitud WHERE id > %s", [SOLICITUDES])


def cargar(conexion, expedientes):
    azar = random.Random(1)
    conexion.execute("TRUNCATE expediente, historial_estado, solicitud CASCADE")
    cargar_solicitudes(conexion)
    cambios = []
    with conexion.cursor().copy(f"COPY expediente ({', '.join(COLUMNAS)}) FROM STDIN") as copia:
        for n in range(expedientes):
            fila = expediente(azar, n)
            copia.write_row([fila[columna] for columna in COLUMNAS])
            cambios.append(ESTADOS.index(fila["estado"]))
    # The history's foreign keys are looked up row by row: with a plan for a table that isn't empty any more.
    conexion.commit()
    conexion.execute("ANALYZE expediente")
    columnas = "no_siniestro, estado_anterior, estado_nuevo, fecha_cambio, cambiado_por"
    inicio = datetime(2024, 1, 1, tzinfo=UTC)
    with conexion.cursor().copy(f"COPY historial_estado ({columnas}) FROM STDIN") as copia:
        for n, ultimo in enumerate(cambios):
            for i in range(ultimo + 1):
                anterior = ESTADOS[i - 1] if i else None
                copia.write_row([f"B-{n:07d}", anterior, ESTADOS[i], inicio + timedelta(hours=n % 9000 + i), 1])


def cargar_solicitudes(conexion):
    conexion.execute(
        "INSERT INTO solicitud (periodo, asunto, cantidad_pasajeros, fecha_servicio_requerido, hora_servicio_requerido,"
        " id_usuario_solicitante, id_usuario_aprobador, id_departamento_solicitante, id_tipo_prioridad_solicitud,"
        " id_tipo_servicio_solicitud) SELECT '2026-03', 'Transporte de personal ' || n, 5,"
        " DATE '2026-01-01' + n %% 300, '08:00', 1, 2, 2, 2, 1 FROM generate_series(1, %s) AS n",
        [SOLICITUDES],
    )


def expediente(azar, n) -> dict:
    marca = azar.choice(list(MARCAS))
    ingreso = date(2018, 1, 1) + timedelta(days=azar.randrange(3000))
    nombre = f"{azar.choice(NOMBRES)} {azar.choice(APELLIDOS)} {azar.choice(APELLIDOS)}"
    return {
        "no_siniestro": f"B-{n:07d}",
        "factura": f"F{azar.randrange(10**6):06d}",
        "orden": f"OT-{azar.randrange(10**6):06d}",
        "asesor": azar.choice(NOMBRES),
        "fecha_ingreso": ingreso if n % 100 else None,
        "fecha_valuacion": ingreso + timedelta(days=2) if n % 100 else None,
        "marca": marca,
        "placas": f"{azar.choice('ABCDEFGH')}{azar.choice('JKLMN')}{azar.choice('PRSTU')}-{azar.randrange(10**4):04d}",
        "tipo": "Sedán",
        "color": azar.choice(COLORES),
        "modelo": azar.choice(MARCAS[marca]),
        "nombre_cliente": nombre,
        "telefono_cliente": f"55 {azar.randrange(10**4):04d} {azar.randrange(10**4):04d}",
        "correo_cliente": f"cliente{n}@example.org",
        "vehiculo": f"VIN 3N1{azar.randrange(10**12):012d}",
        "observaciones": "Golpe lateral derecho, salpicadera y puerta; se solicita cambio de faro.",
        "doc_orden_admision": True,
        "doc_identificacion": azar.choice([True, False]),
        "estado": ESTADOS[n % 4],
        "ubicacion_almacenamiento": "Local",
        "id_aseguradora": 1 + n % 3,
        "creado_por": 1,
    }


def manage(*argumentos, entorno, **opciones):
    orden = [sys.executable, "manage.py", *argumentos]
    return subprocess.run(orden, check=True, env=os.environ | entorno, stdout=subprocess.PIPE, text=True, **opciones)
