from collections.abc import Collection
from typing import NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import IntegrityError, models, transaction
from django.db.models.deletion import ProtectedError
from django.db.models.functions import Coalesce, NullIf
from django.utils.crypto import salted_hmac

from monitor.cambios.cadena import Encadenado
from monitor.cambios.registro import anotar_eliminado, exigir_visto, guardar
from monitor.db.errors import is_duplicate
from monitor.db.fields import LineField, MailField
from monitor.db.queries import CompiledQuery, Param
from monitor.db.versions import Remembered, Seen
from monitor.db.writes import Author
from monitor.errores import Conflicto, DatosInvalidos, NoEncontrado
from monitor.roles import PERMISOS, ROL_INVALIDO, Rol, exigir_rol, tiene_permiso
from monitor.textos import is_visible
from monitor.usuarios.intentos import DireccionConocida, IntentoDeAcceso  # noqa: F401  Django looks for them here
from monitor.usuarios.llaves import Llave  # noqa: F401  as above
from monitor.validadores import sin_formato, sin_inversion

CON_ESPACIOS = "El usuario no puede contener espacios"
EN_USO = "El username ya está en uso"
ULTIMO_ADMINISTRADOR = "Debe quedar al menos un Administrador activo"
EN_HISTORIAL = "El usuario aparece en el historial; desactívelo en lugar de eliminarlo"
EN_BITACORA = "El usuario tiene cambios apuntados en el admin; desactívelo en lugar de eliminarlo"
NO_ENCONTRADO = "Usuario no encontrado"
PROPIA_CUENTA = "No puedes eliminar tu propia cuenta"


class Identidad(NamedTuple):
    """The columns of a user that each request reads."""

    pk: int
    username: str
    nombre: str | None
    rol: str


_identidad = CompiledQuery(
    lambda: (
        Usuario.objects.de_token(Param("id", models.BigIntegerField()), Param("version", models.IntegerField()))
        .order_by()
        .values_list(*Identidad._fields)
    )
)


def exigir_sin_espacios(username: str) -> None:
    if any(caracter.isspace() for caracter in username):
        raise DatosInvalidos(CON_ESPACIOS, codigo="usuario_con_espacios")


class UsuarioQuerySet(models.QuerySet):
    def de_token(self, pk, version):
        """Return the active user of a token that hasn't been revoked. The arguments are numbers, or expressions of
        them."""
        return self.filter(id=pk, version_token=version, is_active=True)

    def personas(self):
        """Return the people. The others are users as whom programs act with their keys (`llaves`): they don't come in,
        nobody asks them for anything, and only their key's verbs change them."""
        return self.filter(es_llave=False)


class UsuarioManager(BaseUserManager.from_queryset(UsuarioQuerySet)):
    def con_token(self, pk: int, version: int) -> Identidad | None:
        """Return the active user of a token that hasn't been revoked, or None, with one small statement."""
        filas = _identidad.rows(id=pk, version=version)
        return Identidad(*filas[0]) if filas else None

    def get_by_natural_key(self, username):
        return self.personas().get(username=username)

    def registrar(self, *, username, password, rol, por: Author | None, nombre=None, email=None, **otros) -> "Usuario":
        """Create a user. `por` is who writes, None for a command. Raise DatosInvalidos at the first check that fails:
        blanks, role, the other fields together, password, a username in use."""
        usuario = Usuario(username=username, rol=rol, nombre=nombre or None, email=email or None, **otros)
        usuario.validar()
        usuario.poner_password(password)
        return usuario.guardar(por)

    @transaction.atomic
    def actualizar(self, pk: int, cambios: dict, *, por: Author | None, visto: Seen | None = None) -> "Usuario":
        """Change a user and return it. `cambios` has any of nombre, username, password, rol, email and is_active.

        A new password revokes every token. So does disabling the user, so that no token works again when the user is
        enabled. Raise NoEncontrado, DatosInvalidos, or Conflicto for the last active Administrador.
        """
        self._bloquear_administradores()
        usuario = self._bloquear(pk)
        exigir_visto(usuario, visto)
        era_activo, era_administrador = usuario.is_active, usuario.es_administrador_activo
        password = cambios.get("password")
        nuevos = {a: valor for a, valor in cambios.items() if a != "password" and getattr(usuario, a) != valor}
        for atributo, valor in nuevos.items():
            setattr(usuario, atributo, valor)
        usuario.validar(nuevos)
        if password:
            usuario.poner_password(password)
        if era_activo and not usuario.is_active:
            usuario.version_token += 1
        if era_administrador and not usuario.es_administrador_activo:
            self._exigir_otro_administrador(usuario)
        return usuario.guardar(por)

    @transaction.atomic
    def eliminar(self, pk: int, *, por: Author, visto: Seen | None = None) -> None:
        """Delete a user of whom nothing tells what they did. Raise Conflicto for anybody else, DatosInvalidos for
        oneself, and NoEncontrado."""
        if pk == por.pk:
            raise DatosInvalidos(PROPIA_CUENTA, codigo="cuenta_propia")
        self._bloquear_administradores()
        # With this lock nobody begins to refer to the user, and what was referring to them is there to be seen.
        usuario = self._bloquear(pk, no_key=False)
        exigir_visto(usuario, visto)
        if usuario.es_administrador_activo:
            self._exigir_otro_administrador(usuario)
        if usuario.logentry_set.exists():
            raise Conflicto(EN_BITACORA, codigo="en_bitacora")
        try:
            usuario.delete()
        except ProtectedError as error:
            raise Conflicto(EN_HISTORIAL, codigo="en_historial") from error
        anotar_eliminado(usuario, por=por)

    def revocar_tokens(self, pk: int) -> None:
        self.filter(pk=pk).update(version_token=models.F("version_token") + 1)

    def _bloquear(self, pk, *, no_key=True):
        # With `no_key` the lock is weaker than FOR UPDATE, so that writing rows that refer to users (FOR KEY SHARE, in
        # any order) doesn't wait for it.
        usuario = self.personas().select_for_update(no_key=no_key).filter(pk=pk).first()
        if usuario is None:
            raise NoEncontrado(NO_ENCONTRADO)
        return usuario

    def _administradores(self):
        return self.personas().filter(rol=Rol.ADMINISTRADOR, is_active=True)

    def _bloquear_administradores(self):
        """Lock the administrators, always first and in one order: two who demote each other must take turns."""
        list(self._administradores().select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))

    def _exigir_otro_administrador(self, usuario):
        if not self._administradores().exclude(pk=usuario.pk).exists():
            raise Conflicto(ULTIMO_ADMINISTRADOR, codigo="ultimo_administrador")


class Usuario(Remembered, Encadenado, AbstractBaseUser):
    cambio = "El usuario cambió desde que lo leyó; vuelva a leerlo"
    unversioned = ("last_login", "version_token")

    username = LineField(
        "usuario",
        max_length=150,
        unique=True,
        validators=[RegexValidator(r"\A\S+\Z", CON_ESPACIOS), sin_formato],
        error_messages={"unique": EN_USO},
    )
    nombre = LineField("nombre", max_length=255, null=True, blank=True, validators=[sin_inversion])
    rol = models.CharField("rol", max_length=20, choices=Rol)
    email = MailField("correo", null=True, blank=True, validators=[sin_formato])
    is_active = models.BooleanField(
        "activo", db_default=True, default=True, help_text="Un usuario inactivo no puede entrar; su historial queda."
    )
    version_token = models.IntegerField("versión de sus tokens", db_default=0, default=0, editable=False)
    es_demo = models.BooleanField("de demostración", db_default=False, default=False, editable=False)
    es_llave = models.BooleanField("de una llave", db_default=False, default=False, editable=False)

    SE_LLAMAN = Coalesce(NullIf("nombre", models.Value("")), "username")  # as `__str__` has it
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"

    objects = UsuarioManager()

    class Meta:
        db_table = "usuario"
        verbose_name = "usuario"
        verbose_name_plural = "usuarios"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="usuario_rol_valido", condition=models.Q(rol__in=Rol.values), violation_error_message=ROL_INVALIDO
            ),
            models.CheckConstraint(
                name="usuario_llave_sin_clave",
                condition=models.Q(es_llave=False) | models.Q(password__startswith=UNUSABLE_PASSWORD_PREFIX),
                violation_error_message="El usuario de una llave no tiene contraseña",
            ),
        ]

    def __str__(self):
        return self.nombre or self.username

    def _get_session_auth_hash(self, secret=None):
        """Return what a session of the admin keeps, so that whatever revokes the tokens ends the sessions too: none
        comes back to life when a disabled user is enabled again. Another role ends them as well, although not the
        tokens. The hash of the password has no part in it, because a login may renew it."""
        estado = f"{self.version_token} {self.rol}"
        return salted_hmac("usuarios.sesion", estado, secret, algorithm="sha256").hexdigest()

    def get_short_name(self):
        return str(self)

    def get_full_name(self):
        return str(self)

    @property
    def reference(self) -> int:
        """Return what a write refers to as its author. A user who was read from the database needn't be asked for
        again, unlike an `api.identity.Caller`."""
        return self.pk

    @property
    def known_id(self) -> int:
        """Return the id for the log, as `api.identity.Caller` does."""
        return self.pk

    @property
    def is_program(self) -> bool:
        """Return whether a key acts as this user, as `api.identity.Caller` does."""
        return self.es_llave

    @property
    def es_administrador_activo(self):
        return self.is_active and self.rol == Rol.ADMINISTRADOR

    @property
    def is_staff(self):
        """Return True: everyone may open the admin, and PERMISOS decides what they find there."""
        return True

    @property
    def is_superuser(self):
        return False

    def has_perm(self, perm, obj=None):
        return self.is_active and tiene_permiso(self.rol, perm)

    def has_module_perms(self, app_label):
        return any(self.has_perm(perm) for perm in PERMISOS if perm.startswith(f"{app_label}."))

    def validar(self, nuevos: Collection[str] | None = None):
        """Check the rules that a form would check, for the API, the admin and commands alike: of every field, or of
        those that are new to a user who is there already. A name that nobody can see is none. Raise DatosInvalidos."""
        exigir_sin_espacios(self.username)
        exigir_rol(self.rol)
        if not is_visible(self.nombre or ""):
            self.nombre = None
        de_antes = [campo.name for campo in self._meta.fields if nuevos is not None and campo.name not in nuevos]
        try:
            self.clean_fields(exclude=["password", *de_antes])
        except ValidationError as error:
            campos = {c: [f"{c}: {m}" for m in mensajes] for c, mensajes in error.message_dict.items()}
            raise DatosInvalidos(campos=campos) from error

    def poner_password(self, password):
        try:
            validate_password(password, self)
        except ValidationError as error:
            frases = [f"password: {mensaje}" for mensaje in error.messages]
            raise DatosInvalidos(campos={"password": frases}, codigo="clave_debil") from error
        self.set_password(password)

    def set_password(self, raw_password):
        """Set a password. The API, the admin and the commands all come here, so that earlier tokens stop
        working."""
        super().set_password(raw_password)
        self.version_token += 1

    def check_password(self, raw_password):
        """Return whether the password is right. A hash with old parameters is renewed; that isn't a new password, and
        revokes nothing."""
        return check_password(raw_password, self.password, self._renovar_hash)

    def _renovar_hash(self, raw_password):
        # Only the hash that was checked is replaced: someone may have changed the password since.
        nuevo = make_password(raw_password)
        Usuario.objects.filter(pk=self.pk, password=self.password).update(password=nuevo)

    def guardar(self, por: Author | None) -> "Usuario":
        """Write what changed, and return the user as it is then. Raise DatosInvalidos for a username in use."""
        try:
            return guardar(self, por=por)
        except IntegrityError as error:
            if is_duplicate(error):
                raise DatosInvalidos(EN_USO, codigo="ya_existe") from error
            raise
