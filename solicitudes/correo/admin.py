"""The mail queue in the admin, where administrators look at the mails and send the failed ones again."""

from django.contrib import admin, messages
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from post_office.models import STATUS, Email

from monitor.admin.lists import KeysetChangeList
from monitor.admin.verbs import VerbAdmin
from monitor.policies import ADMIN_WITH_MAIL, page
from solicitudes.correo import cola

ESTADOS = {
    STATUS.sent: "Entregado",
    STATUS.failed: "Fallido",
    STATUS.queued: "En cola",
    STATUS.requeued: "En cola, tras un intento fallido",
    cola.OMITIDO: "Omitido: ya no hacía falta",
}

# It begins the mail's page. A second doctype after it says nothing.
SOLO_LO_SUYO = (
    '<!doctype html><meta http-equiv="Content-Security-Policy"'
    " content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
)

# The page that post_office has for mails lets people edit what is queued. It has pages for other models too, but nobody
# has a permission for them, so nobody sees them.
admin.site.unregister(Email)

# Names for people, which no migration of post_office has to know.
Email._meta.verbose_name, Email._meta.verbose_name_plural = "correo", "correos"
for _columna, _nombre in {"created": "creado", "message_id": "identificación del correo"}.items():
    Email._meta.get_field(_columna).verbose_name = _nombre


def _momento(momento) -> str:
    return date_format(timezone.localtime(momento), "SHORT_DATETIME_FORMAT") if momento else "—"


class EstadoFilter(admin.SimpleListFilter):
    title = "estado"
    parameter_name = "estado"

    def lookups(self, request, model_admin):
        return [(str(estado), nombre) for estado, nombre in ESTADOS.items()]

    def queryset(self, request, queryset):
        return queryset.filter(status=self.value()) if self.value() in dict(self.lookup_choices) else queryset


@admin.register(Email)
class CorreoAdmin(VerbAdmin):
    change_form_template = "admin/change_form.html"  # post_office's template has buttons of its own
    actions = ("reenviar",)
    list_display = ("subject", "para", "estado", "intentos", "creado", "siguiente")
    list_filter = (EstadoFilter, "created")
    search_fields = ("subject", "to")
    search_help_text = "Asunto o destinatario"
    ordering = ("-id",)
    sortable_by = ()
    fields = ("para", "estado", "intentos", "siguiente", "creado", "message_id", "fallos", "message", "html")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_resend_permission(self, request):
        return request.user.has_perm("post_office.resend_email")

    def get_queryset(self, request):
        return cola.con_para(super().get_queryset(request))

    def get_object(self, request, object_id, from_field=None):
        """Return the mail with its whole address in `to`, because post_office names the mail by that."""
        correo = super().get_object(request, object_id, from_field)
        if correo:
            correo.to = [correo.para]
        return correo

    def get_changelist(self, request, **kwargs):
        return KeysetChangeList

    def change_view(self, request, *args, **kwargs):
        return page(super().change_view(request, *args, **kwargs), ADMIN_WITH_MAIL)

    @admin.action(permissions=["resend"], description="Reenviar los fallidos")
    def reenviar(self, request, queryset):
        cuantos = cola.reenviar(queryset)
        nivel = messages.SUCCESS if cuantos else messages.WARNING
        self.message_user(request, f"Vuelven a la cola: {cuantos}. Los que no habían fallado siguen igual.", nivel)

    @admin.display(description="para")
    def para(self, correo):
        return correo.para

    @admin.display(description="estado")
    def estado(self, correo):
        return ESTADOS[correo.status]

    @admin.display(description="intentos")
    def intentos(self, correo):
        return correo.number_of_retries or 0

    @admin.display(description="creado")
    def creado(self, correo):
        return _momento(correo.created)

    @admin.display(description="no antes de")
    def siguiente(self, correo):
        return _momento(correo.scheduled_time)

    @admin.display(description="lo que pasó")
    def fallos(self, correo):
        fallos = correo.logs.order_by("-id").values_list("date", "message")
        return "\n".join(f"{_momento(date)}: {message}" for date, message in fallos) or "—"

    @admin.display(description="como se ve")
    def html(self, correo):
        """Return the mail in a sandboxed frame, which runs no script, can't touch the page around it and asks nobody
        for anything: an image would tell its owner who looks at the mail."""
        return format_html(
            '<iframe sandbox srcdoc="{}" title="Correo" width="700" height="600"></iframe>',
            f"{SOLO_LO_SUYO}{correo.html_message}",
        )
