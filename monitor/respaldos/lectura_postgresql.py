"""Reads whole tables of PostgreSQL, so that the same rows give the same digest in any server and database."""

import hashlib
from pathlib import Path
from typing import BinaryIO

import psycopg
from psycopg import sql

from monitor.respaldos.cliente import Cliente
from monitor.respaldos.manifiesto import Tabla

# Values are written alike whatever the server's settings, names don't depend on a search path, and no limit ends a
# session that reads for long or waits for pg_dump.
AJUSTES = {
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "search_path": "",
    "statement_timeout": "0",
    "lock_timeout": "60s",  # for what a migration holds
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


def _identificador(tabla: str) -> sql.Identifier:
    return sql.Identifier(*tabla.split(".", 1)) if "." in tabla else sql.Identifier("public", tabla)
