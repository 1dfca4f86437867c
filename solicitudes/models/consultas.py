"""The queries of solicitudes."""

from django.db import models
from django.db.models.functions import Coalesce, NullIf

from monitor.db.functions import Folded
from monitor.db.search import Contains, Lines
from monitor.textos import words
from monitor.usuarios.models import Usuario
from solicitudes.estados import Estado
from solicitudes.models.partes import LugarSolicitud
from solicitudes.permisos import ve_todas


def nombre_de(persona: str = "") -> Coalesce:
    """Return the SQL expression of what a person is called: somebody that a solicitud refers to, or each Usuario.
    `Usuario.__str__` gives the same in Python."""
    nombre, username = (f"{persona}__{campo}".removeprefix("__") for campo in ("nombre", "username"))
    return Coalesce(NullIf(nombre, models.Value("")), username)


class SolicitudQuerySet(models.QuerySet):
    def vigentes(self):
        return self.filter(eliminado=False)

    def visibles_para(self, usuario: Usuario):
        return self.visibles(ve_todas(usuario), usuario.pk)

    def visibles(self, todas: bool, persona):
        """Return all the solicitudes that aren't deleted or, without `todas`, those of one person. `persona` is an id,
        or an expression of one."""
        return self.vigentes() if todas else self.vigentes().de_persona(persona)

    def eliminadas_para(self, usuario: Usuario):
        """Return the deleted solicitudes that the person could see."""
        eliminadas = self.filter(eliminado=True)
        return eliminadas if ve_todas(usuario) else eliminadas.de_persona(usuario.pk)

    def de_persona(self, pk):
        return self.filter(models.Q(solicitante=pk) | models.Q(aprobador=pk))

    def con_personas(self):
        return self.annotate(nombre_solicitante=nombre_de("solicitante"), nombre_aprobador=nombre_de("aprobador"))

    def buscar(self, texto: str):
        """Return the solicitudes that have every word of `texto`, blind to case and accents, in the code, the subject
        or a name."""
        return self.filter(*(_tiene(palabra) for palabra in words(texto)))

    def esperan_a(self, usuario: Usuario):
        """Return the solicitudes that wait for this person's decision."""
        return self.vigentes().filter(estado=Estado.PENDIENTE_APROBACION, aprobador=usuario.pk)

    def con_nombres(self):
        return self.select_related("solicitante", "aprobador", "departamento", "prioridad", "servicio")

    def con_todo(self):
        """Return the solicitudes with all that is told of one: who, what and each place."""
        lugares = LugarSolicitud.objects.select_related("lugar").order_by("orden")
        return self.con_nombres().prefetch_related(models.Prefetch("lugares", lugares, to_attr="lugares_en_orden"))


def _tiene(palabra: str) -> models.Q:
    """Return the condition that a solicitud has a word. Its own texts are folded together, and each person's name once,
    not once for each of their solicitudes: folding takes the time."""
    personas = Usuario.objects.filter(Contains(Folded(nombre_de()), palabra)).values("pk")
    propios = Contains(Lines("codigo", "asunto", "nombres_pasajeros"), palabra)
    return models.Q(propios) | models.Q(solicitante__in=personas) | models.Q(aprobador__in=personas)
