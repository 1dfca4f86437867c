"""A file on its way in: it is received, examined and put in the store before anything is written in the database."""

from contextlib import ExitStack

from django.http import HttpRequest

from expedientes.evidencias.models import Evidencia, Tipo, nombre_de
from expedientes.models import Expediente
from monitor.api.uploads import Form, body_of, read_form
from monitor.archivos import ALMACEN
from monitor.archivos.almacen import Entrante
from monitor.archivos.tipos import Examen, examinar
from monitor.db.writes import Author
from monitor.errores import ErrorDeDominio

ARCHIVO, TIPO = "archivo", "tipo"  # the parts of the form


class Subida:
    """The file of an HTTP request, for the block that enters it. What was wrong with it is raised only by `entrar`, and
    what isn't entered is thrown away.

    The bytes take a while, and on SQLite nobody else could write meanwhile: they are received before the transaction
    of an `Idempotency-Key`, which may turn out not to need them.
    """

    def __init__(self, request: HttpRequest, no_siniestro: str):
        self._request, self._no_siniestro = request, no_siniestro
        self._pila = ExitStack()
        self._error: ErrorDeDominio | None = None
        self._entrante: Entrante | None = None
        self._escrita = False

    def __enter__(self):
        try:
            self._recibir()
        except ErrorDeDominio as error:
            self._error = error
        except BaseException:
            self._pila.close()
            raise
        return self

    def __exit__(self, *error):
        """Throw away what no row refers to. After the INSERT nobody knows whether the transaction ended well until it
        says so: what its failure leaves, `revisar_evidencias` finds."""
        self._pila.close()
        if self._entrante and not self._escrita:
            self._entrante.desechar()
        if hasattr(self._request, "body_file"):
            self._request.body_file.close()

    def _recibir(self):
        if not Expediente.objects.filter(pk=self._no_siniestro).exists():
            raise Expediente.objects.no_encontrado(self._no_siniestro)
        body_of(self._request)  # it is refused for its size before anything else
        self._entrante = self._pila.enter_context(ALMACEN.recibir())
        self._forma: Form = read_form(self._request, ARCHIVO, (TIPO,), self._entrante.write)
        self._examen: Examen = examinar(self._entrante.archivo)
        self._entrante.guardar()

    def entrar(self, tipo: str | None, *, por: Author) -> Evidencia:
        """Enter the file as evidence of its expediente. Raise the error that it was received with, if any. `tipo` is
        what the URL says, for a form that doesn't."""
        if self._error:
            raise self._error
        dicho = self._forma.texts.get(TIPO, tipo)
        evidencia = Evidencia.objects.agregar(
            self._no_siniestro,
            self._entrante,
            self._examen,
            nombre=nombre_de(self._forma.filename),
            tipo=Tipo.DOCUMENTO if dicho == Tipo.DOCUMENTO else Tipo.EVIDENCIA,
            por=por,
        )
        self._escrita = True
        return evidencia
