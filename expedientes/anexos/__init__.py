# The packages of what hangs from an expediente.
ANEXOS = ("evidencias", "comentarios", "levantamientos", "checklist")
