"""Backups of PostgreSQL: what `pg_dump` writes of the same snapshot whose rows are counted here, and `pg_restore` into
a new database, which takes the name of the present one only when it is whole."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from django.core.management.base import CommandError
from psycopg import sql

from monitor.respaldos.cliente import Cliente
from monitor.respaldos.contenedor import Respaldo
from monitor.respaldos.lectura_postgresql import Foto, Lector

BASE = "postgresql"
PARTE = "base.pgdump"
DE_MANTENIMIENTO = ("postgres", "template1")
NOMBRE_MAXIMO = 63  # bytes of a name in PostgreSQL
PRUEBA = "_prueba_"


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
        *primeras, ultima = (nombre for nombre in DE_MANTENIMIENTO if nombre != self.nombre)
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
        while _existe(self._servidor, anterior):  # another was put aside in the same second
            anterior += "_"
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
        f"La base {nombre} está en uso ({quienes}), y no se tocó nada. Detenga Monitor, su correo y su nube"
        " (sudo systemctl stop monitor monitor-correo monitor-nube) y repita."
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


def _numero(version: str) -> int:
    """Return a version as the server counts it: 150018 for «15.18»."""
    mayor, menor = version.split(".")
    return int(mayor) * 10000 + int(menor)
