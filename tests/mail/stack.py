"""Postfix, Dovecot and a place for outside mail, as private servers on loopback, from the files of `deploy/`."""

from __future__ import annotations

import grp
import os
import pwd
import random
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote, urlsplit

from tests.mail import dovecot
from tests.mail.deployment import DEPLOY, deployed
from tests.mail.keeper import Daemon

SECONDS: Final = 20.0
"""For whatever the tests wait for."""
START_SECONDS: Final = 60.0
"""Until a server listens: a busy machine may need long for the first start."""
PORTS: Final = (20_000, 32_000)
MASTER, SECRET = "statistics", "tests:master secret/%"
OWNER_PASSWORD = "the owner's own"
ROLE_PASSWORD = "mail servers' own"
# An account for the mailboxes that every Debian has, in place of vmail.
KEEPER_OF_MAIL = "mail"
QUEUE_OF_POSTFIX = "active bounce corrupt defer deferred flush hold incoming private saved trace"


class StackError(Exception):
    """A server did not do what it must; the text has what it said."""


@dataclass(frozen=True)
class Database:
    """A PostgreSQL database of the application, and its superuser."""

    host: str
    port: int
    name: str
    user: str
    password: str

    @classmethod
    def of_url(cls, url: str) -> Database:
        parts = urlsplit(url)
        return cls(
            parts.hostname or "", parts.port or 5432, parts.path.lstrip("/"), parts.username or "", parts.password or ""
        )

    @property
    def url(self) -> str:
        return f"postgres://{self.user}:{quote(self.password)}@{self.host}:{self.port}/{self.name}"

    def grant(self) -> None:
        """Run deploy/postgresql/mailserver.sql as docs/mail-servers.md says."""
        environment = os.environ | {"PGPASSWORD": self.password, "MAILSERVER_PASSWORD": ROLE_PASSWORD}
        where = [f"--host={self.host}", f"--port={self.port}", f"--username={self.user}", f"--dbname={self.name}"]
        script = DEPLOY / "postgresql" / "mailserver.sql"
        run(["psql", "--no-psqlrc", "--quiet", *where, "--set=ON_ERROR_STOP=1", f"--file={script}"], env=environment)


def run(command: list[str], **more: Any) -> subprocess.CompletedProcess[str]:
    """Run to the end; StackError with its words when it fails."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, **{"cwd": "/", **more})
    if done.returncode:
        raise StackError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done


def wait_until(happened: Callable[[], Any], what: str, *, seconds: float = SECONDS) -> Any:
    """What `happened` returns once it is true; StackError names what did not happen."""
    limit = time.monotonic() + seconds
    while not (found := happened()):
        if time.monotonic() > limit:
            raise StackError(f"did not happen in {seconds} seconds: {what}")
        time.sleep(0.01)
    return found


def free_ports(number: int) -> list[int]:
    """Ports of loopback that nobody listens on, all different.

    They are below those that the system gives to whoever connects: until the server listens, nobody else gets them.
    """
    ports: list[int] = []
    while len(ports) < number:
        port = random.randrange(*PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            if port not in ports:
                ports.append(port)
    return ports


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


class Stack:
    """The servers on one database. `folder` is short, as paths of sockets must be, and open to their accounts."""

    def __init__(self, database: Database) -> None:
        if os.geteuid() != 0:
            raise StackError("the mail servers' tests need root: Postfix's master process starts as no other user")
        self.database = database
        self.folder = Path(tempfile.mkdtemp(prefix="oxaas-mail-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.smtp, self.imaps, self.outside = free_ports(3)
        self.certificate = self.folder / "tls" / "fullchain.pem"
        self.mail = self.folder / "vmail"
        self.sink = self.folder / "outside"
        self._postfix = Daemon(
            ["/usr/lib/postfix/sbin/master", "-c", str(self.folder / "postfix"), "-d"],
            log=self.folder / "postfix.out",
        )
        self._dovecot = Daemon(
            ["/usr/sbin/dovecot", "-F", "-c", str(self.folder / "dovecot" / "dovecot.conf")],
            log=self.folder / "dovecot.out",
        )
        target = str(self.sink / "%M.")
        self._outside = Daemon(
            ["/usr/sbin/smtp-sink", "-u", "postfix", "-d", target, f"127.0.0.1:{self.outside}", "64"],
            log=self.folder / "sink.out",
        )

    # Life

    def prepare(self) -> None:
        """Write everything that the servers read."""
        self._make_certificate()
        self._write_dovecot()
        self._write_postfix()
        self._folder(self.sink, "postfix")

    def start(self) -> None:
        """Start all of them; the database has its tables by now."""
        self.database.grant()
        self._outside.start()
        self._wait_for(self._outside, self.outside)
        self.start_dovecot()
        self.start_postfix()

    def stop(self) -> None:
        """Stop all servers and remove the folder."""
        try:
            for daemon in (self._postfix, self._dovecot, self._outside):
                daemon.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start_postfix(self) -> None:
        self._postfix.start()
        self._wait_for(self._postfix, self.smtp)

    def stop_postfix(self) -> None:
        self._postfix.stop()

    def start_dovecot(self) -> None:
        # A stale socket would delay the first login by seconds.
        shutil.rmtree(self.folder / "run", ignore_errors=True)
        self._dovecot.start()
        self._wait_for(self._dovecot, self.imaps)

    def stop_dovecot(self) -> None:
        self._dovecot.stop()

    def _wait_for(self, daemon: Daemon, port: int) -> None:
        def ready() -> bool:
            if not daemon.running:
                raise StackError(f"{daemon.name} ended by itself: {daemon.said()}\n{self.logs()}")
            return answers(port)

        wait_until(ready, f"{daemon.name} listens on port {port}\n{daemon.said()}", seconds=START_SECONDS)

    def logs(self) -> str:
        """The end of what the servers logged."""
        names = ("postfix.log", "dovecot.log")
        found = [self.folder / name for name in names if (self.folder / name).exists()]
        return "\n".join(path.read_text(errors="replace")[-6000:] for path in found)

    # What they read

    @property
    def store_url(self) -> str:
        """MAIL_STORE for this Dovecot."""
        return f"imaps://{MASTER}:{quote(SECRET, safe='')}@localhost:{self.imaps}?cafile={self.certificate}"

    def _folder(self, path: Path, owner: str = "root", group: str | None = None, mode: int = 0o755) -> Path:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
        shutil.chown(path, owner, group or pwd.getpwnam(owner).pw_gid)
        return path

    def _make_certificate(self) -> None:
        folder = self._folder(self.folder / "tls")
        key, names = folder / "privkey.pem", "subjectAltName=DNS:localhost,IP:127.0.0.1"
        what = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", names]
        run(["openssl", "req", *what, "-keyout", str(key), "-out", str(self.certificate)])

    def _tls(self) -> dict[str, str]:
        return {"/etc/ssl/oxaas": str(self.certificate.parent)}

    def _private(self) -> str:
        return str(self.folder / "queue" / "private")

    def _write_dovecot(self) -> None:
        folder = self._folder(self.folder / "dovecot")
        self._folder(self.mail, KEEPER_OF_MAIL, mode=0o700)
        account = pwd.getpwnam(KEEPER_OF_MAIL)
        connection = dovecot.Connection(
            self.database.host, self.database.port, self.database.name, password=ROLE_PASSWORD
        )
        files = dovecot.replacements(
            connection,
            {
                "/run/dovecot": str(self.folder / "run"),
                "/var/lib/dovecot": str(self._folder(self.folder / "state")),
                "log_path = syslog": f"log_path = {self.folder / 'dovecot.log'}",
                "listen = *, ::": "listen = 127.0.0.1",
                "port = 993": f"port = {self.imaps}",
                "/var/spool/postfix/private": self._private(),
                "= vmail": f"= {KEEPER_OF_MAIL}",
                "first_valid_uid = 5000": f"first_valid_uid = {account.pw_uid}",
                **self._tls(),
            },
            folder=str(folder),
            mail=str(self.mail),
            hashed=run(["doveadm", "pw", "-s", "SHA512-CRYPT", "-p", SECRET]).stdout.strip(),
        )
        for name, replacements in files.items():
            self._secret_file(folder / name, deployed(f"{dovecot.folder()}/{name}", replacements), "dovecot")
        self.set_owners()

    def _secret_file(self, path: Path, text: str, group: str) -> None:
        path.touch(mode=0o640)
        path.write_text(text)
        os.chown(path, 0, grp.getgrnam(group).gr_gid)

    def set_owners(self, *names: str) -> None:
        """Who may log in with OWNER_PASSWORD."""
        lines = "".join(f"{name}:{{PLAIN}}{OWNER_PASSWORD}\n" for name in names)
        self._secret_file(self.folder / "dovecot" / "owners", lines, "dovecot")

    def _write_postfix(self) -> None:
        folder = self._folder(self.folder / "postfix")
        self._make_queue()
        settings = {
            "queue_directory = /var/spool/postfix": f"queue_directory = {self.folder / 'queue'}",
            "data_directory = /var/lib/postfix": f"data_directory = {self.folder / 'postfix-data'}",
            "maillog_file =": f"maillog_file = {self.folder / 'postfix.log'}",
            "maillog_file_prefixes = /var, /dev/stdout": f"maillog_file_prefixes = {self.folder}",
            "inet_interfaces = all": "inet_interfaces = 127.0.0.1",
            "inet_protocols = all": "inet_protocols = ipv4",
            "relayhost =": f"relayhost = [127.0.0.1]:{self.outside}",
            "/etc/postfix": str(folder),
            **self._tls(),
        }
        table = {
            "127.0.0.1:5432": f"{self.database.host}:{self.database.port}",
            "password = CHANGE-ME": f"password = {ROLE_PASSWORD}",
            "dbname = oxaas": f"dbname = {self.database.name}",
        }
        files = {
            "main.cf": settings,
            "master.cf": {"smtp      inet": f"127.0.0.1:{self.smtp} inet"},
            **{f"pgsql-{kind}.cf": table for kind in ("domains", "mailboxes", "aliases")},
        }
        for name, replacements in files.items():
            self._secret_file(folder / name, deployed(f"postfix/{name}", replacements), "postfix")
            # Postfix waits for a file that is younger than two seconds to settle.
            os.utime(folder / name, (time.time() - 60,) * 2)

    def _make_queue(self) -> None:
        queue = self._folder(self.folder / "queue")
        for name in QUEUE_OF_POSTFIX.split():
            self._folder(queue / name, "postfix", "root", 0o700)
        self._folder(queue / "maildrop", "postfix", "postdrop", 0o730)
        self._folder(queue / "public", "postfix", "postdrop", 0o710)
        self._folder(queue / "pid")
        self._folder(self.folder / "postfix-data", "postfix", "postfix", 0o700)

    # What can be asked of them

    def send(self, recipients: str | list[str], message: bytes, *, sender: str = "writer@far.example") -> None:
        """Hand a message in by SMTP; smtplib's errors are Postfix's answers."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=SECONDS) as client:
            client.sendmail(sender, recipients, message)

    def rcpt(self, recipient: str, *, sender: str = "writer@far.example", options: tuple[str, ...] = ()) -> int:
        """How Postfix answers to a recipient."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=SECONDS) as client:
            client.ehlo("client.far.example")
            client.mail(sender, options)
            return client.docmd(f"RCPT TO:<{recipient}>")[0]

    def postfix(self, *command: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """A command of Postfix, told where the configuration is."""
        program, *arguments = command
        return run([f"/usr/sbin/{program}", "-c", str(self.folder / "postfix"), *arguments], **more)

    def look_up_offering_smtputf8(self, table: str, key: str) -> str:
        """What a Postfix with `smtputf8_enable = yes` would find in one of the tables; empty for nothing."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            settings = (self.folder / "postfix" / "main.cf").read_text()
            offering = settings.replace("smtputf8_enable = no", "smtputf8_enable = yes")
            (Path(folder) / "main.cf").write_text(offering)
            command = ["/usr/sbin/postmap", "-c", folder, "-q", key, f"pgsql:{self.folder}/postfix/pgsql-{table}.cf"]
            # Its status is 1 when it finds nothing.
            found = subprocess.run(command, check=False, capture_output=True, text=True)
        if found.stderr:
            raise StackError(found.stderr)
        return found.stdout.strip()

    def doveadm(self, *arguments: str) -> str:
        """What doveadm prints."""
        return run(["doveadm", "-c", str(self.folder / "dovecot" / "dovecot.conf"), *arguments]).stdout

    def queue(self) -> list[str]:
        """The lines of the queue's list that name a message."""
        text = self.postfix("postqueue", "-j").stdout
        return text.splitlines()

    def settle(self) -> None:
        """Wait until Postfix has nothing to do: emptying tables would kill its look-ups, which it holds against us."""
        wait_until(lambda: not self.queue(), "Postfix's queue is empty")

    def flush(self) -> None:
        """Have Postfix try again what waits."""
        self.postfix("postqueue", "-f")

    def outside_mail(self, *words: str) -> Message:
        """The mail to other servers that has all these words, once it is there; the sink puts the envelope on top."""

        def arrived() -> list[Message]:
            texts = [path.read_bytes() for path in self.sink.iterdir()]
            return [BytesParser().parsebytes(text) for text in texts if all(word.encode() in text for word in words)]

        return cast(Message, wait_until(arrived, f"mail outside with {words}")[0])
