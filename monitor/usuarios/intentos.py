"""The limits of the login: attempts by account and by address, and the addresses from which each person has come in
(docs/adr/0004)."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from monitor.db.fields import LineField
from monitor.errores import DemasiadosIntentos

USERNAME_MAXIMO = 150
DEMASIADOS = "Demasiados intentos fallidos. Espere {minutos} min e intente de nuevo"
A_LA_VEZ = "Hay varios intentos a la vez con ese usuario. Espere {segundos} s e intente de nuevo"


class IntentoDeAccesoManager(models.Manager):
    VENTANA = timedelta(minutes=15)
    POR_PAREJA = 5
    POR_DIRECCION = 50
    POR_CUENTA = 20
    # An attempt that takes longer than this counts as failed, because its process may have died.
    EN_CURSO = timedelta(seconds=30)

    def anotar(self, username: str, direccion: str) -> "IntentoDeAcceso":
        """Note an attempt and return it. Raise DemasiadosIntentos when it may not go on.

        The attempt is written before the attempts are counted, so that of many at once, in all processes, no more than
        the limit go on. A refused attempt isn't kept, because it must not put off the end of the wait.
        """
        ahora = timezone.now()
        self.filter(en__lte=ahora - self.VENTANA).delete()
        intento = self.create(username=username[:USERNAME_MAXIMO], direccion=direccion, en=ahora, en_curso=True)
        try:
            self._exigir_cupo(intento)
        except DemasiadosIntentos:
            intento.delete()
            raise
        return intento

    def _exigir_cupo(self, intento):
        """Raise DemasiadosIntentos when the pair of account and address has no attempt left or, unless the person came
        in from there before, when the address or the account has none."""
        de_la_cuenta = self.filter(username=intento.username).order_by("-en", "-pk")
        de_la_direccion = self.filter(direccion=intento.direccion).order_by("-en", "-pk")
        self._exigir(de_la_cuenta.filter(direccion=intento.direccion), self.POR_PAREJA, intento.en)
        try:
            self._exigir(de_la_direccion, self.POR_DIRECCION, intento.en)
            self._exigir(de_la_cuenta, self.POR_CUENTA, intento.en)
        except DemasiadosIntentos:
            if not DireccionConocida.objects.conoce(intento.username, intento.direccion):
                raise

    def _exigir(self, intentos, limite, ahora):
        """Raise DemasiadosIntentos when more than `limite` attempts were made, this one among them. The wait ends when
        the oldest of the last `limite` before this one is out of the window or, when some of those are only being
        checked, after a second."""
        ultimos = list(intentos.values_list("en", "en_curso")[: limite + 1])
        if len(ultimos) <= limite:
            return
        if any(en_curso and en > ahora - self.EN_CURSO for en, en_curso in ultimos[1:]):
            raise DemasiadosIntentos(A_LA_VEZ.format(segundos=1), espera=1)
        espera = max(1, round((ultimos[-1][0] + self.VENTANA - ahora).total_seconds()))
        raise DemasiadosIntentos(DEMASIADOS.format(minutos=-(-espera // 60)), espera=espera)

    def fallo(self, intento: "IntentoDeAcceso") -> None:
        self.filter(pk=intento.pk).update(en_curso=False)

    def acierto(self, intento: "IntentoDeAcceso") -> None:
        """Forget the failures of this username from this address, after a success. Others that are being checked stay:
        they may fail yet."""
        propios = models.Q(pk=intento.pk) | models.Q(en_curso=False)
        self.filter(propios, username=intento.username, direccion=intento.direccion).delete()


class IntentoDeAcceso(models.Model):
    """A login that failed or is being checked (`en_curso`), kept for IntentoDeAccesoManager.VENTANA."""

    id = models.BigAutoField(primary_key=True)
    username = LineField(max_length=USERNAME_MAXIMO)
    direccion = models.CharField(max_length=45)  # the longest text of an IPv6 address
    en = models.DateTimeField(db_index=True)
    en_curso = models.BooleanField(db_default=False, default=False)

    objects = IntentoDeAccesoManager()

    class Meta:
        app_label = "usuarios"
        db_table = "intento_de_acceso"
        indexes = [
            models.Index(fields=["direccion", "username", "en"], name="intento_pareja"),
            models.Index(fields=["username", "en"], name="intento_cuenta"),
        ]

    def __str__(self):
        return f"{self.username} desde {self.direccion}"


class DireccionConocidaManager(models.Manager):
    DURA = timedelta(days=30)

    def conoce(self, username: str, direccion: str) -> bool:
        """Return whether the person came in from this address in the last DURA."""
        hace_poco = timezone.now() - self.DURA
        return self.filter(usuario__username=username, direccion=direccion, en__gt=hace_poco).exists()

    def anotar(self, usuario: models.Model, direccion: str) -> None:
        """Note that the person came in from this address now, and forget the addresses of more than DURA ago."""
        ahora = timezone.now()
        self.filter(usuario=usuario, en__lte=ahora - self.DURA).delete()
        self.bulk_create(
            [DireccionConocida(usuario=usuario, direccion=direccion, en=ahora)],
            update_conflicts=True,
            update_fields=["en"],
            unique_fields=["usuario", "direccion"],
        )


class DireccionConocida(models.Model):
    """An address from which a person came in. What others fail from there doesn't keep the person out."""

    id = models.BigAutoField(primary_key=True)
    usuario = models.ForeignKey("usuarios.Usuario", models.CASCADE, related_name="+")
    direccion = models.CharField(max_length=45)
    en = models.DateTimeField()

    objects = DireccionConocidaManager()

    class Meta:
        app_label = "usuarios"
        db_table = "direccion_conocida"
        constraints = [models.UniqueConstraint(fields=["usuario", "direccion"], name="direccion_conocida_una_vez")]

    def __str__(self):
        return f"{self.usuario_id} desde {self.direccion}"
