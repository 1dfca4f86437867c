"""A form sent as a browser sends it: every field has the value that the page gave it, except for what a person
changes."""

from html.parser import HTMLParser


class _Formulario(HTMLParser):
    def __init__(self):
        super().__init__()
        self.campos = {}
        self._dentro = False
        self._textarea = self._select = None

    def handle_starttag(self, etiqueta, pares):
        atributos = dict(pares)
        nombre = atributos.get("name")
        if etiqueta == "form":
            self._dentro = atributos.get("method") == "post" and atributos.get("id") != "logout-form"
        elif not self._dentro:
            return
        elif etiqueta == "input" and nombre:
            self._leer_input(nombre, atributos)
        elif etiqueta == "textarea":
            self._textarea, self.campos[nombre] = nombre, ""
        elif etiqueta == "select":
            self._select = nombre
        elif etiqueta == "option" and self._select and ("selected" in atributos or self._select not in self.campos):
            self.campos[self._select] = atributos.get("value", "")

    def _leer_input(self, nombre, atributos):
        tipo = atributos.get("type")
        marcable = tipo in ("checkbox", "radio")
        if tipo != "submit" and (not marcable or "checked" in atributos):
            self.campos[nombre] = atributos.get("value", "on" if marcable else "")

    def handle_data(self, data):
        if self._textarea:
            self.campos[self._textarea] += data

    def handle_endtag(self, etiqueta):
        if etiqueta == "textarea" and self._textarea:
            self.campos[self._textarea] = _como_navegador(self.campos[self._textarea])
            self._textarea = None
        elif etiqueta == "select":
            self._select = None
        elif etiqueta == "form":
            self._dentro = False


def _como_navegador(texto):
    """Return the text of a textarea as a browser sends it: without the newline after the tag, and with CRLF for the
    others."""
    return texto.removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")


def campos_de(response) -> dict[str, str]:
    """Return the fields of the page's forms that are sent by POST."""
    formulario = _Formulario()
    formulario.feed(response.content.decode())
    return formulario.campos


def enviar(client, url, **cambios):
    """Open the page, change some fields and send it. Return the response, after the redirect if there is one."""
    return client.post(url, campos_de(client.get(url)) | cambios, follow=True)


def frases(response) -> list[str]:
    """Return what the page says above the form: the messages, and then the errors of its form. A field's error has the
    field's name."""
    dichas = [str(mensaje) for mensaje in response.context["messages"]]
    if "adminform" in response.context:
        for campo, errores in response.context["adminform"].form.errors.items():
            dichas += [error if campo == "__all__" else f"{campo}: {error}" for error in errores]
    return dichas
