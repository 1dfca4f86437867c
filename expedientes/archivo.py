"""The copies that the archive keeps: of a whole expediente, and of an annex that was deleted from one (`anexos`).
`copias` shows them to people."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Replace

from catalogos.models import Aseguradora
from monitor.cambios.cadena import Eslabon, Fila, Fin, Padre
from monitor.cambios.registro import columnas_de
from monitor.db.fields import KeyField
from monitor.db.functions import ClockTime, IndexedPlates
from monitor.db.triggers import AppendOnly, door
from monitor.db.writes import Author, insert, insert_many
from monitor.errores import Conflicto
from monitor.usuarios.models import Usuario

SIN_LUGAR = "La copia es de otra versión de Monitor y no se puede restaurar completa; puede consultarla en el archivo"
YA_NO_EXISTE = "No se puede restaurar, porque {} ya no existe; puede consultar la copia en el archivo"
DE_LA_COPIA = {"usuario", "aseguradora"}  # what a copy holds besides the rows themselves: the names of what they name
LOTE = 500  # rows that one INSERT writes


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


class AnexoArchivado(models.Model):
    """An annex that was deleted from the expediente with this identity, whole: its columns and, by table, what hung
    from it. `objeto` is its table, and `fila` its id there."""

    id = models.BigAutoField(primary_key=True)
    objeto = models.CharField("tabla", max_length=40)
    fila = models.BigIntegerField("id de la fila")
    expediente_uid = models.UUIDField("expediente", db_index=True)
    datos = models.JSONField("datos", encoder=DjangoJSONEncoder)
    archivado_en = models.DateTimeField("archivado", db_default=ClockTime(), editable=False)
    archivado_por = models.ForeignKey(Usuario, models.PROTECT, db_index=False, related_name="+")

    class Meta:
        db_table = "anexo_archivado"
        verbose_name = "anexo archivado"
        verbose_name_plural = "anexos archivados"
        ordering = ["-id"]
        indexes = [models.Index(fields=["objeto", "fila"], name="anexo_archivado_por_fila")]

    def __str__(self):
        return f"{self.objeto} {self.fila}"


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


def anexos_archivados(modelo: type[models.Model]) -> Iterator[tuple[Padre, list[Fila]]]:
    """Yield what the copies of expedientes say of the chains of their annexes of a model."""
    tabla = modelo._meta.db_table
    copias = ExpedienteArchivado.objects.filter(datos__has_key=tabla).order_by("pk")
    for pk, filas in copias.values_list("pk", f"datos__{tabla}").iterator():
        for fila in filas:
            fin = Fin(fila["eslabones"], fila["cabeza"])
            yield Padre(UUID(fila["uid"]), f"{fila['id']} (archivado {pk})", fin, None), []


def colgantes(modelo: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Yield every model whose rows hang from those of `modelo`, at any depth, each with the path that leads from it to
    them. A model comes before those that hang from it."""
    for relacion in modelo._meta.related_objects:
        otro, paso = relacion.related_model, relacion.field.name
        yield otro, paso
        yield from ((hondo, f"{camino}__{paso}") for hondo, camino in colgantes(otro))


def colgadas_de(fila: models.Model) -> list[models.QuerySet]:
    """Return all the rows that hang from one, by model (`colgantes`)."""
    return [otro._base_manager.filter(**{camino: fila}).order_by("pk") for otro, camino in colgantes(type(fila))]


def copiar(fila: models.Model) -> dict:
    """Return the copy of a row that is locked: its columns and, by table, the rows that hang from it and those of the
    people and the insurer that it names. What hangs from it is locked too, so that nobody changes what was copied."""
    copia = _exacta({campo.column: campo.value_from_object(fila) for campo in columnas_de(type(fila))})
    personas = _personas(type(fila), [vars(fila)])
    for colgadas in colgadas_de(fila):
        attnames = [campo.attname for campo in columnas_de(colgadas.model)]
        filas = list(colgadas.select_for_update(of=("self",)).values(*attnames))
        copia[colgadas.model._meta.db_table] = [_exacta(colgada) for colgada in filas]
        personas |= _personas(colgadas.model, filas)
    copia["usuario"] = list(Usuario.objects.filter(pk__in=personas).order_by("pk").values("id", "nombre", "username"))
    if hasattr(fila, "aseguradora_id"):
        copia["aseguradora"] = fila.aseguradora_id and _aseguradora(fila.aseguradora_id)
    return copia


def _personas(modelo, filas) -> set:
    """Return the people that rows name, by id."""
    columnas = [campo.attname for campo in modelo._meta.concrete_fields if campo.related_model is Usuario]
    return {fila[columna] for fila in filas for columna in columnas} - {None}


def _aseguradora(pk) -> dict | None:
    return Aseguradora.objects.filter(pk=pk).values("id", "nombre").first()


def quitar(fila: models.Model, copia: Mapping) -> None:
    """Take a row, with all that hangs from it and was copied, out of the live tables."""
    for colgadas in reversed(colgadas_de(fila)):
        if copia[colgadas.model._meta.db_table]:
            with puerta_de(colgadas):
                colgadas.delete()
    type(fila)._base_manager.filter(pk=fila.pk).delete()


def puerta_de(filas: models.QuerySet, **opciones) -> AbstractContextManager:
    """Return the door through which these rows may be deleted or follow another key: those of most tables need none."""
    if not issubclass(filas.model, AppendOnly):
        return nullcontext()
    return door(filas.model, filas.values_list("pk", flat=True), **opciones)


def reponer(colgadas: Mapping[type[models.Model], list[dict]], *, por: Author) -> None:
    """Insert again the rows that hung from another, as `desarmar` gives them."""
    for modelo, filas in colgadas.items():
        for desde in range(0, len(filas), LOTE):
            insert_many(modelo, filas[desde : desde + LOTE], por=por)


def archivar_anexo(anexo: models.Model, expediente: UUID, *, por: Author) -> None:
    """Take an annex, locked, of the expediente with this identity out of the live tables with all that hangs from it;
    its copy stays in the archive."""
    copia = copiar(anexo)
    datos = {
        "objeto": anexo._meta.db_table,
        "fila": anexo.pk,
        "expediente_uid": expediente,
        "datos": copia,
        "archivado_por_id": por.pk,
    }
    insert(AnexoArchivado, datos, por=por)
    quitar(anexo, copia)


def uids_archivados(expediente: UUID) -> models.QuerySet:
    """Return the query of the `uid` of what was deleted from the expediente with this identity; null for what had
    none."""
    uid = Cast(Replace(KT("datos__uid"), models.Value("-"), models.Value("")), models.UUIDField())
    return AnexoArchivado.objects.filter(expediente_uid=expediente).order_by().values_list(uid)


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
    colgadas = {otro._meta.db_table: otro for otro, _ in colgantes(modelo)}
    suyos = {clave: valor for clave, valor in datos.items() if clave not in DE_LA_COPIA | colgadas.keys()}
    try:
        valores = leer_fila(modelo, suyos, "column")
        filas = {o: [_vacia(o) | leer_fila(o, fila) for fila in datos.get(t, ())] for t, o in colgadas.items()}
    except (KeyError, ValidationError) as error:
        raise Conflicto(SIN_LUGAR) from error
    if not {"no_siniestro", "estado"} <= valores.keys():
        raise Conflicto(SIN_LUGAR)
    return valores, filas


def _vacia(modelo) -> dict:
    """Return nothing in each column that may lack a value: those that came after a copy was made."""
    return {campo.attname: None for campo in columnas_de(modelo) if campo.null}


def leer_fila(modelo: type[models.Model], fila: Mapping, clave: str = "attname") -> dict:
    """Return the values of a copied row, by attname. `clave` says which name of a column the copy goes by. Raise
    KeyError for a value that no column has a place for."""
    campos = {getattr(campo, clave): campo for campo in columnas_de(modelo)}
    return {
        campos[nombre].attname: campos[nombre].to_python(valor)
        for nombre, valor in fila.items()
        if nombre in campos or valor is not None
    }
