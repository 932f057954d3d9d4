"""The environment of the suite, set before Django's settings are loaded (early plugin: `-p tests.env`, pyproject.toml).

Every variable that the settings read is set here: neither a developer's `.env` nor the shell may reach the tests.
`OXAAS_TEST_DATABASE=postgres` starts a private PostgreSQL for the whole session; without it the suite runs on SQLite.
"""

from __future__ import annotations

import os
import resource
import shutil
import tempfile

import pytest

from tests.postgres import Cluster, ClusterError

DATABASE = os.environ.get("OXAAS_TEST_DATABASE", "sqlite")
# The markers of tests that the other run does. Browsers and mail servers are needed once, beside PostgreSQL.
OTHER_RUN = {"sqlite": ("postgres", "browser", "mail"), "postgres": ("sqlite",)}

# What a test asks for that uses a database.
USING_DATABASE = frozenset({"db", "transactional_db", "django_db_setup", "live_server", "postgres_url"})

# Dovecot warns below 2000; a login shell often allows 1024 and the system much more.
OPEN_FILES = 4096

# Beside these, DATABASE_URL and MAIL_STORE belong to each run.
FIXED = {
    "DJANGO_SETTINGS_MODULE": "oxaas.settings",
    # DEBUG at load time: plain static files, no HTTPS. The test runner turns DEBUG itself off.
    "DEBUG": "true",
    "HTTPS_ONLY": "false",
    "SECRET_KEY": "only-for-the-tests-0123456789-0123456789",
    "SECRET_KEY_FALLBACKS": "",
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "CSRF_TRUSTED_ORIGINS": "",
    "HSTS_SECONDS": "",
    "HSTS_SUBDOMAINS": "false",
    "HSTS_PRELOAD": "false",
    "MASTER_ACCOUNT_OVERRIDE": "false",
    "LOGIN_FAILURE_LIMIT": "20",
    "LOGIN_ADDRESS_LIMIT": "100",
    "LOGIN_HASHES_PER_SECOND": "0",
    "SECOND_FACTOR_FOR": "",
    "EMAIL_HOST": "",
    "EMAIL_PORT": "25",
    "EMAIL_HOST_USER": "",
    "EMAIL_HOST_PASSWORD": "",
    "EMAIL_SECURITY": "none",
    "EMAIL_FROM": "oxaas@localhost",
    "MAX_RECIPIENTS": "100",
    "LOGIN_CACHE_SECONDS": "60",
    "TRANSACTION_POOLER": "auto",
    "DATABASE_STATEMENT_SECONDS": "30",
    "WEB_CONNECTIONS": "6",
    "DATABASE_REPLICA_URL": "",
    "REPLICA_LAG_SECONDS": "5",
    "UNDECLARED_DOMAINS": "allow",
    "DOMAIN_PROOF": "off",
    "MX_HOSTS": "",
    "DNS_RESOLVERS": "127.0.0.1:9",
    "RESERVED_DOMAINS": "",
    "TRUSTED_PROXIES": "0",
    "BULK_CONFIRM_ABOVE": "100",
    "BULK_REQUEST_ROWS": "200",
    "BULK_KEEP_DAYS": "30",
    "UPLOADS_WAITING_MB": "1000",
    "CHANGE_LOG_KEEP_DAYS": "0",
    "LOGIN_LOG_KEEP_DAYS": "90",
    "WEBHOOK_NETWORKS": "",
    "WEBHOOK_LOG_KEEP_DAYS": "30",
    "METRICS_TOKEN": "",
    "METRICS_FOLDER": "/nonexistent",
    "LOG_LEVEL": "INFO",
    "LOG_FORMAT": "text",
    "LOG_SLOW_REQUEST_MS": "0",
    "LOG_SLOW_STATEMENT_MS": "0",
    "LOG_SLOW_JOB_MS": "0",
    "TIME_ZONE": "UTC",
    # Playwright runs an event loop in the thread of the test; the ORM beside it is used from that thread alone.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}

_cluster: Cluster | None = None
_folder: str | None = None


def _start_cluster() -> Cluster | None:
    if DATABASE == "sqlite":
        return None
    if DATABASE not in OTHER_RUN:
        raise pytest.UsageError(f"OXAAS_TEST_DATABASE is sqlite (the default) or postgres, not {DATABASE!r}.")
    try:
        return Cluster()
    except ClusterError as error:
        raise pytest.UsageError(f"The tests' PostgreSQL does not start: {error}") from error


def _prepare() -> None:
    """Set everything. In the controlling process alone: xdist's workers inherit the result, the cluster included."""
    global _cluster, _folder  # noqa: PLW0603 - one session, one cluster and one folder
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < OPEN_FILES <= hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, hard))
    _cluster = _start_cluster()
    _folder = tempfile.mkdtemp(prefix="oxaas-tests-")
    url = _cluster.url if _cluster else f"sqlite:///{_folder}/unused.sqlite3"
    os.environ.update(FIXED, DATABASE_URL=url, MAIL_STORE=f"maildir://{_folder}/maildir")
    os.environ.pop("OXAAS_ENV_FILE", None)
    secrets = (
        "SECRET_KEY",
        "SECRET_KEY_FALLBACKS",
        "DATABASE_URL",
        "DATABASE_REPLICA_URL",
        "MAIL_STORE",
        "METRICS_TOKEN",
    )
    for name in secrets:
        os.environ.pop(f"{name}_FILE", None)


if "PYTEST_XDIST_WORKER" not in os.environ:
    _prepare()


def pytest_unconfigure() -> None:
    """Stop what `_prepare` started, after the last test or the interruption."""
    if _cluster is not None:
        _cluster.stop()
    if _folder is not None:
        shutil.rmtree(_folder, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to the other run what is that run's alone; `-m` is free for whoever types it."""
    others = {item for item in items if _is_others(item)}
    if others:
        config.hook.pytest_deselected(items=[item for item in items if item in others])
        items[:] = [item for item in items if item not in others]


def _is_others(item: pytest.Item) -> bool:
    """Whether the other run does the test: it says so, or it uses no database, which is tested once, on SQLite."""
    if any(item.get_closest_marker(name) for name in OTHER_RUN[DATABASE]):
        return True
    if DATABASE == "sqlite" or any(item.get_closest_marker(name) for name in OTHER_RUN["sqlite"]):
        return False
    fixtures = getattr(item, "fixturenames", ())
    return item.get_closest_marker("django_db") is None and USING_DATABASE.isdisjoint(fixtures)


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """DATABASE_URL of the session's private cluster (its superuser; database `oxaas`, empty)."""
    if DATABASE != "postgres":
        pytest.fail("needs PostgreSQL: OXAAS_TEST_DATABASE=postgres pytest …", pytrace=False)
    return os.environ["DATABASE_URL"]
