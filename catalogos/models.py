from copy import copy

from django.conf import settings
from django.db import models, transaction

from catalogos.base import (
    Catalogo,
    CatalogoManager,
    CodigoField,
    MayusculasField,
    RecortadoField,
    clave_unica,
    texto,
    texto_largo,
)
from catalogos.frases import NO_EXISTE, frase
from monitor.db.fields import MailField
from monitor.db.functions import Sorted
from monitor.errores import DatosInvalidos
from monitor.validadores import ENTERO_MAXIMO, Entre, sin_formato

CICLO = "No se puede asignar este departamento padre porque crearía una referencia circular"


class Aseguradora(Catalogo):
    nombre = RecortadoField("nombre", max_length=100, validators=[sin_formato])

    class Meta:
        db_table = "aseguradora"
        verbose_name = "aseguradora"
        verbose_name_plural = "aseguradoras"
        ordering = [Sorted("nombre"), "id"]
        constraints = [clave_unica("nombre", "aseguradora", "Ya existe una aseguradora con ese nombre")]


class Lugar(Catalogo):
    clave = "codigo"
    en_busqueda = ("codigo", "nombre", "direccion", "referencia")

    codigo = CodigoField("código", max_length=50, null=True, blank=True)
    nombre = RecortadoField("nombre", max_length=250)
    direccion = texto("dirección", 500)
    latitud = models.FloatField("latitud", null=True, blank=True, validators=[Entre((-90, 90))])
    longitud = models.FloatField("longitud", null=True, blank=True, validators=[Entre((-180, 180))])
    tipo_lugar = MayusculasField("tipo de lugar", max_length=50, null=True, blank=True)
    es_punto_frecuente = models.BooleanField("es punto frecuente", db_default=False, default=False)
    referencia = texto("referencia", 500)
    telefono_contacto = texto("teléfono de contacto", 20)
    observaciones = texto_largo("observaciones")

    class Meta:
        db_table = "lugar"
        verbose_name = "lugar"
        verbose_name_plural = "lugares"
        ordering = [Sorted("nombre"), "id"]
        constraints = [
            clave_unica("codigo", "lugar", "Ya existe un lugar con ese código"),
            models.CheckConstraint(
                name="lugar_latitud_valida",
                condition=models.Q(latitud__range=(-90, 90)),
                violation_error_message="latitud: debe estar entre -90 y 90",
            ),
            models.CheckConstraint(
                name="lugar_longitud_valida",
                condition=models.Q(longitud__range=(-180, 180)),
                violation_error_message="longitud: debe estar entre -180 y 180",
            ),
        ]


class DepartamentoManager(CatalogoManager):
    """The verbs of departments. One that hangs a department from another locks the whole tree first, because two at
    once could close a circle."""

    _padres_del_lote: dict[int, int | None] | None = None

    def en_lote(self):
        """Return a manager that locks and reads the tree once, and not for each row. It isn't for deleting."""
        lote = copy(self)
        lote._bloquear_arbol()
        lote._padres_del_lote = lote._padres()
        return lote

    @transaction.atomic
    def crear(self, datos, *, por):
        if datos.get("departamento_padre_id"):
            self._bloquear_arbol()
        return super().crear(datos, por=por)

    @transaction.atomic
    def reactivar(self, pk, *, por):
        self._bloquear_arbol()
        return super().reactivar(pk, por=por)

    @transaction.atomic
    def actualizar(self, pk, datos, *, por, visto=None):
        if datos.get("departamento_padre_id"):
            self._bloquear_arbol()
        return super().actualizar(pk, datos, por=por, visto=visto)

    def _bloquear_arbol(self):
        """Lock every department, always in the same order. Transactions that refer to departments (FOR KEY SHARE) don't
        have to wait."""
        if self._padres_del_lote is None:
            list(self.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))

    def _validar_en_la_base(self, fila):
        if not fila.departamento_padre_id:
            return
        padres = self._padres()
        if fila.departamento_padre_id not in padres:
            no_existe = frase(NO_EXISTE, self.model, clave="Id", valor=fila.departamento_padre_id)
            raise fila.invalido({"departamento_padre": [no_existe]})
        ancestro = fila.departamento_padre_id
        while ancestro:
            if ancestro == fila.pk:
                raise DatosInvalidos(CICLO, codigo="ciclo")
            ancestro = padres.get(ancestro)

    def _padres(self) -> dict[int, int | None]:
        """Return the parent of each department that isn't deleted."""
        if self._padres_del_lote is not None:
            return self._padres_del_lote
        return dict(self.vigentes().values_list("pk", "departamento_padre_id"))

    def _guardar(self, fila, verbo, por):
        fila = super()._guardar(fila, verbo, por)
        if self._padres_del_lote is not None and not fila.eliminado:
            self._padres_del_lote[fila.pk] = fila.departamento_padre_id
        return fila


class Departamento(Catalogo):
    clave = "codigo"
    en_busqueda = ("codigo", "nombre", "nombre_jefe", "ubicacion_fisica")
    nombres_en_la_red = {"perfil_jefe": "idPerfilJefe", "departamento_padre": "departamentoPadreId"}

    codigo = CodigoField("código", max_length=20)
    nombre = RecortadoField("nombre", max_length=250)
    perfil_jefe = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name="jefe",
        db_column="id_perfil_jefe",
        null=True,
        blank=True,
        related_name="+",
    )
    nombre_jefe = texto("nombre del jefe", 250)
    email_jefe = MailField("correo del jefe", null=True, blank=True, validators=[sin_formato])
    telefono_jefe = texto("teléfono del jefe", 50)
    ubicacion_fisica = texto("ubicación física", 500)
    nivel_jerarquico = models.IntegerField(
        "nivel jerárquico", db_default=0, default=0, validators=[Entre((0, ENTERO_MAXIMO))]
    )
    departamento_padre = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="departamento padre",
        null=True,
        blank=True,
        related_name="hijos",
    )

    objects = DepartamentoManager()

    class Meta:
        db_table = "departamento"
        verbose_name = "departamento"
        verbose_name_plural = "departamentos"
        ordering = ["nivel_jerarquico", Sorted("nombre"), "id"]
        constraints = [
            clave_unica("codigo", "departamento", "Ya existe un departamento con ese código"),
            models.CheckConstraint(
                name="departamento_nivel_valido",
                condition=models.Q(nivel_jerarquico__gte=0),
                violation_error_message="nivel jerárquico: no puede ser negativo",
            ),
            models.CheckConstraint(
                name="departamento_padre_es_otro",
                condition=models.Q(departamento_padre__isnull=True) | ~models.Q(departamento_padre=models.F("id")),
                violation_error_message=CICLO,
            ),
        ]


class TipoPrioridadSolicitud(Catalogo):
    nombre = RecortadoField("nombre", max_length=20, validators=[sin_formato])

    class Meta:
        db_table = "tipo_prioridad_solicitud"
        verbose_name = "tipo de prioridad"
        verbose_name_plural = "tipos de prioridad"
        ordering = [Sorted("nombre"), "id"]
        constraints = [
            clave_unica("nombre", "tipo_prioridad_solicitud", "Ya existe un tipo de prioridad con ese nombre")
        ]


class TipoServicioSolicitud(Catalogo):
    nombre = RecortadoField("nombre", max_length=50, validators=[sin_formato])

    class Meta:
        db_table = "tipo_servicio_solicitud"
        verbose_name = "tipo de servicio"
        verbose_name_plural = "tipos de servicio"
        ordering = [Sorted("nombre"), "id"]
        constraints = [clave_unica("nombre", "tipo_servicio_solicitud", "Ya existe un tipo de servicio con ese nombre")]


# Each catalogue comes after those that it refers to.
CATALOGOS: tuple[type[Catalogo], ...] = (
    Aseguradora,
    Lugar,
    Departamento,
    TipoPrioridadSolicitud,
    TipoServicioSolicitud,
)
