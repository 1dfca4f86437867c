"""The admin site: Django's, in Spanish, with our table of permissions and the limits of our login."""

from django.contrib import admin


class MonitorAdminSite(admin.AdminSite):
    site_header = "Monitor"
    site_title = "Monitor"
    index_title = "Inicio"
