"""The copy that the archive keeps of an expediente. `copias` shows it to people."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.fields.json import KT

from catalogos.models import Aseguradora
from monitor.cambios.cadena import Eslabon, Fila, Fin, Padre
from monitor.db.fields import KeyField
from monitor.db.functions import ClockTime, IndexedPlates
from monitor.errores import Conflicto
from monitor.usuarios.models import Usuario

SIN_LUGAR = "La copia es de otra versión de Monitor y no se puede restaurar completa; puede consultarla en el archivo"
YA_NO_EXISTE = "No se puede restaurar, porque {} ya no existe; puede consultar la copia en el archivo"
DE_LA_COPIA = {"usuario", "aseguradora"}  # what a copy holds besides the rows themselves: the names of what they name


class ExpedienteArchivado(models.Model):
    """A whole expediente that was archived. `datos` has its columns and, by table, the rows that hung from it and those
    of the people and the insurer that it names."""

    id = models.BigAutoField(primary_key=True)
    no_siniestro = KeyField("No. Siniestro", max_length=100, db_index=True)
    datos = models.JSONField("datos", encoder=DjangoJSONEncoder)
    archivado_en = models.DateTimeField("archivado", db_default=ClockTime(), editable=False)
    archivado_por = models.ForeignKey(Usuario, models.PROTECT, related_name="+", verbose_name="archivado por")
    placas = models.GeneratedField(expression=KT("datos__placas"), output_field=models.TextField(), db_persist=True)

    class Meta:
        db_table = "expediente_archivado"
        verbose_name = "expediente archivado"
        verbose_name_plural = "expedientes archivados"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["archivado_en", "id"], name="expediente_archivado_en_orden"),
            models.Index(IndexedPlates("placas"), name="archivado_por_placas"),
        ]

    def __str__(self):
        return self.no_siniestro


def archivados(historia: type[Eslabon]) -> Iterator[tuple[Padre, list[Fila]]]:
    """Yield what each copy says of its chain, with the links of `historia` that went along. Those from before there
    were chains have none."""
    for pk, datos in ExpedienteArchivado.objects.order_by("pk").values_list("pk", "datos").iterator():
        if "uid" in datos:
            uid = UUID(datos["uid"])
            fin = Fin(datos["eslabones"], datos["cabeza"])
            filas = [_fila(historia, uid, fila) for fila in datos[historia._meta.db_table]]
            yield Padre(uid, f"{datos['no_siniestro']} (archivado {pk})", fin, datos["estado"]), filas


def _fila(historia, uid, fila) -> Fila:
    sellados = [historia._meta.get_field(columna).to_python(fila.get(columna)) for columna in historia.sellados]
    return Fila(uid, fila["eslabon"], fila["huella"], historia, fila["id"], tuple(sellados))


def copiar(expediente: models.Model) -> dict:
    """Return the copy of an expediente for `ExpedienteArchivado.datos`."""
    columnas = [campo for campo in expediente._meta.concrete_fields if not campo.generated]
    copia = _exacta({campo.column: campo.value_from_object(expediente) for campo in columnas})
    for relacion in expediente._meta.related_objects:
        filas = relacion.related_model._base_manager.filter(**{relacion.field.name: expediente}).order_by("pk")
        copia[relacion.related_model._meta.db_table] = [_exacta(fila) for fila in filas.values()]
    personas = {copia["creado_por"]} | {fila["cambiado_por_id"] for fila in copia["historial_estado"]}
    copia["usuario"] = list(Usuario.objects.filter(pk__in=personas).order_by("pk").values("id", "nombre", "username"))
    copia["aseguradora"] = (
        Aseguradora.objects.filter(pk=expediente.aseguradora_id).values("id", "nombre").first()
        if expediente.aseguradora_id
        else None
    )
    return copia


def _exacta(fila: dict) -> dict:
    """Return the row with its instants as text, because the field's encoder would cut their microseconds."""
    return {clave: valor.isoformat() if isinstance(valor, datetime) else valor for clave, valor in fila.items()}


def exigir_mencionados(datos: Mapping) -> None:
    """Raise Conflicto when a person or the insurer that a copy names doesn't exist any more. Its history is sealed with
    its people: without them it can't come back as it was."""
    personas = {persona["id"]: persona for persona in datos.get("usuario", ())}
    personas = [
        personas[pk]
        for pk in personas.keys() - set(Usuario.objects.filter(pk__in=personas).values_list("pk", flat=True))
    ]
    faltan = sorted(persona["nombre"] or persona["username"] for persona in personas)
    aseguradora = datos.get("aseguradora")
    if aseguradora and not Aseguradora.objects.filter(pk=aseguradora["id"]).exists():
        faltan.append(aseguradora["nombre"])
    if faltan:
        raise Conflicto(YA_NO_EXISTE.format(", ".join(f"«{nombre}»" for nombre in faltan)))


def desarmar(datos: Mapping, modelo: type[models.Model]) -> tuple[dict, dict[type[models.Model], list[dict]]]:
    """Undo `copiar`: return the values of the expediente, by attname, and by model those of the rows that hung from it.
    Raise Conflicto when today's columns don't hold all of the copy."""
    colgadas = {
        relacion.related_model._meta.db_table: relacion.related_model for relacion in modelo._meta.related_objects
    }
    suyos = {clave: valor for clave, valor in datos.items() if clave not in DE_LA_COPIA | colgadas.keys()}
    try:
        valores = _leer(modelo, suyos, "column")
        filas = {o: [_vacia(o) | _leer(o, fila, "attname") for fila in datos.get(t, ())] for t, o in colgadas.items()}
    except (KeyError, ValidationError) as error:
        raise Conflicto(SIN_LUGAR) from error
    if not {"no_siniestro", "estado"} <= valores.keys():
        raise Conflicto(SIN_LUGAR)
    return valores, filas


def _vacia(modelo) -> dict:
    """Return nothing in each column that may lack a value: those that came after a copy was made."""
    return {campo.attname: None for campo in modelo._meta.concrete_fields if campo.null and not campo.generated}


def _leer(modelo, fila, clave) -> dict:
    """Return the values of a copied row, by attname. `clave` says which name of a column the copy goes by. Raise
    KeyError for a value that no column has a place for."""
    campos = {getattr(campo, clave): campo for campo in modelo._meta.concrete_fields if not campo.generated}
    return {
        campos[nombre].attname: campos[nombre].to_python(valor)
        for nombre, valor in fila.items()
        if nombre in campos or valor is not None
    }
