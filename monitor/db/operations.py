"""Operations that migrations share."""

from django.db import migrations


class OnPostgreSQL(migrations.RunSQL):
    """SQL that only PostgreSQL is given."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


def trigram_index(tabla: str, columna: str = "busqueda") -> OnPostgreSQL:
    """Create the index that serves `Contains` for any fragment of three letters or more. A database's owner may create
    the extension.

    Without fastupdate: a pending list makes some searches and some writes slow, now and then.
    """
    nombre = f"{tabla}_{columna}_trigramas"
    return OnPostgreSQL(
        f"CREATE EXTENSION IF NOT EXISTS pg_trgm;CREATE INDEX {nombre} ON {tabla} USING gin ({columna} gin_trgm_ops)",
        f"DROP INDEX {nombre}",
    )
