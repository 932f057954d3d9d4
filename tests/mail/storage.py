"""A Dovecot of its own for one user, with whatever mail storage a test describes; no database, no Postfix."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.mail.dovecot import version
from tests.mail.keeper import Daemon
from tests.mail.stack import KEEPER_OF_MAIL, START_SECONDS, StackError, answers, free_ports, run, wait_until

MASTER, SECRET = "stats", "open sesame"
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
listen = 127.0.0.1
protocols = imap
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
first_valid_uid = 1
default_internal_user = dovecot
default_login_user = dovenull
passdb {{
  driver = passwd-file
  master = yes
  args = {folder}/masters
}}
passdb {{
  driver = static
  args = nopassword
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


class Dovecot:
    """`storage` is the part of the configuration that tells where mail is; {folder} stands for the instance's own."""

    def __init__(self, storage: str) -> None:
        if version() != "2.3":
            # On Debian 12 all of this runs. What is compared is how our reader counts in folders that Dovecot has laid
            # out itself, by settings such as mail_location, which 2.4 has abolished and refuses to start with.
            pytest.skip(
                f"these folder layouts are made by settings of Dovecot 2.3 that {version()} refuses to start with; "
                "what 2.4 delivers and counts is tested in test_flow.py and test_deploy.py"
            )
        if os.geteuid() != 0:
            raise StackError("the mail servers' tests need root: mail belongs to another account")
        self.folder = Path(tempfile.mkdtemp(prefix="oxaas-dovecot-", dir="/tmp"))
        self.folder.chmod(0o755)
        self.home = self.folder / "home"
        self.home.mkdir()
        (self.port,) = free_ports(1)
        account = pwd.getpwnam(KEEPER_OF_MAIL)
        group = grp.getgrgid(account.pw_gid).gr_name
        (self.folder / "masters").write_text(f"{MASTER}:{{PLAIN}}{SECRET}\n")
        self.config = self.folder / "dovecot.conf"
        text = CONFIG.format(folder=self.folder, port=self.port, user=KEEPER_OF_MAIL, group=group)
        self.config.write_text(text + storage.replace("{folder}", str(self.folder)))
        self.daemon = Daemon(["/usr/sbin/dovecot", "-F", "-c", str(self.config)], log=self.folder / "dovecot.out")

    @property
    def url(self) -> str:
        """MAIL_STORE for it."""
        return f"imap://{MASTER}:{quote(SECRET, safe='')}@127.0.0.1:{self.port}"

    def start(self) -> None:
        self.give_away()
        self.daemon.start()
        wait_until(lambda: answers(self.port), f"Dovecot listens\n{self.daemon.said()}", seconds=START_SECONDS)

    def stop(self) -> None:
        self.daemon.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def give_away(self, path: Path | None = None) -> None:
        """What tests have written becomes the mail account's."""
        account = pwd.getpwnam(KEEPER_OF_MAIL)
        run(["chown", "-R", f"{account.pw_uid}:{account.pw_gid}", str(path or self.home)])

    def doveadm(self, home: Path, *arguments: str) -> str:
        """What doveadm prints of the mail in a home, without any server; it also repairs what it finds broken."""
        return subprocess.run(
            ["doveadm", "-c", str(self.config), *arguments],
            check=False,
            capture_output=True,
            text=True,
            user=KEEPER_OF_MAIL,
            group=KEEPER_OF_MAIL,
            extra_groups=[],
            env={"HOME": str(home), "USER": KEEPER_OF_MAIL, "PATH": os.environ["PATH"]},
            cwd="/",
        ).stdout
