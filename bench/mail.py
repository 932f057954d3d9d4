"""How long mail takes, on private servers of this machine (as root): `python -m bench.mail`.

Two lines: from the end of SMTP to the rise of a figure, by way of an alias with two recipients; and `/mail/{uid}` of a
mailbox with 50,000 messages in INBOX and 20 folders against one with 1,000, measured in turns in one run.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from tests.mail.platform import JANE, JOHN, TEAM, Platform
from tests.mail.stack import run

DELIVERIES, REQUESTS = 40, 60
SMALL, LARGE, FOLDERS = 1_000, 50_000, 20


def message(number: int) -> bytes:
    """A message of about 2 KB."""
    head = f"From: Writer <w@far.example>\nTo: {JOHN}\nSubject: number {number}\nMessage-ID: <{number}@far.example>\n\n"
    return (head + "some text of a line of mail\n" * 70).encode()


def timed(action: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def unread(platform: Platform, user: str) -> int:
    # Importable only when Django has settings.
    from mailstats.stores import Mailbox, store_from_url

    with store_from_url(platform.stack.store_url).open(Mailbox(user)) as mailbox:
        return mailbox.unread()


def delivery(platform: Platform) -> list[float]:
    """From handing in to both users' figures, as the statistics read them over IMAP."""
    times = []
    for number in range(DELIVERIES):
        wanted = number + 1

        def until_seen(number: int = number, wanted: int = wanted) -> None:
            platform.stack.send(TEAM, message(number))
            while min(unread(platform, user) for user in (JOHN, JANE)) < wanted:
                pass

        times.append(timed(until_seen))
    return times


def fill(platform: Platform, user: str, messages: int) -> None:
    """So many messages in INBOX and the folders, by way of a Maildir that Dovecot copies."""
    root = platform.stack.mail / "source"
    for folder in ["", *(f".Folder{n}" for n in range(FOLDERS if messages == LARGE else 1))]:
        for part in ("cur", "new", "tmp"):
            (root / folder / part).mkdir(parents=True, exist_ok=True)
    for number in range(messages):
        (root / "cur" / f"{1_700_000_000 + number}.{number}.host:2,{'S' if number % 10 else ''}").write_bytes(
            message(number)
        )
    for n, place in enumerate(sorted(root.glob(".Folder*"))):
        (place / "cur" / f"1700000000.{n}.host:2,").write_bytes(message(n))
    run(["chown", "-R", "mail:mail", str(root)])
    platform.stack.doveadm("-o", "mail_fsync=never", "import", "-u", user, f"maildir:{root}", "", "all")
    run(["rm", "-r", str(root)])


def request(platform: Platform, user: str) -> None:
    status, body, _headers = platform.ask("GET", f"/api/oxaas/mail/{user}")
    if status != 200 or len(body["recentmails"]) != 5:
        sys.exit(f"{status} {body}")


def compare(platform: Platform) -> tuple[float, float]:
    """Median milliseconds of `/mail/{uid}`, small and large, asked in turns."""
    fill(platform, JANE, SMALL)
    fill(platform, JOHN, LARGE)
    times: dict[str, list[float]] = {JANE: [], JOHN: []}
    for _ in range(REQUESTS):
        for user, measured in times.items():
            measured.append(timed(lambda user=user: request(platform, user)))  # type: ignore[misc]
    return statistics.median(times[JANE][5:]), statistics.median(times[JOHN][5:])


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Start an installation, measure, and stop it."""
    settings.configure(USE_I18N=False)
    platform = Platform()
    try:
        platform.start()
        times = sorted(delivery(platform))
        say(
            f"delivery by an alias to two mailboxes, SMTP to figure: median {statistics.median(times):.0f} ms, "
            f"p95 {times[int(len(times) * 0.95)]:.0f} ms ({DELIVERIES} messages)"
        )
        small, large = compare(platform)
        say(
            f"/mail/{{uid}}: {SMALL} messages {small:.1f} ms, {LARGE} and {FOLDERS} folders {large:.1f} ms, "
            f"ratio {large / small:.2f}"
        )
        if large >= 2 * small:
            sys.exit("the large mailbox takes twice the time of the small one, or more")
    finally:
        platform.stop()


if __name__ == "__main__":
    if Path.cwd() != Path(__file__).resolve().parent.parent:
        sys.exit("Run it from the repository: python -m bench.mail")
    main()
