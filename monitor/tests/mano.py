"""A person at the admin's pages, whose clicks and pages are counted as a stopwatch's keeper would."""

from django.test import Client
from playwright.sync_api import Locator, Page

from monitor.usuarios.models import Usuario

TABULADORES = 60  # nobody presses the key more often to get somewhere


class Mano:
    """The mouse and the keyboard of a person on a page. Whoever goes to a box, marks one or presses a button makes a
    click; choosing from a list takes two, one to open it; a drag is one. Keys aren't counted."""

    def __init__(self, pagina: Page):
        self.pagina, self.clics, self.paginas = pagina, 0, 0
        pagina.on("framenavigated", self._contar_pagina)

    def _contar_pagina(self, marco):
        self.paginas += marco == self.pagina.main_frame

    def entrar(self, usuario: Usuario, servidor: str, ruta: str = "/admin/") -> None:
        """Begin the job: the person, who came in before, has this page open."""
        cliente = Client()
        cliente.force_login(usuario)
        cookies = [
            {"name": nombre, "value": galleta.value, "url": servidor} for nombre, galleta in cliente.cookies.items()
        ]
        self.pagina.context.add_cookies(cookies)
        self.pagina.goto(ruta)
        self.clics = self.paginas = 0

    def clic(self, lugar: Locator) -> None:
        lugar.click()
        self.clics += 1

    def escribir(self, caja: Locator, texto: str) -> None:
        """Write in a box in place of what it has."""
        self.clic(caja)
        self.teclas("Control+A")
        self.pagina.keyboard.type(texto)

    def teclas(self, *teclas: str) -> None:
        for tecla in teclas:
            self.pagina.keyboard.press(tecla)

    def tabular(self, hasta: Locator) -> None:
        """Go to a thing with the Tab key alone."""
        for _ in range(TABULADORES):
            if hasta.evaluate("lugar => lugar === document.activeElement"):
                return
            self.teclas("Tab")
        raise AssertionError(f"con {TABULADORES} veces Tab no se llega a {hasta}")

    def elegir(self, lista: Locator, opcion: str) -> None:
        lista.select_option(label=opcion)
        self.clics += 2

    def subir(self, caja: Locator, nombre: str, contenido: bytes) -> None:
        """Choose a file of the machine, in the window that a click opens."""
        with self.pagina.expect_file_chooser() as ventana:
            self.clic(caja)
        ventana.value.set_files({"name": nombre, "mimeType": "application/octet-stream", "buffer": contenido})

    def arrastrar(self, cosa: Locator, hasta: Locator) -> None:
        cosa.drag_to(hasta)
        self.clics += 1
