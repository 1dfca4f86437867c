"""The form of a solicitud."""

from functools import cache

from django import forms
from django.db import models

from monitor.admin.forms import VerbForm
from monitor.textos import sort_key
from monitor.usuarios.models import Usuario
from solicitudes.admin.lugares import DE_LUGARES
from solicitudes.serializers import ENTRADA

COLUMNAS = {nombre: campo.source for nombre, campo in ENTRADA.fields.items()}


class SolicitudForm(VerbForm):
    """A form that offers only what isn't deleted, and also what the row refers to already, so that saving the row
    doesn't lose it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.personas = cache(self._personas)
        for nombre, campo in self.fields.items():
            if isinstance(campo, forms.ModelChoiceField):
                _sin_atajos(campo.widget)
                campo.queryset = campo.queryset.model.objects.filter(self._elegibles(campo.queryset.model, nombre))
                if campo.queryset.model is Usuario:
                    campo.choices = self.personas

    def _elegibles(self, modelo, *nombres) -> models.Q:
        actuales = models.Q(pk__in=[getattr(self.instance, f"{nombre}_id", None) for nombre in nombres])
        return _vigentes(modelo) | actuales

    def _personas(self) -> list[tuple]:
        """Return the people to choose from, which two fields share."""
        personas = Usuario.objects.filter(self._elegibles(Usuario, "solicitante", "aprobador"))
        elegibles = sorted(((p.pk, str(p)) for p in personas), key=lambda par: sort_key(par[1]))
        return [("", "---------"), *elegibles]

    def own_sentences(self, error):
        """Return all that isn't about a place: each place has its row (`ParadasFormSet`)."""
        return [(campo, frase) for campo, frase in error.frases() if not DE_LUGARES.fullmatch(frase)]

    def field_of(self, name):
        return super().field_of(COLUMNAS.get(name, name))


def _sin_atajos(widget) -> None:
    """Take away the widget's links to add, change, delete or view what it offers, because catalogues have their own
    pages."""
    for atajo in ("add", "change", "delete", "view"):
        setattr(widget, f"can_{atajo}_related", False)


def _vigentes(modelo) -> models.Q:
    return models.Q(is_active=True, es_llave=False) if modelo is Usuario else models.Q(eliminado=False)
