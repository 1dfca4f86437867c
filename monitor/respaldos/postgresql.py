"""Backups of PostgreSQL: what `pg_dump` writes of the same snapshot whose rows are counted here, and `pg_restore` into
a new database, which takes the name of the present one only when it is whole."""

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

import psycopg
from django.core.management.base import CommandError
from psycopg import sql

from monitor.respaldos.cliente import Cliente
from monitor.respaldos.contenedor import Respaldo
from monitor.respaldos.manifiesto import Tabla

BASE = "postgresql"
PARTE = "base.pgdump"
DE_MANTENIMIENTO = ("postgres", "template1")
NOMBRE_MAXIMO = 63  # bytes of a name in PostgreSQL
PRUEBA = "_prueba_"

# Values are written alike whatever the server's settings, names don't depend on a search path, and no limit ends a
# session that waits for pg_dump.
AJUSTES = {
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "search_path": "",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
}

# Neither PostgreSQL's own nor those of an extension, which the extension makes again.
PROPIO = """
    n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.objid = {objeto}.oid AND d.classid = '{clase}'::regclass AND d.deptype = 'e')
"""
TABLAS = f"""
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND {PROPIO.format(objeto="c", clase="pg_class")}
    ORDER BY n.nspname = 'public', n.nspname, c.relname
"""
DE_TABLAS = f"""
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace {{union}}
    WHERE {PROPIO.format(objeto="c", clase="pg_class")}
"""
OBJETOS = f"""
    SELECT 'index ' || i.indexrelid::regclass
    {DE_TABLAS.format(union="JOIN pg_index i ON i.indrelid = c.oid")} AND c.relkind = 'r'
    UNION ALL SELECT 'constraint ' || o.conname || ' on ' || c.oid::regclass
    {DE_TABLAS.format(union="JOIN pg_constraint o ON o.conrelid = c.oid")}
    UNION ALL SELECT 'trigger ' || t.tgname || ' on ' || c.oid::regclass || ' ' || t.tgenabled::text
    {DE_TABLAS.format(union="JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal")}
    UNION ALL SELECT 'function ' || p.oid::regprocedure || ' ' || md5(p.prosrc)
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {PROPIO.format(objeto="p", clase="pg_proc")}
    UNION ALL SELECT 'extension ' || extname FROM pg_extension
    ORDER BY 1
"""
LLAVE = """
    SELECT a.attname, a.attcollation <> 0 FROM pg_index i
    CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k(attnum, lugar)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
    WHERE i.indisprimary AND i.indrelid = %s::regclass ORDER BY k.lugar
"""


class Lector:
    """Reads whole tables of a database through one connection."""

    def __init__(self, conexion: psycopg.Connection):
        self._conexion = conexion
        for nombre, valor in AJUSTES.items():
            conexion.execute("SELECT set_config(%s, %s, false)", [nombre, valor])

    def version(self) -> str:
        mayor, menor = divmod(self._conexion.info.server_version, 10000)
        return f"{mayor}.{menor}"

    def tablas(self) -> list[str]:
        return [f"{esquema}.{tabla}".removeprefix("public.") for esquema, tabla in self._conexion.execute(TABLAS)]

    def objetos(self) -> list[str]:
        return [nombre for (nombre,) in self._conexion.execute(OBJETOS)]

    def migraciones(self) -> list[list[str]]:
        if "django_migrations" not in self.tablas():
            return []
        filas = self._conexion.execute("SELECT DISTINCT app, name FROM public.django_migrations ORDER BY app, name")
        return [list(fila) for fila in filas]

    def contar(self, tabla: str) -> int:
        sentencia = sql.SQL("SELECT count(*) FROM {}").format(_identificador(tabla))
        return self._conexion.execute(sentencia).fetchone()[0]

    def leer(self, tabla: str) -> Tabla:
        """Return the count and the digest of the rows, as COPY writes them."""
        digest = hashlib.sha256()
        sentencia = sql.SQL("COPY (SELECT * FROM {} t ORDER BY {}) TO STDOUT").format(
            _identificador(tabla), self._orden(tabla)
        )
        cursor = self._conexion.cursor()
        with cursor.copy(sentencia) as filas:
            for pedazo in filas:
                digest.update(pedazo)
        return Tabla(cursor.rowcount, digest.hexdigest())

    def _orden(self, tabla):
        llave = self._conexion.execute(LLAVE, [_identificador(tabla).as_string()]).fetchall()
        if not llave:
            return sql.SQL('t::text COLLATE pg_catalog."C"')
        # The order of texts is another in a database with another collation.
        sin_intercalar = {True: sql.SQL('{} COLLATE pg_catalog."C"'), False: sql.SQL("{}")}
        return sql.SQL(", ").join(sin_intercalar[texto].format(sql.Identifier(columna)) for columna, texto in llave)


class Foto(Lector):
    """The database as one transaction sees it."""

    def __init__(self, conexion, cliente: Cliente):
        super().__init__(conexion)
        self._cliente = cliente
        conexion.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self._foto = conexion.execute("SELECT pg_export_snapshot()").fetchone()[0]

    def copiar(self, destino: BinaryIO, carpeta: Path) -> None:
        self._cliente.volcar(self._foto, destino)


class Base:
    """The database of DATABASE_URL."""

    base, parte = BASE, PARTE
    para_borrar = "dropdb {}"
    carpeta = None  # the server has its own

    def __init__(self, conexion):
        self.cliente = Cliente(conexion.get_connection_params())
        self.nombre = self.cliente.nombre
        conexion.close()

    @contextmanager
    def foto(self) -> Iterator[Foto]:
        with self._conectado(self.nombre) as conexion:
            self.cliente.exigir("pg_dump", conexion.info.server_version)
            yield Foto(conexion, self.cliente)

    @contextmanager
    def actual(self) -> Iterator[Lector | None]:
        """Give what reads the present database; None when there is none."""
        with self._de_mantenimiento() as servidor:
            existe = _existe(servidor, self.nombre)
        if not existe:
            yield None
            return
        with self._conectado(self.nombre) as conexion:
            yield Lector(conexion)

    def exigir_libre(self) -> None:
        with self._de_mantenimiento() as servidor:
            sesiones = servidor.execute(
                "SELECT pid, usename, application_name, client_addr FROM pg_stat_activity"
                " WHERE datname = %s AND backend_type = 'client backend' ORDER BY pid",
                [self.nombre],
            ).fetchall()
        if sesiones:
            quienes = "; ".join(f"{pid}: {' '.join(str(dato) for dato in datos if dato)}" for pid, *datos in sesiones)
            raise CommandError(_ocupada(self.nombre, quienes))

    @contextmanager
    def banco(self, respaldo: Respaldo, carpeta: Path | None) -> Iterator["Banco"]:
        """Give the backup's database, restored under a name of its own, and drop it at the end, together with those
        that were left by who was killed."""
        with self._de_mantenimiento() as servidor:
            self._exigir_servidor(servidor, respaldo)
            self._quitar_restos(servidor)
            nombre = _nombre_de(self.nombre, PRUEBA, str(servidor.info.backend_pid))
            _bloquear(servidor, nombre)
            self._crear(servidor, nombre)
            try:
                with respaldo.parte(PARTE) as volcado:
                    self.cliente.cargar(volcado, nombre)
                with self._conectado(nombre) as conexion:
                    yield Banco(self, servidor, nombre, conexion)
            finally:
                _tirar(servidor, nombre)

    def _exigir_servidor(self, servidor, respaldo):
        self.cliente.exigir("pg_restore", max(servidor.info.server_version, _numero(respaldo.manifiesto.version)))
        if servidor.info.server_version // 10000 < _numero(respaldo.manifiesto.version) // 10000:
            raise CommandError(
                f"El respaldo es de PostgreSQL {respaldo.manifiesto.version}, y el servidor es anterior: restáurelo en"
                f" uno de esa versión o posterior. No se tocó nada."
            )

    def _quitar_restos(self, servidor):
        comienzo = _nombre_de(self.nombre, PRUEBA, "")
        nombres = servidor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND datdba = current_user::regrole",
            [comienzo],
        ).fetchall()
        for (nombre,) in nombres:
            if nombre.removeprefix(comienzo).isdecimal() and _bloquear(servidor, nombre):
                _tirar(servidor, nombre)

    def _crear(self, servidor, nombre):
        """Create the database with the encoding and the collation of the present one, or of the server's template."""
        datos = servidor.execute(
            "SELECT to_jsonb(d) FROM pg_database d WHERE datname IN (%s, 'template0')"
            " ORDER BY datname = 'template0' LIMIT 1",
            [self.nombre],
        ).fetchone()[0]
        opciones = {"LC_COLLATE": datos["datcollate"], "LC_CTYPE": datos["datctype"]}
        if datos.get("datlocprovider") == "i":
            opciones |= {"LOCALE_PROVIDER": "icu", "ICU_LOCALE": datos.get("daticulocale") or datos.get("datlocale")}
        try:
            servidor.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' {}").format(
                    sql.Identifier(nombre),
                    sql.SQL(" ").join(sql.SQL(f"{opcion} {{}}").format(valor) for opcion, valor in opciones.items()),
                )
            )
        except psycopg.errors.InsufficientPrivilege:
            usuario = servidor.info.user
            raise CommandError(
                f"El usuario {usuario} de PostgreSQL no puede crear la base en que se restaura y se revisa, y no se"
                f' tocó nada. Permítaselo (sudo -u postgres psql -c "ALTER ROLE {usuario} CREATEDB") y repita.'
            ) from None

    @contextmanager
    def _conectado(self, nombre: str) -> Iterator[psycopg.Connection]:
        with closing(self.cliente.conectar(nombre)) as conexion:
            yield conexion

    @contextmanager
    def _de_mantenimiento(self) -> Iterator[psycopg.Connection]:
        """Give a connection to a database that is always there."""
        *primeras, ultima = DE_MANTENIMIENTO
        for nombre in primeras:
            try:
                conexion = self.cliente.conectar(nombre)
                break
            except psycopg.OperationalError:
                continue
        else:
            conexion = self.cliente.conectar(ultima)
        with closing(conexion):
            yield conexion


class Banco:
    """A restored database that nobody uses yet."""

    def __init__(self, base: Base, servidor, nombre: str, conexion):
        self._base, self._servidor, self._conexion = base, servidor, conexion
        self.nombre = nombre
        self.lector = Lector(conexion)

    def poner_en_servicio(self, sufijo: str, *, guardar_anterior: bool) -> str | None:
        """Give it the name of the present one. Return the name that the previous one has now, if it was kept."""
        self._conexion.execute("ANALYZE")
        self._conexion.close()
        actual, anterior = self._base.nombre, _nombre_de(self._base.nombre, "_anterior_", sufijo.lower())
        try:
            with self._servidor.transaction():
                if hay := _existe(self._servidor, actual):
                    _renombrar(self._servidor, actual, anterior)
                _renombrar(self._servidor, self.nombre, actual)
        except psycopg.errors.ObjectInUse:
            self._base.exigir_libre()
            raise
        if hay and not guardar_anterior:
            _tirar(self._servidor, anterior)
        return anterior if hay and guardar_anterior else None


def _ocupada(nombre: str, quienes: str) -> str:
    return (
        f"La base {nombre} está en uso ({quienes}), y no se tocó nada. Detenga Monitor y su correo"
        " (sudo systemctl stop monitor monitor-correo) y repita."
    )


def _existe(servidor, nombre: str) -> bool:
    return servidor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [nombre]).fetchone() is not None


def _renombrar(servidor, de: str, a: str) -> None:
    servidor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(de), sql.Identifier(a)))


def _tirar(servidor, nombre: str) -> None:
    servidor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(nombre)))


def _bloquear(servidor, nombre: str) -> bool:
    """Take the lock of a database, which whoever works with it holds until its session ends."""
    return servidor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [nombre]).fetchone()[0]


def _nombre_de(base: str, que: str, sufijo: str) -> str:
    """Return `base` with that end, cut so that PostgreSQL takes it whole."""
    return base[: NOMBRE_MAXIMO - len(que) - 20] + que + sufijo


def _identificador(tabla: str) -> sql.Identifier:
    return sql.Identifier(*tabla.split(".", 1)) if "." in tabla else sql.Identifier("public", tabla)


def _numero(version: str) -> int:
    """Return a version as the server counts it: 150018 for «15.18»."""
    mayor, menor = version.split(".")
    return int(mayor) * 10000 + int(menor)
