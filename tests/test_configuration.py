"""Wrong configuration stops the start: a sentence for each variable, with its value and what is expected of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

import environ
import pytest

from oxaas.checks import check_mail_store, check_reserved_domains
from oxaas.environment import (
    Environment,
    WrongEnvironment,
    check_host,
    check_key,
    check_origin,
    parse_sender,
    parse_token,
    parse_zone,
)

ROOT: Final = Path(__file__).parent.parent
KEY: Final = "0123456789" * 4
HIDDEN: Final = "hunter2"
RIGHT: Final = {
    "PATH": os.environ["PATH"],
    "LC_ALL": "C.UTF-8",
    "DJANGO_SETTINGS_MODULE": "oxaas.settings",
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": "admin.hoster.example",
    "DATABASE_URL": "postgres://oxaas:password@127.0.0.1/oxaas",
    "MAIL_STORE": "maildir:///nowhere",
}
READ: Final[dict[str, Callable[[Environment, str], Any]]] = {
    "boolean": lambda env, name: env.boolean(name, default=False),
    "number": lambda env, name: env.number(name, default=7, least=1, most=9),
    "choice": lambda env, name: env.choice(name, ("allow", "refuse"), default="allow"),
    "hosts": lambda env, name: env.items(name, default=[], expected="names", check=check_host),
    "origins": lambda env, name: env.items(name, default=[], expected="origins", check=check_origin),
    "keys": lambda env, name: env.items(name, default=[], expected="keys", check=check_key, secret=True),
    "sender": lambda env, name: env.parsed(name, parse_sender, expected="a mail address", default=""),
    "zone": lambda env, name: env.parsed(name, parse_zone, expected="a time zone", default="UTC"),
    "key": lambda env, name: env.secret_key(name, default=""),
    "database": lambda env, name: env.database(name, default="sqlite:///db.sqlite3"),
}


def refusal(kind: str, **variables: str) -> str:
    """What is said of the variable X; empty when its value is taken."""
    env = Environment(variables=variables)
    READ[kind](env, "X")
    try:
        env.refuse_wrong_values()
    except WrongEnvironment as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("boolean", "True", True),
        ("zone", "Europe/Berlin", "Europe/Berlin"),
        ("zone", "", "UTC"),
        ("boolean", "0", False),
        ("boolean", "", False),
        ("number", " 9 ", 9),
        ("number", "", 7),
        ("choice", "Refuse", "refuse"),
        ("hosts", "a.example, .b.example,[::1] *", ["a.example", ".b.example", "[::1]", "*"]),
        ("origins", "https://a.example:8443", ["https://a.example:8443"]),
        ("key", KEY, KEY),
        ("keys", f"{KEY},{KEY}", [KEY, KEY]),
        ("sender", "oxaas <noreply@hoster.example>", "oxaas <noreply@hoster.example>"),
    ],
)
def test_environment__right_value_is_read(kind: str, text: str, value: object) -> None:
    assert refusal(kind, X=text) == ""
    assert READ[kind](Environment(variables={"X": text}), "X") == value


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("boolean", "maybe", 'X is "maybe"; it must be true or false.'),
        ("zone", "Mars/Olympus", 'X is "Mars/Olympus"; it must be a time zone.'),
        ("zone", "/etc/localtime", 'X is "/etc/localtime"; it must be a time zone.'),
        ("number", "0", 'X is "0"; it must be a whole number from 1 to 9.'),
        ("number", "-1", 'X is "-1"; it must be a whole number from 1 to 9.'),
        ("number", "٣", 'X is "٣"; it must be a whole number from 1 to 9.'),
        ("number", "9" * 5000, f'X is "{"9" * 80}…"; it must be a whole number from 1 to 9.'),
        ("choice", "perhaps", 'X is "perhaps"; it must be allow or refuse.'),
        ("hosts", "https://a.example", 'X is "https://a.example"; it must be names.'),
        ("hosts", "a.example:8443", 'X is "a.example:8443"; it must be names.'),
        ("origins", "a.example", 'X is "a.example"; it must be origins.'),
        ("origins", "https://a.example/path", 'X is "https://a.example/path"; it must be origins.'),
        ("keys", f"{KEY},hunter2", "X is wrong (its value is not shown); it must be keys."),
        *(
            ("sender", text, f'X is "{text}"; it must be a mail address.')
            for text in ("oxaas", "@b", "a@", "a b@c", "oxaas <>")
        ),
        ("sender", "a@b.example\nBcc: c@d.example", 'X is "a@b.example?Bcc: c@d.example"; it must be a mail address.'),
        ("boolean", "CHANGE-ME", "X still has the placeholder of an example in it; it must be true or false."),
    ],
)
def test_environment__wrong_value_is_named_with_what_is_expected(kind: str, text: str, said: str) -> None:
    assert refusal(kind, X=text) == said


def test_environment__comment_behind_a_value_is_explained() -> None:
    said = refusal("number", X="1   # with one nginx in front")

    assert said.endswith("A comment stands on a line of its own, not behind a value.")


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://oxaas:hunter2@db/oxaas",
        "postgres://oxaas:hunter2@db:port/oxaas",
        "postgres://oxaas:hunter2@db:70000/oxaas",
        "postgres://oxaas:hunter2@db",
        "postgres://oxaas:CHANGE-ME@db/oxaas",
    ],
)
def test_database_url__wrong_one_is_refused_without_showing_it(url: str) -> None:
    said = refusal("database", X=url)

    assert said.startswith("X ")
    assert "postgres://user:password@host:port/name" in said
    assert HIDDEN not in said


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("postgres://u:p%40@db/oxaas", "db", ""),
        ("postgresql://u:p@one:5432,two:5433/oxaas?target_session_attrs=read-write", "one,two", "5432,5433"),
        ("postgres://u:p@%2Frun%2Fpostgresql/oxaas", "/run/postgresql", ""),
        ("sqlite:///db.sqlite3", "", ""),
    ],
)
def test_database_url__right_one_is_read(url: str, host: str, port: str) -> None:
    assert refusal("database", X=url) == ""
    found = Environment(variables={"X": url}).database("X", default="sqlite:///other")
    assert (found["HOST"], str(found["PORT"])) == (host, port)


@pytest.mark.parametrize("key", ["", "short", "CHANGE-ME", "CHANGE-ME-0123456789-0123456789-0123456789"])
def test_secret_key__needs_one_of_its_own(key: str) -> None:
    assert "it must be at least 32 characters made by chance" in refusal("key", X=key)


@pytest.mark.parametrize("token", ["short", "x" * 19, "ü" * 32])
def test_token__that_could_be_guessed_or_not_be_sent_is_none(token: str) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        parse_token(token)
    assert parse_token("x" * 20) == "x" * 20


def test_secret__comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")

    assert Environment(variables={"X_FILE": str(file)}).secret_key("X", default="") == KEY


def test_secret__file_that_is_not_there_or_empty_or_second_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()

    assert f'X_FILE is "{tmp_path}/none", which cannot be read' in refusal("key", X_FILE=f"{tmp_path}/none")
    assert f'X_FILE is "{tmp_path}/empty", which is empty.' in refusal("key", X_FILE=f"{tmp_path}/empty")
    assert "X and X_FILE are both set" in refusal("key", X=KEY, X_FILE=f"{tmp_path}/empty")


def started(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command of the product in an environment of its own."""
    return subprocess.run(
        [sys.executable, *command], env=RIGHT | variables, cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.sqlite
@pytest.mark.parametrize("command", [("manage.py", "check"), ("manage.py", "worker", "--once"), ("-m", "oxaas.wsgi")])
def test_start__wrong_values_stop_it_with_all_their_sentences(command: tuple[str, ...]) -> None:
    done = started(*command, HTTPS_ONLY="maybe", LOG_LEVEL="verbose", SECRET_KEY="CHANGE-ME", ALLOWED_HOSTS="")

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert 'HTTPS_ONLY is "maybe"; it must be true or false.' in done.stderr
    assert 'LOG_LEVEL is "verbose"; it must be DEBUG or INFO' in done.stderr
    assert "SECRET_KEY still has the placeholder" in done.stderr
    assert "ALLOWED_HOSTS is not set; it must be the names" in done.stderr


@pytest.mark.sqlite
def test_start__file_of_variables_goes_before_the_process(tmp_path: Path) -> None:
    """As a reload needs it; one that cannot be read stops the start."""
    (tmp_path / "file").write_text("LOG_LEVEL=nonsense\n")
    done = started("manage.py", "check", LOG_LEVEL="INFO", OXAAS_ENV_FILE=str(tmp_path / "file"))
    assert 'LOG_LEVEL is "nonsense"' in done.stderr
    done = started("manage.py", "check", OXAAS_ENV_FILE=str(tmp_path / "none"))
    assert f'OXAAS_ENV_FILE is "{tmp_path}/none", which cannot be read: No such file or directory.' in done.stderr


@pytest.mark.sqlite
def test_server__wrong_mail_store_stops_it_with_a_sentence() -> None:
    done = started("-m", "oxaas.wsgi", MAIL_STORE="imap://master:hunter2@mail.hoster.example")

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "MAIL_STORE is wrong: imap:// is for a mail server on this machine" in done.stderr
    assert HIDDEN not in done.stderr


@pytest.mark.sqlite
def test_unit__refuses_the_environment_file_as_shipped() -> None:
    lines = (ROOT / "deploy/oxaas.env").read_text().splitlines()
    shipped = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    done = started("manage.py", "check", **shipped)

    assert done.returncode == 1
    for name in ("SECRET_KEY", "DATABASE_URL", "MAIL_STORE"):
        assert f"{name} still has the placeholder of an example in it" in done.stderr


class Reader(environ.Env):  # type: ignore[misc]  # it has no types
    """How the product reads `.env`, into variables of its own."""

    ENVIRON: ClassVar[dict[str, str]] = {}


@pytest.mark.sqlite
def test_documents__block_of_variables_works_as_pasted(tmp_path: Path) -> None:
    """For whoever reads the file: the product itself, and systemd, which takes lines as they are."""
    (block,) = re.findall(r"```sh\n(\(umask.*?)```", (ROOT / "docs/configuration.md").read_text(), re.DOTALL)
    subprocess.run(["sh", "-euc", block], cwd=tmp_path, check=True, env={"PATH": os.environ["PATH"]})
    written = (tmp_path / ".env").read_text()
    as_systemd = dict(line.split("=", 1) for line in written.splitlines() if not line.startswith("#"))
    Reader.read_env(tmp_path / ".env")
    done = started("manage.py", "check", "--deploy", "--fail-level", "ERROR", **as_systemd)

    assert done.returncode == 0, done.stderr
    assert as_systemd == Reader.ENVIRON
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0


def test_checks__mail_store_and_reserved_domains(settings: Any) -> None:
    assert check_mail_store() == check_reserved_domains() == []
    settings.MAIL_STORE, settings.RESERVED_DOMAINS = "pop3://x", ["no domain"]

    (store,), (domains,) = check_mail_store(), check_reserved_domains()
    assert (store.id, domains.id) == ("oxaas.E001", "oxaas.E002")
    assert str(store.msg).startswith("MAIL_STORE is wrong: ")
    assert str(domains.msg).startswith("RESERVED_DOMAINS is wrong: ")
