"""The keys with which programs call the API (docs/adr/0015)."""

from datetime import datetime, timedelta
from secrets import token_hex

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from monitor import secretos
from monitor.cambios.registro import cambiar, crear
from monitor.db.fields import LineField
from monitor.db.queries import CompiledQuery, Param
from monitor.db.writes import Author, insert, update
from monitor.errores import DatosInvalidos, NoEncontrado
from monitor.roles import exigir_rol
from monitor.validadores import que_se_puede_mostrar, sin_inversion

NO_ENCONTRADA = "Llave no encontrada"
YA_PASO = "ese momento ya pasó; use uno que esté por venir, o ninguno para que no venza"

_viva = CompiledQuery(
    lambda: (
        Llave.objects.filter(
            models.Q(vence=None) | models.Q(vence__gt=Param("ahora", models.DateTimeField())),
            huella=Param("huella", models.CharField()),
            usuario__is_active=True,
        )
        .order_by()
        .values_list("usuario_id", "vence")
    )
)


class LlaveManager(models.Manager):
    # Each use would be a write. So many go without a note, and what is noted is right to the minute.
    ENTRE_USOS = timedelta(minutes=1)

    def de_huella(self, huella: str, ahora: datetime) -> tuple[int, datetime | None] | None:
        """Return the id of the key's user and when the key expires (None: never), or None for a key that doesn't exist,
        was revoked or expired: all three take the same statement. Whoever uses the key also compares the version of its
        user's tokens with `Llave.VERSION`."""
        return next(iter(_viva.rows(huella=huella, ahora=ahora)), None)

    def creadores(self, pk: int) -> list[int]:
        """Return the ids of who made the key: a person, or the key that did, whoever made that one, and so on."""
        creador = self.filter(pk=pk).values_list("creada_por_id", flat=True).first()
        return [creador, *self.creadores(creador)] if creador else []

    @transaction.atomic
    def crear(self, *, nombre: str, rol: str, vence: datetime | None = None, por: Author) -> "Llave":
        """Create a key and the user as whom it acts, and return it with its text in `llave`, which is kept nowhere.
        Raise DatosInvalidos."""
        exigir_rol(rol)
        Llave(nombre=nombre, vence=vence).validar()
        texto = secretos.nueva_llave()
        usuario = crear(get_user_model(), _usuario(nombre, rol), por=por)
        columnas = {
            "usuario_id": usuario.pk,
            "nombre": nombre,
            "prefijo": texto[: secretos.VISIBLES],
            "huella": secretos.huella(texto),
            "creada_en": timezone.now(),
            "creada_por_id": por.pk,
            "vence": vence,
        }
        llave = insert(Llave, columnas, por=por)
        llave.usuario, llave.llave = usuario, texto
        return llave

    @transaction.atomic
    def revocar(self, pk: int, *, por: Author) -> "Llave":
        """Revoke a key for good, from the next request on. One that was revoked before stays as it is. Raise
        NoEncontrado."""
        llave = self.select_for_update(no_key=True).filter(pk=pk).first()
        if llave is None:
            raise NoEncontrado(NO_ENCONTRADA)
        if llave.revocada_en:
            return llave
        sin_valer = {"is_active": False, "version_token": Llave.VERSION + 1}
        cambiar(get_user_model(), pk, lambda usuario: (sin_valer, ()), por=por, columnas=sin_valer)
        return update(Llave, pk, {"revocada_en": timezone.now(), "revocada_por_id": por.pk}, por=por)

    def anotar_uso(self, pk: int, en: datetime) -> None:
        """Note that a key was used, unless that was noted a moment ago."""
        viejo = models.Q(ultimo_uso=None) | models.Q(ultimo_uso__lte=en - self.ENTRE_USOS)
        self.filter(viejo, pk=pk).update(ultimo_uso=en)


def _usuario(nombre: str, rol: str) -> dict:
    """Return the columns of a key's user, who has no password and whose username nobody types."""
    return {
        "username": f"llave-{token_hex(6)}",
        "password": make_password(None),
        "nombre": f"Llave: {nombre}",
        "rol": rol,
        "version_token": Llave.VERSION,
        "es_llave": True,
    }


class Llave(models.Model):
    """A key, of which only a digest is kept. Its id is that of its user: what its program writes names it.

    Nothing of it but `ultimo_uso` changes until it is revoked, so a process may keep what it has read of one.
    """

    VERSION = 0  # of the tokens of a key's user, from when it is created until it is revoked

    usuario = models.OneToOneField(
        "usuarios.Usuario", models.PROTECT, primary_key=True, db_column="id", related_name="+"
    )
    nombre = LineField(
        "nombre",
        max_length=100,
        validators=[sin_inversion],
        help_text="De qué programa es: así se le ve en los historiales.",
    )
    prefijo = models.CharField("empieza con", max_length=secretos.VISIBLES, editable=False)
    huella = models.CharField(max_length=64, editable=False)
    creada_en = models.DateTimeField("creada", default=timezone.now, editable=False)
    creada_por = models.ForeignKey(
        "usuarios.Usuario", models.PROTECT, related_name="+", editable=False, verbose_name="creada por"
    )
    vence = models.DateTimeField(
        "vence", null=True, blank=True, validators=[que_se_puede_mostrar], help_text="Vacío: no vence."
    )
    ultimo_uso = models.DateTimeField("último uso", null=True, editable=False)
    revocada_en = models.DateTimeField("revocada", null=True, editable=False)
    revocada_por = models.ForeignKey(
        "usuarios.Usuario", models.PROTECT, null=True, related_name="+", editable=False, verbose_name="revocada por"
    )

    objects = LlaveManager()

    class Meta:
        app_label = "usuarios"
        db_table = "llave"
        verbose_name = "llave"
        verbose_name_plural = "llaves"
        ordering = ["usuario_id"]
        constraints = [models.UniqueConstraint(fields=["huella"], name="llave_huella_unica")]

    def __str__(self):
        return self.nombre

    def validar(self) -> None:
        """Check what people choose of a key, for the API and the admin alike. Raise DatosInvalidos."""
        try:
            self.clean_fields(exclude=[campo.name for campo in self._meta.fields if campo.name not in ELEGIBLES])
            if self.vence and self.vence <= timezone.now():
                raise ValidationError({"vence": YA_PASO})
        except ValidationError as error:
            campos = {c: [f"{c}: {m}" for m in mensajes] for c, mensajes in error.message_dict.items()}
            raise DatosInvalidos(campos=campos) from error


ELEGIBLES = ("nombre", "vence")
