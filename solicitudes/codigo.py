"""The code of a solicitud, which the database makes of the row's own id: unique whoever writes, never counted."""

from django.db import models


class Codigo(models.Func):
    """`SOL-2026-03-00000042`, of `2026-03` and 42. Eight digits, or as many as the id has."""

    arity = 2
    output_field = models.CharField(max_length=40)

    def as_postgresql(self, compiler, connection, **extra):
        periodo, clave = (compiler.compile(e)[0] for e in self.source_expressions)
        return f"'SOL-' || {periodo} || '-' || lpad({clave}::text, greatest(8, length({clave}::text)), '0')", ()

    def as_sqlite(self, compiler, connection, **extra):
        periodo, clave = (compiler.compile(e)[0] for e in self.source_expressions)
        return f"'SOL-' || {periodo} || '-' || printf('%%08d', {clave})", ()
