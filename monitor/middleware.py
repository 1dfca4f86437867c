"""The middleware that every HTTP request passes, the API's and the admin's."""

import logging
import re
from ipaddress import ip_address
from random import getrandbits
from time import perf_counter

import corsheaders.middleware
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import DisallowedHost, MiddlewareNotUsed
from django.http import HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware
from django.middleware.gzip import GZipMiddleware
from django.template.defaultfilters import filesizeformat
from django.utils.deprecation import MiddlewareMixin

from monitor import logs
from monitor.admin.pages import error_page, for_people, outage_page
from monitor.api.errors import log_outage, outage_of
from monitor.api.gzip import accepts_gzip
from monitor.api.viewsets import bad_request, https_required
from monitor.db.statements import statements
from monitor.logs import Line
from monitor.metrics import note_request
from monitor.origen import ADMIN, Origen, is_admin, puerta
from monitor.policies import CSP, OF_ADMIN, OF_DATA

log = logging.getLogger(__name__)

PAGES = {"", "/api/docs"}  # what a browser opens outside of the admin
# What a balancer and whoever watches the service ask for, from within the network, where there is no TLS.
PROBES = {"/api/health", "/livez", "/readyz"}
OF_PAGES = (ADMIN, "/static/")


class RequestLogMiddleware:
    """Gives each HTTP request a name and writes its line in the log.

    The name is in every line that is written for the request, and in the answer's X-Request-ID. The line also has the
    client's own X-Request-ID when that is short and plain. What is counted for /metrics is counted here too; of an
    answer that is made while it is sent, up to its first piece.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        start, sent = perf_counter(), statements.sent
        name = f"{getrandbits(128):032x}"
        logs.request_id.set(name)
        puerta.set((Origen.ADMIN if is_admin(request.path_info) else Origen.API, name))
        response = self.get_response(request)
        response.headers["X-Request-ID"] = name
        _note(request, response.status_code, perf_counter() - start, statements.sent - sent)
        return response


LINE = Line(
    "%s %s %s %.1f ms sentencias=%d usuario=%s cliente=%s",
    ("metodo", "ruta", "status", "ms", "sentencias", "usuario", "cliente"),
)
SANE = re.compile(r"[\w.:-]{1,64}", re.ASCII)


def _note(request, status: int, seconds: float, sent: int):
    route = logs.route_of(request)
    note_request(request.method, route, status, seconds, sent)
    if log.isEnabledFor(logging.INFO):
        log.info(LINE, request.method, route, status, seconds * 1000, sent, *_who(request))


def _who(request) -> tuple:
    """Return the user's id, if the HTTP request settled who calls, and the client's own name for the request; `-` for
    either that is missing."""
    user = getattr(request, "caller", None) or getattr(request, "_cached_user", None)
    name = request.META.get("HTTP_X_REQUEST_ID", "")
    return getattr(user, "known_id", None) or "-", name if SANE.fullmatch(name) else "-"


class BrowserMiddleware:
    """Tells browsers what they may do with an answer that doesn't say so itself (`monitor.policies`), and shows the
    errors of programs to people as pages."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code >= 400:
            response = for_people(request, response)
            if settings.DEBUG:
                return response  # it may be a page of Django's for developers, with scripts and styles in it
        if CSP not in response.headers:
            for name, value in (OF_ADMIN if is_admin(request.path_info) else OF_DATA).items():
                response.headers[name] = value
        return response


class ProxyMiddleware:
    """Believes X-Forwarded-* only when the connection comes from TRUSTED_PROXIES, and drops those headers otherwise.

    The client is the last address of X-Forwarded-For that isn't one of our proxies: the addresses before it are only
    its word.
    """

    HEADERS = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if _is_proxy(request.META.get("REMOTE_ADDR", "")):
            request.META["REMOTE_ADDR"] = _client(request.META)
        else:
            for header in self.HEADERS:
                request.META.pop(header, None)
        try:
            request.get_host()
        except DisallowedHost:
            # This comes before anything answers, and logs one line: Django would write a traceback for each.
            log.warning("Host desconocido: %.100r", request.META.get("HTTP_HOST", ""))
            return bad_request(request)
        return self.get_response(request)


class HttpsMiddleware:
    """Redirects pages where HTTPS is required, and refuses everything else: a program that follows a redirect would go
    on sending its token in clear text, and nobody would notice."""

    def __init__(self, get_response):
        if not settings.SECURE_SSL_REDIRECT:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request):
        path = request.path_info.rstrip("/")
        if request.is_secure() or path in PROBES:
            return self.get_response(request)
        is_page = path in PAGES and "text/html" in request.META.get("HTTP_ACCEPT", "")
        if is_page or f"{path}/".startswith(OF_PAGES):
            return HttpResponsePermanentRedirect(request.build_absolute_uri().replace("http:", "https:", 1))
        return https_required(request)


def _is_proxy(address: str) -> bool:
    if not settings.TRUSTED_PROXIES:
        return False
    try:
        ip = _ip(address)
    except ValueError:
        return False
    return any(ip in red for red in settings.TRUSTED_PROXIES)


WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d+)?|([\d.]+):\d+", re.ASCII)


def _forwarded(text: str):
    """Return the address that a proxy wrote, some with the port. Raise ValueError when it isn't an address."""
    parts = WITH_PORT.fullmatch(text.strip())
    return _ip(parts[1] or parts[2] if parts else text)


def _ip(text: str):
    """Return the address. A server that listens on IPv6 sees IPv4 as `::ffff:10.0.0.1`, and a zone after `%` means
    something on this machine alone. Raise ValueError when it isn't an address."""
    ip = ip_address(text.strip().partition("%")[0])
    return getattr(ip, "ipv4_mapped", None) or ip


def _client(meta) -> str:
    client = meta["REMOTE_ADDR"]
    for address in reversed(meta.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        try:
            client = str(_forwarded(address))
        except ValueError:
            break
        if not _is_proxy(client):
            break
    return client


class EncodingMiddleware:
    """Has WhiteNoise and Django, which look in Accept-Encoding for the name alone, send nothing compressed to who
    refuses it (`gzip;q=0`)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        header = request.META.get("HTTP_ACCEPT_ENCODING", "")
        if ";" in header:
            request.META["HTTP_ACCEPT_ENCODING"] = "gzip" if accepts_gzip(header) else ""
        return self.get_response(request)


class CorsMiddleware(corsheaders.middleware.CorsMiddleware):
    """Adds the headers of CORS. It is left out when CORS_ORIGINS names nobody."""

    def __init__(self, get_response):
        if not settings.CORS_ALLOWED_ORIGINS:
            raise MiddlewareNotUsed
        super().__init__(get_response)


class NoTrailingSlashMiddleware:
    """Takes the trailing slash off the paths of the API, which answer the same with it and without it. The admin keeps
    Django's ways."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        ruta = request.path_info
        if ruta.endswith("/") and ruta != "/" and not is_admin(request.path_info):
            request.path_info = ruta[:-1]
        return self.get_response(request)


class OnlyInAdmin:
    """A mixin that makes one of Django's middlewares act in the admin alone: elsewhere nobody has a session, and there
    is nothing for it to do. Several in a row are passed at once."""

    def __init__(self, get_response):
        super().__init__(get_response)
        # Django wraps each middleware in a function that has the attributes of what it wraps.
        self.outside = getattr(get_response, "outside", get_response)

    def __call__(self, request):
        return super().__call__(request) if is_admin(request.path_info) else self.outside(request)


class AdminGzipMiddleware(OnlyInAdmin, GZipMiddleware):
    pass


class AdminSessionMiddleware(OnlyInAdmin, SessionMiddleware):
    pass


class AdminCommonMiddleware(OnlyInAdmin, CommonMiddleware):
    pass


class AdminUserMiddleware(OnlyInAdmin, AuthenticationMiddleware):
    pass


class AdminMessageMiddleware(OnlyInAdmin, MessageMiddleware):
    pass


FORM_ANONYMOUS = 64 * 1024  # bytes: nobody has more to say before they come in
TOO_LARGE = (
    "Lo que envió pasa de {limite}, que es lo más que se admite aquí. No se guardó nada: vuelva atrás, acorte los"
    " textos y envíe de nuevo."
)
SESSION_ENDED = " Si su sesión terminó, basta con que entre otra vez."


class AdminBodyMiddleware(OnlyInAdmin, MiddlewareMixin):
    """Refuses a form that is too large by its length, before anything of it is read. It comes last, because the limit
    depends on whether the person came in."""

    def process_request(self, request):
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) <= FORM_ANONYMOUS:
            return None
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE if request.user.is_authenticated else FORM_ANONYMOUS
        if int(length) <= limit:
            return None
        # The rest of a body that nobody reads would be taken for the next request of its connection.
        close = {"Connection": "close"}
        frase = TOO_LARGE.format(limite=filesizeformat(limit)) + ("" if limit > FORM_ANONYMOUS else SESSION_ENDED)
        return error_page(413, "Demasiado grande", frase, close)


class AdminOutageMiddleware(OnlyInAdmin, MiddlewareMixin):
    """Answers 503 with a page when the database can't serve for now; the page asks nothing of the database."""

    def process_exception(self, request, exception):
        code = outage_of(exception)
        if code is None:
            return None
        log_outage("atender una página", code, exception)
        return outage_page(code)
