"""The code of a solicitud. The database makes it from the id of the row, so it is unique whoever writes, and nothing
keeps a count."""

from django.db import models


class Codigo(models.Func):
    """The code of a solicitud, from its month and its id: `2026-03` and 42 make `SOL-2026-03-00000042`. The id has
    eight digits or more."""

    arity = 2
    output_field = models.CharField(max_length=40)

    def as_postgresql(self, compiler, connection, **extra):
        periodo, clave = (compiler.compile(e)[0] for e in self.source_expressions)
        return f"'SOL-' || {periodo} || '-' || lpad({clave}::text, greatest(8, length({clave}::text)), '0')", ()

    def as_sqlite(self, compiler, connection, **extra):
        periodo, clave = (compiler.compile(e)[0] for e in self.source_expressions)
        return f"'SOL-' || {periodo} || '-' || printf('%%08d', {clave})", ()
