"""What every request passes, the API's and the admin's."""

from ipaddress import ip_address
from random import getrandbits

import corsheaders.middleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import MiddlewareNotUsed
from django.middleware.common import CommonMiddleware

from monitor import logs


class RequestIdMiddleware:
    """Names each request; the name is in the log lines written for it and in the answer's X-Request-ID."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        nombre = f"{getrandbits(128):032x}"
        logs.peticion.set(nombre)
        response = self.get_response(request)
        response.headers["X-Request-ID"] = nombre
        return response


class ProxyMiddleware:
    """Believes X-Forwarded-* only when the connection comes from TRUSTED_PROXIES, and drops it otherwise.

    The client is the last address of X-Forwarded-For that isn't one of our proxies: what stands before it is its word.
    """

    CABECERAS = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if _es_proxy(request.META.get("REMOTE_ADDR", "")):
            request.META["REMOTE_ADDR"] = _cliente(request.META)
        else:
            for cabecera in self.CABECERAS:
                request.META.pop(cabecera, None)
        request.get_host()  # refuses a Host that isn't in ALLOWED_HOSTS, before anything answers
        return self.get_response(request)


def _es_proxy(direccion: str) -> bool:
    if not settings.TRUSTED_PROXIES:
        return False
    try:
        ip = _ip(direccion)
    except ValueError:
        return False
    return any(ip in red for red in settings.TRUSTED_PROXIES)


def _ip(texto: str):
    """A server that listens on IPv6 sees IPv4 as `::ffff:10.0.0.1`; a zone after `%` is of this machine alone."""
    ip = ip_address(texto.strip().partition("%")[0])
    return getattr(ip, "ipv4_mapped", None) or ip


def _cliente(meta) -> str:
    cliente = meta["REMOTE_ADDR"]
    for direccion in reversed(meta.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        try:
            cliente = str(_ip(direccion))
        except ValueError:
            break
        if not _es_proxy(cliente):
            break
    return cliente


class CorsMiddleware(corsheaders.middleware.CorsMiddleware):
    """Only where CORS_ORIGINS names somebody."""

    def __init__(self, get_response):
        if not settings.CORS_ALLOWED_ORIGINS:
            raise MiddlewareNotUsed
        super().__init__(get_response)


ADMIN = "/admin/"


class NoTrailingSlashMiddleware:
    """The API's paths answer the same with and without a trailing slash; the admin keeps Django's ways."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        ruta = request.path_info
        if ruta.endswith("/") and ruta != "/" and not ruta.startswith(ADMIN):
            request.path_info = ruta[:-1]
        return self.get_response(request)


class OnlyInAdmin:
    """Before one of Django's middlewares: elsewhere nobody has a session, so there is nothing for it to do."""

    def __call__(self, request):
        return super().__call__(request) if request.path_info.startswith(ADMIN) else self.get_response(request)


class AdminSessionMiddleware(OnlyInAdmin, SessionMiddleware):
    pass


class AdminCommonMiddleware(OnlyInAdmin, CommonMiddleware):
    pass


class AdminUserMiddleware(OnlyInAdmin, AuthenticationMiddleware):
    pass


class AdminMessageMiddleware(OnlyInAdmin, MessageMiddleware):
    pass
