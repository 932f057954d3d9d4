"""Settings: one file, everything that differs between installations from the environment (see README, "Configuration").

A `.env` file beside `manage.py` is read as well (oxaas/places.py); the real environment wins over it.
"""

from ipaddress import ip_network

from core.patience import PatientCursor, connect
from oxaas.environment import (
    SHORTEST_TOKEN,
    Environment,
    check_host,
    check_key,
    check_origin,
    parse_sender,
    parse_token,
    parse_zone,
    process_name,
)
from oxaas.places import FILES, HANDBOOK, HOME

env = Environment(HOME / ".env")

DEBUG: bool = env.boolean("DEBUG", default=False)
# Outside DEBUG a secret has no default: starting without one must fail.
SECRET_KEY: str = env.secret_key("SECRET_KEY", default="only-for-development" if DEBUG else "")
# Keys of before, which still open what they signed: sessions outlive a change of the key.
SECRET_KEY_FALLBACKS: list[str] = env.items(
    "SECRET_KEY_FALLBACKS",
    default=[],
    expected="keys of before, each of at least 32 characters, separated by commas",
    check=check_key,
    secret=True,
)
ALLOWED_HOSTS: list[str] = env.items(
    "ALLOWED_HOSTS",
    default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else [],
    expected="names or addresses separated by commas, without scheme and port",
    check=check_host,
)
env.required("ALLOWED_HOSTS", ALLOWED_HOSTS, "the names under which the web admin and the API are reached")
# Origins beside our own hosts whose forms are taken, such as a proxy's that changes the Host.
CSRF_TRUSTED_ORIGINS: list[str] = env.items(
    "CSRF_TRUSTED_ORIGINS",
    default=[],
    expected="origins separated by commas, such as https://admin.hoster.example:8443",
    check=check_origin,
)

# Whether a pooler between us and PostgreSQL may give each transaction another session; None: each connection looks.
_POOLER: str = env.choice("TRANSACTION_POOLER", ("auto", "true", "false"), default="auto")
TRANSACTION_POOLER: bool | None = {"true": True, "false": False}.get(_POOLER)
# In seconds, what a statement of a web process may take; 0: any time.
DATABASE_STATEMENT_SECONDS: int = env.number("DATABASE_STATEMENT_SECONDS", default=30)
# Of each web process: so many connections to the database, and so many calls at a time (oxaas/gate.py).
WEB_CONNECTIONS: int = env.number("WEB_CONNECTIONS", default=6, least=2, most=48)

# What the product itself can be told.
MASTER_ACCOUNT_OVERRIDE: bool = env.boolean("MASTER_ACCOUNT_OVERRIDE", default=False)
MAIL_STORE: str = env.text(
    "MAIL_STORE", default=f"maildir://{HOME}/var/maildir", expected="the URL of a mail store", secret=True
)
# Failed logins in five minutes: of an account from one address, and of whatever names from one address; 0: no limit.
LOGIN_FAILURE_LIMIT: int = env.number("LOGIN_FAILURE_LIMIT", default=20)
LOGIN_ADDRESS_LIMIT: int = env.number("LOGIN_ADDRESS_LIMIT", default=100)
# How many password hashes a process computes in a second for logins from unknown addresses; 0: as many as come.
LOGIN_HASHES_PER_SECOND: int = env.number("LOGIN_HASHES_PER_SECOND", default=10)
# For how long a verified login is remembered in the process; 0: never.
LOGIN_CACHE_SECONDS: int = env.number("LOGIN_CACHE_SECONDS", default=60)
# Of which roles the web admin demands a second factor, and the API therefore API passwords.
SECOND_FACTOR_FOR: list[str] = env.items(
    "SECOND_FACTOR_FOR",
    default=[],
    expected="master, reseller or context, several of them separated by commas",
    check=("master", "reseller", "context").index,
)
MAX_RECIPIENTS: int = env.number("MAX_RECIPIENTS", default=100, least=1)
# Whether addresses in domains that nobody has declared are kept ("allow") or refused ("refuse"); and the domains that
# nobody may declare, beside the public suffixes.
UNDECLARED_DOMAINS: str = env.choice("UNDECLARED_DOMAINS", ("allow", "refuse"), default="allow")
RESERVED_DOMAINS: list[str] = env.items("RESERVED_DOMAINS", default=[])
# Whether a declared domain is served at once ("off") or when the DNS proves whose it is ("dns"): by a TXT record, or by
# an MX record that leads to one of these hosts. The name servers to ask; none: the system's.
DOMAIN_PROOF: str = env.choice("DOMAIN_PROOF", ("off", "dns"), default="off")
MX_HOSTS: list[str] = env.items("MX_HOSTS", default=[], expected="host names separated by commas")
DNS_RESOLVERS: list[str] = env.items(
    "DNS_RESOLVERS", default=[], expected="addresses of name servers separated by commas, each with a port or without"
)
TRUSTED_PROXIES: int = env.number("TRUSTED_PROXIES", default=0, most=20)
# Bulk edits: above how many changed rows the number must be typed; up to how many rows need no worker; for how long the
# preview and the result can be looked at; and how much of uploaded files may wait to be read, of all administrators
# together and a fifth of it of one.
BULK_CONFIRM_ABOVE: int = env.number("BULK_CONFIRM_ABOVE", default=100)
BULK_REQUEST_ROWS: int = env.number("BULK_REQUEST_ROWS", default=200)
BULK_KEEP_DAYS: int = env.number("BULK_KEEP_DAYS", default=30)
UPLOADS_WAITING_MB: int = env.number("UPLOADS_WAITING_MB", default=1000, least=250)
# For how long the change log and the log of logins are kept; 0: for ever.
CHANGE_LOG_KEEP_DAYS: int = env.number("CHANGE_LOG_KEEP_DAYS", default=0)
LOGIN_LOG_KEEP_DAYS: int = env.number("LOGIN_LOG_KEEP_DAYS", default=90)
# Networks of the hoster's own to which webhooks may go, also by plain HTTP; and for how long their log is kept.
WEBHOOK_NETWORKS: list[str] = env.items(
    "WEBHOOK_NETWORKS",
    default=[],
    expected="networks such as 10.1.0.0/16, separated by commas",
    check=ip_network,
)
WEBHOOK_LOG_KEEP_DAYS: int = env.number("WEBHOOK_LOG_KEEP_DAYS", default=30, least=1)
HTTPS_ONLY: bool = env.boolean("HTTPS_ONLY", default=not DEBUG)

INSTALLED_APPS = [
    "changelog",
    "bulk",
    "accounts",
    "forwards",
    "domains",
    "webhooks",
    "mailstats",
    "web",
    "demo",
    "importers",
    "apiv2",
    "oxaas",
    "web.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "oxaas.tracing.TraceMiddleware",
    "oxaas.middleware.DoorMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Nothing below here is for the API.
    "oxaas.middleware.ApiMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "oxaas.middleware.LanguageMiddleware",
    "oxaas.middleware.TimeZoneMiddleware",
    "web.gate.GateMiddleware",
    "oxaas.middleware.BodySizeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "oxaas.middleware.DatabaseUnavailableMiddleware",
    "oxaas.middleware.ReplicaMiddleware",
]

ROOT_URLCONF = "oxaas.urls"
WSGI_APPLICATION = "oxaas.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [FILES / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oxaas.tracing.request_id",
            ],
        },
    },
]

DATABASES = {"default": env.database("DATABASE_URL", default="sqlite:///db.sqlite3")}
# A standby for searches, lists, exports and overviews, and how far behind it may be (core/replica.py).
_REPLICA = env.database("DATABASE_REPLICA_URL", default="")
REPLICA_LAG_SECONDS: int = env.number("REPLICA_LAG_SECONDS", default=5, least=1, most=300)
if _REPLICA:
    DATABASES["replica"] = {**_REPLICA, "TEST": {"MIRROR": "default"}}
    DATABASE_ROUTERS = ["core.replica.Router"]
for _database in DATABASES.values():
    if _database["ENGINE"] == "django.db.backends.sqlite3":
        _database["NAME"] = HOME / _database["NAME"]
        _database["OPTIONS"] = {
            # A transaction takes SQLite's only write lock at its beginning: what it looks at stays true until its end.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
        continue
    _database.update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
    # What the URL says itself goes before.
    _database["OPTIONS"] = {
        "connection_factory": connect,
        "cursor_factory": PatientCursor,
        "connect_timeout": 3,
        # A network that swallows packets is noticed by the client's own system.
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        "fallback_application_name": f"oxaas {process_name()}",
        **_database.get("OPTIONS", {}),
    }
# What a session of a web process may take: a migration, the worker or `provision` may take longer. A pooler takes no
# such options for a session that it shares; there its own configuration has them (deploy/pgbouncer).
WEB_SESSION_OPTIONS = (
    ""
    if TRANSACTION_POOLER
    else f"-c statement_timeout={DATABASE_STATEMENT_SECONDS}s -c lock_timeout=4s"
    " -c idle_in_transaction_session_timeout=60s"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Mail that the web admin sends: links for forgotten passwords. Without a host there are none.
EMAIL_HOST: str = env.text("EMAIL_HOST", default="", expected="the name of a mail server")
EMAIL_PORT: int = env.number("EMAIL_PORT", default=25, least=1, most=65535)
EMAIL_HOST_USER: str = env.text("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD: str = env.text("EMAIL_HOST_PASSWORD", default="", secret=True)
_EMAIL_SECURITY: str = env.choice("EMAIL_SECURITY", ("none", "starttls", "tls"), default="none")
EMAIL_USE_TLS, EMAIL_USE_SSL = _EMAIL_SECURITY == "starttls", _EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env.parsed(
    "EMAIL_FROM", parse_sender, expected="a mail address, or a name with one in <>", default="oxaas@localhost"
)
PASSWORD_RESET_TIMEOUT = 3600

AUTH_USER_MODEL = "accounts.Administrator"
AUTHENTICATION_BACKENDS = [
    "accounts.login.backends.LoginBackend",
    "accounts.login.backends.PathContextBackend",
    "accounts.login.backends.TenantBackend",
    "accounts.login.backends.RoleBackend",
]
# A context admin's login is unique only inside its context; LoginBackend knows how to tell them apart.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
PASSWORD_HASHERS = [
    "accounts.login.hashers.Argon2idPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [FILES / "locale"]
# The pages of the web admin's help, a folder for each language.
HANDBOOK_DIR = HANDBOOK
FORMAT_MODULE_PATH = "oxaas.formats"
# The zone of times for whoever has chosen none, and whose browser says none.
TIME_ZONE: str = env.parsed(
    "TIME_ZONE", parse_zone, expected="a time zone of the IANA database, such as Europe/Berlin", default="UTC"
)
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [FILES / "static", ("handbook", HANDBOOK / "images")]
STATIC_ROOT = HOME / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_ENGINE = "oxaas.sessions"
SECURE_SSL_REDIRECT = HTTPS_ONLY
# For how long browsers are to come by HTTPS alone. What lies below this host is not ours to decide, unless we are told
# so; and into the lists of browsers nobody gets by accident, as it takes months to get out.
SECURE_HSTS_SECONDS: int = env.number("HSTS_SECONDS", default=31_536_000 if HTTPS_ONLY else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS: bool = env.boolean("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD: bool = env.boolean("HSTS_PRELOAD", default=False)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "oxaas.views.csrf_failure"
# Everything comes from this host, in files: no inline script, no inline style, no frame.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    },
}

# The contract's operations bring everything along (`accounts.api.ContractViewSet`); any other view of DRF is closed.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "core.openapi.inspection.ContractAutoSchema",
}
SPECTACULAR_SETTINGS = {
    "DEFAULT_GENERATOR_CLASS": "core.openapi.inspection.ContractGenerator",
    "OAS_VERSION": "3.0.3",
    "TITLE": "Cloud-Plugins Rest APIs",
    "VERSION": "1.9.1",
    "TAGS": [{"name": "Admin"}, {"name": "Forwards"}, {"name": "Mail"}, {"name": "Explicit Domains"}],
    # The document speaks to callers, our docstrings to whoever changes the code.
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,
    "SORT_OPERATION_PARAMETERS": False,
    "POSTPROCESSING_HOOKS": [],
}

LOG_FORMAT: str = env.choice("LOG_FORMAT", ("text", "json"), default="text")
# Whoever shows this token is told figures for Prometheus at /metrics; without it there are none. The folder is where
# the processes of a machine put theirs down.
METRICS_TOKEN: str = env.parsed(
    "METRICS_TOKEN",
    parse_token,
    default="",
    expected=f"at least {SHORTEST_TOKEN} characters made by chance, of ASCII alone",
    secret=True,
)
METRICS_FOLDER: str = env.text("METRICS_FOLDER", default=f"{HOME}/var/metrics", expected="the path of a folder")
# In milliseconds, what makes a request, a statement, or a batch or chore of the worker one that is named; 0: none is.
LOG_SLOW_REQUEST_MS: int = env.number("LOG_SLOW_REQUEST_MS", default=1000)
LOG_SLOW_STATEMENT_MS: int = env.number("LOG_SLOW_STATEMENT_MS", default=500)
LOG_SLOW_JOB_MS: int = env.number("LOG_SLOW_JOB_MS", default=10_000)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"text": {"()": "oxaas.lines.TextFormatter"}, "json": {"()": "oxaas.lines.JsonFormatter"}},
    "filters": {
        "refusals": {"()": "oxaas.logs.NoTracebackOfRefusal"},
        "paths": {"()": "oxaas.logs.NoPathOfRequest"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["refusals", "paths"]}
    },
    "root": {
        "handlers": ["stderr"],
        "level": env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"), default="INFO"),
    },
    "loggers": {
        "django": {"handlers": ["stderr"], "propagate": False},
        # With DEBUG it would show every statement with its values.
        "django.db.backends": {"level": "INFO"},
    },
}

env.refuse_wrong_values()
