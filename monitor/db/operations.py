"""Operations that migrations share."""

from django.db import migrations


class OnPostgreSQL(migrations.RunSQL):
    """SQL that runs on PostgreSQL alone; on SQLite the operation does nothing."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


def trigram_index(tabla: str, columna: str = "busqueda") -> OnPostgreSQL:
    """Return the operation that creates the index for `Contains`, which serves any fragment of three letters or more.
    The owner of a database may create the extension."""
    nombre = f"{tabla}_{columna}_trigramas"
    return OnPostgreSQL(
        f"CREATE EXTENSION IF NOT EXISTS pg_trgm;CREATE INDEX {nombre} ON {tabla} USING gin ({columna} gin_trgm_ops)",
        f"DROP INDEX {nombre}",
    )
