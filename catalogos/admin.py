from django.contrib import admin

from catalogos.models import Aseguradora
from monitor.admin_base import AdminPorVerbos


@admin.register(Aseguradora)
class AseguradoraAdmin(AdminPorVerbos):
    list_display = ("nombre",)
    search_fields = ("nombre",)
    search_help_text = "Nombre"

    def get_queryset(self, request):
        return super().get_queryset(request).vigentes()
