"""The content of the benchmark's database: expedientes as a shop has them after eight years, the same in every run but
for the day on which they were loaded, and solicitudes."""

import random
from datetime import UTC, date, datetime, time, timedelta

SOLICITUDES = 10_000
DIAS = 3000  # from the first intake to the last
EN_CADA_ESTADO = 9  # the most days of a loaded expediente in each state

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
    " ubicacion_almacenamiento id_aseguradora creado_por fecha_entrega en_estado_desde"
).split()


def cargar(conexion, expedientes: int) -> None:
    """Load that many expedientes, with their history, and the solicitudes. The connection must commit each statement by
    itself."""
    conexion.execute("TRUNCATE expediente, historial_estado, solicitud, actualizacion RESTART IDENTITY CASCADE")
    cargar_solicitudes(conexion)
    azar, historias = random.Random(1), []
    with conexion.cursor().copy(f"COPY expediente ({', '.join(COLUMNAS)}) FROM STDIN") as copia:
        for n in range(expedientes):
            momentos = historia(azar, n)
            fila = expediente(azar, n, momentos)
            copia.write_row([fila[columna] for columna in COLUMNAS])
            historias.append(momentos)
    # PostgreSQL looks up the history's foreign keys row by row. Without this it would plan for a table that is empty.
    conexion.execute("ANALYZE expediente")
    columnas = "no_siniestro, estado_anterior, estado_nuevo, fecha_cambio, cambiado_por"
    with conexion.cursor().copy(f"COPY historial_estado ({columnas}) FROM STDIN") as copia:
        for n, momentos in enumerate(historias):
            for i, momento in enumerate(momentos):
                anterior = ESTADOS[i - 1] if i else None
                copia.write_row([f"B-{n:07d}", anterior, ESTADOS[i], momento, 1])


def historia(azar: random.Random, n: int) -> list[datetime]:
    """Return the moments at which an expediente came to each of its states, in their order."""
    apertura = date.today() - timedelta(days=azar.randrange(DIAS))
    dias, momentos = 0, []
    for _ in range(n % len(ESTADOS) + 1):
        momentos.append(datetime.combine(apertura + timedelta(days=dias), time(15 + n % 9, n % 60), tzinfo=UTC))
        dias += azar.randrange(EN_CADA_ESTADO + 1)
    return momentos


def cargar_solicitudes(conexion):
    conexion.execute(
        "INSERT INTO solicitud (periodo, asunto, cantidad_pasajeros, fecha_servicio_requerido, hora_servicio_requerido,"
        " id_usuario_solicitante, id_usuario_aprobador, id_departamento_solicitante, id_tipo_prioridad_solicitud,"
        " id_tipo_servicio_solicitud) SELECT to_char(CURRENT_DATE - n %% 24 * INTERVAL '1 month', 'YYYY-MM'),"
        " 'Transporte de personal ' || n, 5,"
        " DATE '2026-01-01' + n %% 300, '08:00', 1, 2, 2, 2, 1 FROM generate_series(1, %s) AS n",
        [SOLICITUDES],
    )


def limpiar(conexion) -> None:
    """Delete what an earlier run created; what it updated may stay."""
    cargadas = f"SELECT coalesce(sum(right(no_siniestro, 7)::int % {len(ESTADOS)} + 1), 0) FROM expediente"
    conexion.execute(f"DELETE FROM historial_estado WHERE id > ({cargadas} WHERE no_siniestro LIKE 'B-%')")
    conexion.execute("TRUNCATE evidencia")
    conexion.execute("DELETE FROM expediente WHERE no_siniestro NOT LIKE 'B-%'")
    conexion.execute("TRUNCATE post_office_email, respuesta_guardada, cambio CASCADE")
    ajenas = f"SELECT id FROM solicitud WHERE id > {SOLICITUDES}"
    for tabla, columna in (("lugar_solicitud", "id_solicitud"), ("historico_estado_solicitud", "id_solicitud")):
        conexion.execute(f"DELETE FROM {tabla} WHERE {columna} IN ({ajenas})")
    conexion.execute(f"DELETE FROM solicitud WHERE id IN ({ajenas})")


def personas(conexion) -> None:
    """Create two people: 1 asks for transport and opens the expedientes, and 2 approves."""
    conexion.execute(
        "INSERT INTO usuario (id, username, nombre, password, rol, email) VALUES"
        " (1, 'bench', 'Ana Ruiz', '!', 'Administrador', 'ana@example.org'),"
        " (2, 'otra', 'Luz Gil', '!', 'Operador', 'luz@example.org') ON CONFLICT DO NOTHING"
    )


def expediente(azar: random.Random, n: int, momentos: list[datetime]) -> dict:
    marca, ingreso = azar.choice(list(MARCAS)), momentos[0].date()
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
        "fecha_entrega": ingreso + timedelta(days=azar.randrange(30)) if n % 10 else None,
        "en_estado_desde": momentos[-1],
    }
