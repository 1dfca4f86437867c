"""The queue of mail: post_office's table. The transaction of a change writes the mails, and `manage.py enviar_correos`
delivers them.

Of post_office we use the tables, and the code that makes a message from a row. We don't use its `send`, which takes
what people wrote for a Django template. Nor do we use its sender, which notes nothing until the whole batch is out: if
a worker were killed halfway, all of it would be sent again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import formatdate, make_msgid, parseaddr
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import models
from django.db.models.functions import Cast, Coalesce, Now, RowNumber
from django.utils import timezone
from post_office.models import PRIORITY, STATUS, Email, Log

from solicitudes.correo.avisos import Aviso
from solicitudes.correo.direcciones import escrita

# This status is ours, and not one of post_office's. It is for a mail that wasn't sent and needn't be.
OMITIDO = 10
POR_ENTREGAR = (STATUS.queued, STATUS.requeued)

# A mail that its server doesn't take waits 1, 2, 4 … 128 minutes and then 4 hours each time: two days in all.
INTENTOS = 20
ESPERA_MINIMA = timedelta(minutes=1)
ESPERA_MAXIMA = timedelta(hours=4)

# This is longer than any delivery takes (5 answers of 10 seconds each). When a worker dies while it delivers, the
# others may take the mail after this.
PLAZO = timedelta(minutes=2)

# A change queues its mails at once, and at most this much later, if the database makes it wait.
AL_CAMBIAR = timedelta(minutes=1)


class Sobre(NamedTuple):
    """The envelope of a mail: what it tells, about which solicitud, to whom, and who the other party is. The solicitud
    and the people are ids, because the worker reads them again when it delivers the mail."""

    aviso: Aviso
    solicitud: int
    persona: int
    otra: int


class Mensaje(NamedTuple):
    """A mail before it is queued. `para` is a single address, whatever is written in it, and the queue keeps it as it
    is."""

    para: str
    asunto: str
    texto: str
    html: str
    sobre: Sobre | None = None


def fila_de(mensaje: Mensaje) -> dict:
    """Return a row of post_office's table by attname. Message-ID and Date are set now, so that a repeated delivery is
    known for a repeat."""
    ahora = timezone.now()
    return {
        "from_email": settings.DEFAULT_FROM_EMAIL,
        "to": [mensaje.para],
        "cc": [],
        "bcc": [],
        "subject": mensaje.asunto,
        "message": mensaje.texto,
        "html_message": mensaje.html,
        "status": STATUS.queued,
        "priority": PRIORITY.medium,
        "created": ahora,
        "last_updated": ahora,
        "message_id": make_msgid(domain=parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]),
        "context": mensaje.sobre and mensaje.sobre._asdict(),
        "headers": {"Date": formatdate(ahora.timestamp()), "Auto-Submitted": "auto-generated"},
        "backend_alias": "",
    }


def pendientes(cuantos: int) -> list[int]:
    """Return the ids of at most `cuantos` mails whose time has come, in the order in which they go out: one of each two
    people in turn, the longest untouched first, so that whoever has hundreds queued makes nobody else wait for them. A
    mail that was put back (`devolver`) goes after the others. What tells one person of one solicitud goes out in the
    order in which it was written: the next waits until the one before is delivered, omitted or given up."""
    antes = ("last_updated", "pk")
    de_dos = [models.F("context__persona"), models.F("context__otra")]
    turno = models.Window(RowNumber(), partition_by=de_dos, order_by=antes)
    # One that is tried again has its time.
    sin_hora_y_tocado = models.Q(scheduled_time=None, last_updated__gt=models.F("created"))
    devuelto = models.ExpressionWrapper(sin_hora_y_tocado, output_field=models.BooleanField())
    primeros = _primeros(_a_tiempo() | _con_novedad())
    ordenados = primeros.annotate(turno=turno, devuelto=devuelto).order_by("devuelto", "turno", *antes)
    return list(ordenados.values_list("pk", flat=True)[:cuantos])


def largo() -> int:
    """Return how many mails are to be delivered, now or later."""
    return Email.objects.filter(status__in=POR_ENTREGAR).count()


def espera() -> timedelta:
    """Return how long ago the time came of the mail that waits longest, by the clock of the database."""
    desde = models.Min(Coalesce("scheduled_time", "created"))
    espera = models.ExpressionWrapper(Now() - desde, output_field=models.DurationField())
    return _primeros(_a_tiempo()).aggregate(espera=espera)["espera"] or timedelta()


def tomar(pk: int) -> Email | None:
    """Take the mail for this worker alone during PLAZO, with one more attempt noted, and return it. Return None when
    another worker has it, or it isn't pending."""
    tomado = Email.objects.filter(_a_tiempo() | _sin_nadie(), status__in=POR_ENTREGAR, pk=pk).update(
        scheduled_time=_dentro_de(PLAZO),
        number_of_retries=Coalesce("number_of_retries", 0) + 1,
        last_updated=Now(),
    )
    return con_para(Email.objects).get(pk=pk) if tomado else None


def con_para(correos: models.QuerySet) -> models.QuerySet:
    """Annotate each mail with its address as `para`, because `to` reads a comma within an address as its end."""
    return correos.annotate(para=Cast("to", models.TextField()))


def mensaje_de(correo: Email) -> EmailMessage:
    """Return the message as it will go out. Raise ValueError when its address can't be written."""
    mensaje = correo.email_message()
    mensaje.to = [escrita(correo.para)]
    return mensaje


def sobre_de(correo: Email) -> Sobre | None:
    """Return the envelope, or None for a mail that was queued before mails had one."""
    return correo.context and Sobre(**correo.context)


def llega_tarde(correo: Email) -> bool:
    """Return whether the person already got a later mail about the same solicitud, as when somebody sends a failed one
    again: it would tell as news what isn't so any more."""
    suyos = {f"context__{parte}": correo.context[parte] for parte in ("solicitud", "persona")}
    return Email.objects.filter(pk__gt=correo.pk, status=STATUS.sent, **suyos).exists()


def cambiar_para(correo: Email, direccion: str) -> None:
    """Write down the address that the mail goes to, when it isn't the one that it was queued for."""
    if correo.para != direccion:
        Email.objects.filter(pk=correo.pk).update(to=direccion)
        correo.para = direccion


def devolver(correo: Email) -> None:
    """Put the mail back as if nobody had taken it, unless another worker has taken it meanwhile. It goes behind the
    others, so that a refusal that concerns it alone doesn't hold them all up."""
    _cambiar_si_es_mio(correo, scheduled_time=None, number_of_retries=(correo.number_of_retries - 1) or None)


def anotar_entregado(correo: Email) -> None:
    Email.objects.filter(pk=correo.pk).update(status=STATUS.sent, scheduled_time=None, last_updated=Now())


def anotar_fallo(correo: Email, error: Exception, *, definitivo: bool) -> None:
    """Note a failure: the mail is tried again later, or given up. When another worker has taken the mail meanwhile,
    nothing is noted, because what counts is how the other fares."""
    definitivo = definitivo or correo.number_of_retries >= INTENTOS
    mio = _cambiar_si_es_mio(
        correo,
        status=STATUS.failed if definitivo else STATUS.requeued,
        scheduled_time=None if definitivo else _dentro_de(espera_tras(correo.number_of_retries)),
    )
    if mio:
        Log.objects.create(email=correo, status=STATUS.failed, exception_type=type(error).__name__, message=str(error))


def anotar_omision(correo: Email, razon: str) -> None:
    """Write down that the mail isn't delivered and why, unless another worker has taken it meanwhile. It isn't tried
    again."""
    if _cambiar_si_es_mio(correo, status=OMITIDO, scheduled_time=None):
        Log.objects.create(email=correo, status=STATUS.failed, message=razon)


def _cambiar_si_es_mio(correo: Email, **cambios) -> bool:
    """Write the changes and return True, unless another worker has taken the mail since this one took it."""
    mio = Email.objects.filter(pk=correo.pk, scheduled_time=correo.scheduled_time)
    return bool(mio.update(**cambios, last_updated=Now()))


def _dentro_de(lapso: timedelta) -> models.Expression:
    """Return that much later than now, by the clock of the database: the clocks of two workers may differ by more than
    PLAZO."""
    return models.ExpressionWrapper(Now() + lapso, output_field=models.DateTimeField())


def espera_tras(intentos: int) -> timedelta:
    return min(ESPERA_MINIMA * 2 ** (intentos - 1), ESPERA_MAXIMA)


def reenviar(correos: models.QuerySet) -> int:
    """Put the failed ones of these mails back in the queue with all their attempts, and return how many they are."""
    fallidos = correos.filter(status=STATUS.failed)
    return fallidos.update(status=STATUS.queued, scheduled_time=None, number_of_retries=0, last_updated=Now())


def de_solicitud(solicitud: int, momentos: Iterable[datetime]) -> models.QuerySet:
    """Return the mails about a solicitud that were queued just after one of those moments, as each change queues its
    own. The table is searched by moment because that has an index."""
    ventanas = [models.Q(created__range=(momento, momento + AL_CAMBIAR)) for momento in momentos]
    return Email.objects.filter(reduce(or_, ventanas), context__solicitud=solicitud)


def terminados(*, hasta: datetime) -> models.QuerySet:
    """Return the mails of which nothing more will happen, untouched since then."""
    return Email.objects.filter(status__in=[STATUS.sent, STATUS.failed, OMITIDO], last_updated__lte=hasta)


def borrar(correos: models.QuerySet) -> int:
    """Delete the mails with their logs, and return how many mails they were."""
    return correos.delete()[1].get(Email._meta.label, 0)


def _primeros(cuando: models.Q) -> models.QuerySet:
    """Return the mails to be delivered that meet the condition, without those that wait for an earlier one to the same
    person about the same solicitud."""
    # A mail without an envelope is about nothing that we know of.
    sin_espera = models.Q(context__isnull=True) | models.Q(pk=models.F("primero"))
    primeros = _por_persona_y_solicitud(primero=models.Min("pk")).filter(sin_espera)
    return Email.objects.filter(cuando, pk__in=primeros.values("pk"))


def _a_tiempo() -> models.Q:
    return models.Q(scheduled_time=None) | models.Q(scheduled_time__lte=Now())


def _con_novedad() -> models.Q:
    """Return the condition that a mail waits to be tried again, and another that waits for it was written since its
    last attempt. It may have been overtaken: then the other needn't wait for hours."""
    con_otro = _por_persona_y_solicitud(ultimo=models.Max("created")).filter(ultimo__gt=models.F("last_updated"))
    return _sin_nadie() & models.Q(pk__in=con_otro.values("pk"))


def _sin_nadie() -> models.Q:
    """Return the condition that no worker can be delivering the mail."""
    return models.Q(last_updated__lte=Now() - PLAZO)


def _por_persona_y_solicitud(**que: models.Func) -> models.QuerySet:
    """Annotate each mail to be delivered with that of all those to its person about its solicitud."""
    de_lo_mismo = [models.F("context__solicitud"), models.F("context__persona")]
    ventanas = {nombre: models.Window(funcion, partition_by=de_lo_mismo) for nombre, funcion in que.items()}
    return Email.objects.filter(status__in=POR_ENTREGAR).annotate(**ventanas)
