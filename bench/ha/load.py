"""Who asks while the primary is away: people who look for what they have written, and the mail servers."""

from __future__ import annotations

import json
import smtplib
import time
from collections import Counter
from itertools import count
from typing import Final

from bench.torture.load import FORWARDS, LOOKING, WRITING, Caller, Door, basic
from tests.mail.stack import Stack, StackError

CONTEXT: Final = 100
USER: Final = "user9@d10.example"
_numbers: Final = count(1)


class OwnWrites:
    """Each makes a forward in a context of their own and looks for it in the context's list."""

    def __init__(self, door: Door, people: int) -> None:
        self.seen: Counter[str] = Counter()
        self.missed: list[str] = []
        self.cut: list[str] = []
        self._mine: list[set[str]] = [set() for _ in range(people)]
        self._callers = [Caller(door, WRITING, f"r{1 + (CONTEXT + number) % 10}") for number in range(people)]

    def step(self, number: int) -> None:
        """Write, and read at once."""
        context, caller = CONTEXT - 10 + number, self._callers[number]
        alias = f"own{next(_numbers)}@d{context}.example"
        status, _body = caller("POST", f"{FORWARDS}/{context}/{alias}", ["a@far.example"])
        self.seen[f"written {status}"] += 1
        if status == 201:
            self._mine[number].add(alias)
        status, body = caller("GET", f"{FORWARDS}/{context}")
        self.seen[f"listed {status}"] += 1
        if status != 200:
            return
        try:
            listed = set(json.loads(body))
        except ValueError:
            self.cut.append(f"{len(body)} bytes of a list")
            return
        self.missed += sorted(self._mine[number] - listed)


class Refusals:
    """Whether those who are told 503 are told when to come again."""

    def __init__(self, door: Door) -> None:
        self.without: int = 0
        self.refused: int = 0
        self.slowest: float = 0.0
        self._door = door

    def step(self, _number: int) -> None:
        """Ask once, on a connection of its own."""
        begun = time.monotonic()
        line = self._door.line(LOOKING)
        try:
            line.request("GET", f"{FORWARDS}/10/alias9@d10.example", headers={"Authorization": basic("r1")})
            answer = line.getresponse()
            answer.read()
            if answer.status == 503:
                self.refused += 1
                self.without += not answer.getheader("Retry-After")
        except OSError:
            self.without += 1
        finally:
            line.close()
        self.slowest = max(self.slowest, time.monotonic() - begun)


class MailServers:
    """Postfix is asked for a recipient, Dovecot for a user; kept is when they knew it and when they could not say."""

    def __init__(self, stack: Stack) -> None:
        self.answers: list[tuple[float, str, str]] = []
        self._stack = stack

    def step(self, number: int) -> None:
        """Ask one of them."""
        who, ask = (("Postfix", self._postfix), ("Dovecot", self._dovecot))[number]
        said = ask()
        self.answers.append((time.monotonic(), who, said))
        time.sleep(0.3)

    def back(self, who: str, after: float) -> float:
        """The seconds until the last time that it could not say; until the next answer after that."""
        later = [(at, said) for at, name, said in self.answers if name == who and at >= after]
        failed = max((at for at, said in later if said != "known"), default=after)
        return min((at for at, said in later if at > failed and said == "known"), default=float("inf")) - after

    def wrong(self) -> list[str]:
        """What was said of an address that exists, as if it did not: that would bounce mail."""
        return [f"{who}: {said}" for _at, who, said in self.answers if said not in {"known", "later"}]

    def _postfix(self) -> str:
        try:
            code = self._stack.rcpt("alias9@d10.example")
        except (OSError, smtplib.SMTPException):
            return "later"
        return "known" if code == 250 else f"{code}" if 500 <= code < 600 else "later"

    def _dovecot(self) -> str:
        try:
            return "known" if self._stack.doveadm("user", "-f", "home", USER).strip() else "nothing"
        except StackError as error:
            return str(error) if "doesn't exist" in str(error) else "later"
