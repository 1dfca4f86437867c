"""Our words for the admin, where the Spanish of Django or of a library is wrong, takes every noun for masculine, calls
one thing by two names, or isn't there.

It is Python, and not a file of gettext, because those have to be compiled: by a program that a fresh machine lacks, or
by a step that somebody forgets, and then the wrong words are back without any error.
"""

from gettext import NullTranslations

ADMIN = {
    # One word for one thing: agregar, cambiar, ver, eliminar, historial.
    "Add link": "Agregar",
    "Add another %(model)s": "Agregar %(model)s",
    "Add another %(verbose_name)s": "Agregar %(verbose_name)s",
    "Change": "Cambiar",
    "Change %s": "Cambiar %s",
    "Change:": "Cambiar:",
    "Change or view list link": "Cambiar o ver",
    "Change selected %(model)s": "Cambiar %(model)s",
    "Delete selected %(model)s": "Eliminar %(model)s",
    "Delete selected %(verbose_name_plural)s": "Eliminar",
    "Delete multiple objects": "Eliminar varias filas",
    "Delete?": "¿Eliminar?",
    "View": "Ver",
    "View %s": "Ver %s",
    "View selected %(model)s": "Ver %(model)s",
    "History": "Historial",
    "Change history: %s": "Historial de %s",
    "This object doesn’t have a change history. It probably wasn’t added via this admin site.": (
        "No hay cambios apuntados: no se ha cambiado desde estas páginas."
    ),
    "Save and add another": "Guardar y agregar más",
    "Save and continue editing": "Guardar y seguir aquí",
    "Save as new": "Guardar aparte",
    "Show all": "Mostrar todo",
    # Whatever the gender of what is counted, chosen or filtered.
    "All": "Cualquiera",
    "None available": "Todavía no hay nada",
    "Successfully deleted %(count)d %(items)s.": "Se eliminó lo que eligió: %(count)d %(items)s.",
    "0 of %(cnt)s selected": "Selección: 0 de %(cnt)s",
    ("%(total_count)s selected", 0): "Selección: %(total_count)s",
    ("%(total_count)s selected", 1): "Selección: %(total_count)s, de todas las páginas",
    "Select all %(total_count)s %(module_name)s": "Seleccionar todo, de todas las páginas (%(total_count)s)",
    "Clear selection": "Quitar la selección",
    "Click here to select the objects across all pages": "Para seleccionar lo de todas las páginas, pulse aquí",
    "Items must be selected in order to perform actions on them. No items have been changed.": (
        "Antes seleccione filas de la lista. No se hizo nada."
    ),
    "No action selected.": "Elija una acción. No se hizo nada.",
    "Run the selected action": "Ejecutar la acción elegida",
    ("%(counter)s result", 0): "%(counter)s resultado",
    ("%(counter)s result", 1): "%(counter)s resultados",
    "The {name} “{obj}” was added successfully.": "Se agregó: {name} «{obj}».",
    "The {name} “{obj}” was changed successfully.": "Se guardó: {name} «{obj}».",
    "The %(name)s “%(obj)s” was deleted successfully.": "Se eliminó: %(name)s «%(obj)s».",
    # Of a page, for who sees it and for who hears it.
    "%(app)s administration": "%(app)s",
    "Models in the %(name)s application": "Todo lo de %(name)s",
    "Model name": "Qué",
    "Breadcrumbs": "Dónde está",
    "Sidebar": "Menú",
    "Toggle navigation": "Mostrar u ocultar el menú",
    "Start typing to filter…": "Filtrar el menú…",
    "Filter navigation items": "Filtrar el menú",
    "Skip to main content": "Ir al contenido",
    "Welcome,": "Hola,",
    "View site": "Portada",
    "Toggle theme (current theme: auto)": "Colores de la página: los del sistema. Pulse para cambiarlos",
    "Toggle theme (current theme: light)": "Colores de la página: claros. Pulse para cambiarlos",
    "Toggle theme (current theme: dark)": "Colores de la página: oscuros. Pulse para cambiarlos",
    "Select all objects on this page for an action": "Seleccionar toda la página",
    "Select this object for an action - {}": "Seleccionar {}",
    "Remove from sorting": "Dejar de ordenar por esta columna",
    "Sorting priority: %(priority_number)s": "Lugar de esta columna en el orden: %(priority_number)s",
    "Toggle sorting": "Ordenar al revés",
    "Summary": "Resumen",
    "Clear all filters": "Quitar filtros",
    "Yes, I’m sure": "Sí, eliminar",
    "No, take me back": "No, regresar",
    "Popup closing…": "Se cierra esta ventana…",
    "Thanks for spending some quality time with the web site today.": "Cerró su sesión. Hasta pronto.",
    "Log in again": "Identificarse otra vez",
    "You are authenticated as %(username)s, but are not authorized to access this page. Would you like to login to a"
    " different account?": (
        "Usted entró como %(username)s, y esta página no le toca. Entre con otra cuenta, o pídala a un Administrador."
    ),
    "You don’t have permission to view or edit anything.": (
        "Su rol no le permite ver nada de aquí. Pídalo a un Administrador."
    ),
    ("Please correct the error below.", 0): "No se guardó. Corrija lo que se señala abajo.",
    ("Please correct the error below.", 1): "No se guardó. Corrija lo que se señala abajo.",
    # Passwords
    "Please enter your old password, for security’s sake, and then enter your new password twice so we can verify you"
    " typed it in correctly.": (
        "Escriba la contraseña que tiene ahora y, dos veces, la nueva. Sus otras sesiones se cerrarán."
    ),
    "Old password": "Contraseña actual",
    "New password confirmation": "Repita la contraseña nueva",
    "Your password was changed.": "Su contraseña cambió. La nueva vale desde ahora.",
    "Password change successful": "Contraseña cambiada",
    "Your old password was entered incorrectly. Please enter it again.": (
        "Ésa no es su contraseña actual. Escríbala otra vez."
    ),
    "The two password fields didn’t match.": "Las dos contraseñas no son iguales: escríbalas de nuevo.",
    "Your password can’t be too similar to your other personal information.": (
        "No debe parecerse a su nombre ni a su usuario."
    ),
    "Your password can’t be a commonly used password.": "No debe ser de uso común.",
    "Your password can’t be entirely numeric.": "No deben ser sólo números.",
    ("Your password must contain at least %(min_length)d character.", 0): "Lleva %(min_length)d carácter o más.",
    ("Your password must contain at least %(min_length)d character.", 1): "Lleva %(min_length)d caracteres o más.",
    "The password is too similar to the %(verbose_name)s.": "La contraseña se parece demasiado a: %(verbose_name)s.",
    # The queue of mails is among what only administrators see.
    "Post Office": "Administración",
}

# What the scripts of Django's admin say.
GUIONES = {
    ("%(sel)s of %(cnt)s selected", 0): "Selección: %(sel)s de %(cnt)s",
    ("%(sel)s of %(cnt)s selected", 1): "Selección: %(sel)s de %(cnt)s",
    "Choose a Date": "Elija una fecha",
    "Choose a Time": "Elija una hora",
    "Choose a time": "Elija una hora",
    ("Note: You are %s hour ahead of server time.", 0): "Su reloj está %s hora adelante del de Monitor.",
    ("Note: You are %s hour ahead of server time.", 1): "Su reloj está %s horas adelante del de Monitor.",
    ("Note: You are %s hour behind server time.", 0): "Su reloj está %s hora atrás del de Monitor.",
    ("Note: You are %s hour behind server time.", 1): "Su reloj está %s horas atrás del de Monitor.",
    "abbrev. day Wednesday\x04Wed": "Mié",
    "January": "enero",
    "February": "febrero",
    "March": "marzo",
    "April": "abril",
    "May": "mayo",
    "June": "junio",
    "July": "julio",
    "August": "agosto",
    "September": "septiembre",
    "October": "octubre",
    "November": "noviembre",
    "December": "diciembre",
}


class Catalogue(NullTranslations):
    """Phrases as Django merges them over those of its own catalogues: by what the code says or, when they count
    something, by that and which plural it is."""

    def __init__(self, phrases: dict):
        super().__init__()
        self._catalog = phrases

    @staticmethod
    def plural(number: int) -> int:
        return int(number != 1)
