"""The forms of the admin, and their fields: what a person changed is told from what the page showed."""

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance

from monitor.admin.stale import StaleForm
from monitor.errores import ErrorDeDominio, sin_su_campo
from monitor.textos import amount, trimmed
from monitor.validadores import CON_CONTROL

IMPORTE_DUDOSO = "No se entiende el importe: escríbalo como 1500.50 o 1,500.50"


class UntouchedTextField(forms.CharField):
    """A field for which a text that nobody touched hasn't changed, although browsers send CRLF and we cut blanks."""

    default_error_messages = {"null_characters_not_allowed": CON_CONTROL}

    def to_python(self, value):
        texto = super().to_python(value)
        return texto and texto.replace("\r\n", "\n")

    def has_changed(self, initial, data):
        return self.to_python(initial) != self.to_python(data)


class DecimalInput(forms.TextInput):
    """The box of a number with decimals. Browsers drop a comma that is typed in a box of numbers, and «12,50» would be
    1250; this one keeps what is typed, for the field to refuse it."""

    def __init__(self, attrs=None):
        super().__init__({"inputmode": "decimal"} | (attrs or {}))


class AmountField(forms.DecimalField):
    """An amount of money, as people write it (`monitor.textos.amount`)."""

    widget = DecimalInput

    def to_python(self, value):
        leido = amount(trimmed(value)) if isinstance(value, str) and value else value
        if leido is None and value is not None:
            raise ValidationError(IMPORTE_DUDOSO)
        return super().to_python(leido)


class InUtcAtTheEnds:
    """Shows a moment of the first or the last possible day in UTC, because the local time zone has no date for it."""

    def decompress(self, value):
        try:
            return super().decompress(value)
        except OverflowError:
            return [value.date(), value.time()]


class MomentWidget(InUtcAtTheEnds, AdminSplitDateTime):
    pass


class HiddenMomentWidget(InUtcAtTheEnds, forms.SplitHiddenDateTimeWidget):
    pass


class MomentField(forms.SplitDateTimeField):
    hidden_widget = HiddenMomentWidget

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        nombre = (self.label or "").removesuffix(": fecha y hora")
        for caja, parte in zip(self.widget.widgets, ("fecha", "hora"), strict=True):
            caja.attrs["aria-label"] = f"{nombre}: {parte}"  # for who doesn't see under which name they stand


class VerbForm(StaleForm):
    """A form that checks and writes only what the person changed, as the API does.

    The page carries the values that it showed, and they are compared with what comes back. A comparison with the row as
    it is by then would undo what somebody else changed in between.
    """

    domain_error: ErrorDeDominio | None = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for campo in self.fields.values():
            campo.show_hidden_initial = not self.instance._state.adding

    def is_multipart(self):
        """Have texts without a limit sent as they are: the other kind of form makes of each byte that isn't a plain
        letter three, and the page sends each text twice."""
        return super().is_multipart() or any(map(_is_endless, self.fields.values()))

    def changes(self) -> dict:
        """Return what the person changed, by attname, as verbs take it."""
        campos = [campo for campo in self._meta.model._meta.concrete_fields if campo.name in self.changed_data]
        return {campo.attname: campo.value_from_object(self.instance) for campo in campos}

    def full_clean(self):
        super().full_clean()
        if self.is_bound and self.domain_error:
            for campo, frase in self.own_sentences(self.domain_error):
                self._decir(self.field_of(campo), frase)

    def clean(self):
        for nombre in self._intactos() & set(self.errors):
            del self.errors[nombre]
        return super().clean()

    def _post_clean(self):
        """Build the instance and check its fields as Django does, but without asking the database: the verb checks what
        depends on other rows."""
        self.instance = construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        try:
            self.instance.clean_fields(exclude=self._get_validation_exclusions() | self._intactos())
        except ValidationError as error:
            self._update_errors(error)

    def _intactos(self):
        return set() if self.instance._state.adding else set(self.fields) - set(self.changed_data)

    def own_sentences(self, error: ErrorDeDominio) -> list[tuple[str, str]]:
        """Return what the error says that isn't for another part of the page, each sentence with its field."""
        return error.frases()

    def field_of(self, name: str) -> str | None:
        """Return the field of the form that a verb calls so: by its name, its attname or its column."""
        columnas = self._meta.model._meta.concrete_fields
        nombres = {como: campo.name for campo in columnas for como in (campo.column, campo.attname, campo.name)}
        return nombres.get(name, name) if nombres.get(name, name) in self.fields else None

    def _decir(self, nombre, frase):
        """Show the sentence once: beside its field, without the field's name, or above the form."""
        frase = sin_su_campo(frase) if nombre else frase
        if frase not in (dicha for frases in self.errors.values() for dicha in frases):
            self.add_error(nombre, frase)


def _is_endless(field) -> bool:
    return isinstance(field.widget, forms.Textarea) and field.max_length is None
