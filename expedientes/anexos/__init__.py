# The packages of what hangs from an expediente.
ANEXOS = ("comentarios", "levantamientos", "checklist")
