"""The settings. `.env.example` describes each variable; the rest is the same everywhere."""

from datetime import timedelta

from corsheaders.defaults import default_headers

from monitor.entorno import (
    BASE_DIR,
    OBLIGATORIA,
    PROCESOS,
    PUERTO,
    Entorno,
    ajustes_de_correo,
    bandera,
    base_de_datos,
    carpeta,
    correo,
    cuatro_nombres,
    direccion,
    direccion_de_correo,
    lista,
    nombre_de_host,
    nube,
    opcion,
    origen,
    red,
    secreto,
    variables_de,
    zona_horaria,
)

# --- The environment ---

entorno = Entorno(variables_de(BASE_DIR / ".env"))

DEBUG = entorno.leer("DEBUG", bandera, False)
DEMO = entorno.leer("DEMO", bandera, False)
SALIDA_CON_CHECKLIST = entorno.leer("SALIDA_CON_CHECKLIST", bandera, DEMO)
HTTPS = entorno.leer("HTTPS", bandera, True)
SECRET_KEY = entorno.leer("SECRET_KEY", secreto)
JWT_SECRET = entorno.leer("JWT_SECRET", secreto)
SECRET_KEY_FALLBACKS = entorno.leer("SECRET_KEY_FALLBACKS", lista(secreto), [])
JWT_SECRET_FALLBACKS = entorno.leer("JWT_SECRET_FALLBACKS", lista(secreto), [])
BASE_DE_DATOS = entorno.leer("DATABASE_URL", base_de_datos)
ALLOWED_HOSTS = entorno.leer("ALLOWED_HOSTS", lista(nombre_de_host), [] if DEBUG else OBLIGATORIA)
CSRF_TRUSTED_ORIGINS = entorno.leer("CSRF_TRUSTED_ORIGINS", lista(origen), [])
CORS_ALLOWED_ORIGINS = entorno.leer("CORS_ORIGINS", lista(origen), [])
TRUSTED_PROXIES = entorno.leer("TRUSTED_PROXIES", lista(red), [])
TIME_ZONE = entorno.leer("TIME_ZONE", zona_horaria, "America/Mexico_City")
CORREO = entorno.leer("EMAIL_URL", correo, correo("smtp://localhost:25"))
DEFAULT_FROM_EMAIL = entorno.leer("EMAIL_FROM", direccion_de_correo, "Monitor <monitor@localhost>")
DATO_NAMES = entorno.leer("DATO_NAMES", cuatro_nombres, [])
LOG_LEVEL = entorno.leer("LOG_LEVEL", opcion("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOG_FORMAT = entorno.leer("LOG_FORMAT", opcion("LINEAS", "JSON"), "LINEAS")
METRICS_TOKEN = entorno.leer("METRICS_TOKEN", secreto, None)
HOST = entorno.leer("HOST", direccion, "127.0.0.1")
PORT = entorno.leer("PORT", PUERTO, 8000)
PUBLIC_URL = entorno.leer("PUBLIC_URL", origen, None)
WORKERS = entorno.leer("WORKERS", PROCESOS, 2)
BACKUP_DIR = entorno.leer("BACKUP_DIR", carpeta, BASE_DIR / "respaldos")
ARCHIVOS_DIR = entorno.leer("ARCHIVOS_DIR", carpeta, BASE_DIR / "archivos")
NUBE = entorno.leer("NUBE_URL", nube, None)

entorno.exigir()

# --- Application ---

INSTALLED_APPS = [
    "monitor.apps.MonitorConfig",
    "monitor.apps.MonitorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "monitor.apps.EstaticosConfig",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    # It comes before our apps, which put their own page of the mail queue in the admin.
    "post_office",
    "monitor.usuarios",
    "monitor.cambios",
    "monitor.repeticiones",
    "monitor.importacion",
    "catalogos",
    "expedientes",
    "solicitudes",
]

MIDDLEWARE = [
    "monitor.middleware.RequestLogMiddleware",
    # These add headers to every answer, also to those of the middleware below.
    "monitor.middleware.BrowserMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "monitor.middleware.ProxyMiddleware",
    "monitor.middleware.HttpsMiddleware",
    "monitor.middleware.EncodingMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "monitor.middleware.CorsMiddleware",
    "monitor.middleware.NoTrailingSlashMiddleware",
    "monitor.api.gzip.GzipMiddleware",
    "monitor.api.etag.ConditionalMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "monitor.middleware.AdminGzipMiddleware",
    "monitor.middleware.AdminSessionMiddleware",
    "monitor.middleware.AdminCommonMiddleware",
    "monitor.middleware.AdminUserMiddleware",
    "monitor.middleware.AdminMessageMiddleware",
    "monitor.middleware.AdminOutageMiddleware",
    "monitor.middleware.AdminBodyMiddleware",
]

ROOT_URLCONF = "monitor.urls"
WSGI_APPLICATION = "monitor.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

LANGUAGE_CODE = "es-mx"
FORMAT_MODULE_PATH = "monitor.formatos"
USE_TZ = True

# --- Database ---

OPCIONES_DE_BASE = {
    # With WAL, readers never wait for the writer. With FULL, what was committed survives a power cut. With IMMEDIATE, a
    # transaction takes its turn when it begins, so that none fails halfway.
    "django.db.backends.sqlite3": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
    },
    # Parameters travel apart from the statement, which is prepared from its second use on. The database writes
    # the days of the API's answers itself (`monitor.api.dialects.Noon`), from its text of a date: ISO 8601, whatever
    # its own style is.
    "django.db.backends.postgresql": {
        "options": "-c datestyle=ISO",
        "server_side_binding": True,
        "prepare_threshold": 1,
        "connect_timeout": 2,
        # A server that vanished without a word is given up after as long: bytes that nobody acknowledges, and an answer
        # that doesn't come from who doesn't answer the system's own questions either.
        "tcp_user_timeout": 2000,
        "keepalives_idle": 2,
        "keepalives_interval": 1,
    },
}

# How long a statement of an HTTP request may wait for a lock, and take (see `monitor.db.state`).
LIMITES_DE_UNA_PETICION = {"lock_timeout": "2s", "statement_timeout": "20s"}

MOTORES = {"django.db.backends.postgresql": "monitor.db.postgresql"}

DATABASES = {
    "default": {
        **BASE_DE_DATOS,
        "ENGINE": MOTORES.get(BASE_DE_DATOS["ENGINE"], BASE_DE_DATOS["ENGINE"]),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": OPCIONES_DE_BASE[BASE_DE_DATOS["ENGINE"]] | BASE_DE_DATOS.get("OPTIONS", {}),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Identity ---

AUTH_USER_MODEL = "usuarios.Usuario"
AUTHENTICATION_BACKENDS = ["monitor.usuarios.acceso.Backend"]
PASSWORD_HASHERS = ["monitor.usuarios.hashers.Argon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "nombre", "email"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_REDIRECT_URL = "admin:index"  # for whoever comes from an address that isn't ours
JWT_LIFETIME = timedelta(hours=8)
SESSION_ENGINE = "monitor.usuarios.sesiones"
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())

# --- API ---

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["monitor.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],  # besides the table of each view (monitor.api.permissions), which none takes away
    "DEFAULT_SCHEMA_CLASS": "monitor.api.openapi.generator.OperationSchema",
    "UNAUTHENTICATED_USER": None,
}

SPECTACULAR_SETTINGS = {
    "DEFAULT_GENERATOR_CLASS": "monitor.api.openapi.generator.ApiGenerator",
    "TITLE": "Monitor API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [],
}

# --- Other sites (CORS) may use the API alone ---

CORS_URLS_REGEX = r"^/(?!admin|static)"
CORS_ALLOW_HEADERS = [*default_headers, "if-match", "if-none-match", "idempotency-key"]
CORS_EXPOSE_HEADERS = [
    "Link",
    "ETag",
    "Location",
    "X-Request-ID",
    "Retry-After",
    "X-Error-Code",
    "Idempotent-Replayed",
    "Content-Disposition",
    "Content-Range",
    "Actualizado-Hasta",  # the moment from which a mirror in a browser asks the next time
]

# --- Security ---

SECURE_SSL_REDIRECT = HTTPS
# HttpsMiddleware redirects: SecurityMiddleware comes before X-Forwarded-Proto is known to be a proxy's.
SECURE_REDIRECT_EXEMPT = [""]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Preloading HSTS can hardly be undone, so it is left to the owner of the domain.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
# Without TLS a browser ignores it, and complains in its console.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if HTTPS else None
X_FRAME_OPTIONS = "DENY"
# A browser takes a cookie whose name begins so from this very host alone, over HTTPS, and sends it to no other.
PREFIJO_DE_COOKIES = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{PREFIJO_DE_COOKIES}sessionid"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
# Not «Strict»: the links of the mails come from another site, and must find the session.
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{PREFIJO_DE_COOKIES}csrftoken"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "monitor.admin.notices.NoticeStorage"
CSRF_FAILURE_VIEW = "monitor.views.csrf_failure"
# The API has a limit of its own for bodies; these are for the admin's forms. An expediente may have three texts of
# 1 MiB, which the API takes one by one, and its form sends each twice: as it was shown, and as it is now.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000  # a solicitud may have 500 places, of some 20 fields each
# No file ever reaches the disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE

# --- Static files ---

STATIC_URL = "/static/"
WHITENOISE_ALLOW_ALL_ORIGINS = False  # CORS is for the API alone
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Mail ---

globals().update(ajustes_de_correo(CORREO))
# The address of the links in e-mails. It never comes from the Host of an HTTP request: its sender would choose where
# the links lead.
if PUBLIC_URL is None:
    nombre = next((nombre for nombre in ALLOWED_HOSTS if not nombre.startswith(("*", "."))), "localhost")
    PUBLIC_URL = f"https://{nombre}" if HTTPS else f"http://{nombre}:{PORT}"

# --- Log ---

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "monitor.logs.RequestFilter"},
        "cause": {"()": "monitor.logs.CauseFilter"},
        "route": {"()": "monitor.logs.RouteFilter"},
    },
    "formatters": {
        "LINEAS": {
            "class": "logging.Formatter" if DEBUG else "monitor.logs.SafeFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s",
        },
        "JSON": {"()": "monitor.logs.JsonFormatter"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "filters": ["request_id", "route"], "formatter": LOG_FORMAT},
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    # Django's own handlers are taken off: they mail ADMINS, which we don't have.
    "loggers": {
        "django": {"handlers": [], "level": LOG_LEVEL, "propagate": True},
        # RequestLogMiddleware writes a line for each request, whatever its status.
        "django.request": {"level": "ERROR", "filters": ["cause"]},
    },
}
