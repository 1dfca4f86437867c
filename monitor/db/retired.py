"""The SQL of the columns and indexes of the first migrations, which knew a few Latin letters. Later migrations replace
them; nothing else may use them."""

import unicodedata

from django.db import models

_MAYUSCULAS = "ÁÉÍÓÚÜÑÇÀÈÒÏÂÊÔÃÕÄÖ"


def _plegados() -> dict[str, str]:
    folds = {chr(n): "" for n in range(0x300, 0x30D)} | {"\u0327": "", "\u0328": ""}
    for n in range(0xC0, 0x180):
        base = "".join(c for c in unicodedata.normalize("NFKD", chr(n)) if not unicodedata.combining(c)).lower()
        if len(base) == 1 and base != chr(n):
            folds[chr(n)] = base
    return folds


class LatinCaseBlind(models.Func):
    arity = 1
    output_field = models.TextField()

    def as_postgresql(self, compiler, connection, **extra):
        texto, params = compiler.compile(self.source_expressions[0])
        return f"""lower(translate({texto}, '{_MAYUSCULAS}', '{_MAYUSCULAS.lower()}') COLLATE "C")""", tuple(params)

    def as_sqlite(self, compiler, connection, **extra):
        texto, params = compiler.compile(self.source_expressions[0])
        for letra in _MAYUSCULAS:
            texto = f"replace({texto}, '{letra}', '{letra.lower()}')"
        return f"lower({texto})", tuple(params)


class LatinLines(models.Func):
    output_field = models.TextField()

    def as_sql(self, compiler, connection, **extra):
        text = " || '\n' || ".join(f"coalesce({compiler.compile(e)[0]}, '')" for e in self.source_expressions)
        if connection.vendor != "postgresql":
            return text, ()
        folds = _plegados()
        # translate() drops the characters of its first list that have no pair in the second, so those go last.
        letters = sorted(folds, key=lambda c: folds[c] == "")
        plain = f"translate({text}, '{''.join(letters)}', '{''.join(folds[c] for c in letters)}')"
        return f'lower({plain} COLLATE "C")', ()
