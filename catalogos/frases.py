"""Sentences about the rows of a model, which agree in gender with its name: «Lugar creado», «Aseguradora creada»."""

from django.db import models

CREADA = "{Uno} cread{o} exitosamente"
OBTENIDA = "{Uno} obtenid{o} exitosamente"
ACTUALIZADA = "{Uno} actualizad{o} exitosamente"
ELIMINADA = "{Uno} eliminad{o} exitosamente"
ELIMINADA_ESTA = "{Uno} '{fila}' eliminad{o} exitosamente"
LISTADO = "Listado de {varios} obtenido exitosamente"
LISTADO_COMPLETO = "Listado completo de {varios} obtenido exitosamente"
NO_ENCONTRADA = "{Uno} con Id {id} no encontrad{o}"
NO_ELIMINADA = "No se puede reactivar {este} {uno} porque no está eliminad{o}"
NO_EXISTE = "no existe {un} {uno} con {clave} {valor}"
YA_EXISTE = "Ya existe {un} {uno} con el {clave} '{valor}'"
CAMBIO = "{El} {uno} cambió desde que {lo} leyó; vuelva a leer{lo}"
EN_USO = "No se puede eliminar {este} {uno} porque tiene {usos}"
USOS = "{varios} activ{o}s asociad{o}s"

# A noun with one of these endings is feminine: aseguradora, solicitud, misión.
FEMENINOS = ("a", "d", "ión")


def frase(plantilla: str, modelo: type[models.Model], **valores) -> str:
    uno = str(modelo._meta.verbose_name)
    femenino = uno.split()[0].endswith(FEMENINOS)
    return plantilla.format(
        uno=uno,
        Uno=uno[0].upper() + uno[1:],
        varios=modelo._meta.verbose_name_plural,
        o="a" if femenino else "o",
        un="una" if femenino else "un",
        este="esta" if femenino else "este",
        El="La" if femenino else "El",
        lo="la" if femenino else "lo",
        **valores,
    )
