# The packages of what hangs from an expediente, and that of where its evidence may go.
ANEXOS = ("evidencias", "comentarios", "levantamientos", "checklist", "nube")
