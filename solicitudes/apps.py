from importlib import import_module

from django.apps import AppConfig
from django.apps import apps as las_de_ahora
from django.db.models.signals import post_migrate

from solicitudes.estados import filas as filas_de_estados


class SolicitudesConfig(AppConfig):
    name = "solicitudes"
    verbose_name = "Transporte"

    def ready(self):
        import_module("solicitudes.correo.vigilancia")
        post_migrate.connect(copiar_estados, sender=self)


def copiar_estados(using, apps=las_de_ahora, **kwargs):
    """Copy the states to their table after each `migrate`. They belong to the code, so a change there needs no
    migration.

    `flush` sends this signal too, without `apps`.
    """
    try:
        modelo = apps.get_model("solicitudes", "EstadoSolicitud")
    except LookupError:  # the migrations went back to before the table
        return
    estados, filas = modelo._base_manager.using(using), filas_de_estados()
    if list(estados.order_by("orden").values(*filas[0])) != filas:
        estados.bulk_create(
            [modelo(**fila) for fila in filas],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*(columna for columna in filas[0] if columna != "id"), "actualizado_en"],
        )
