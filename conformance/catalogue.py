"""The questions: each belongs to an operation and to a ruling of the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from conformance.contract import Answer, require
from conformance.server import Server

Ask = Callable[[Server], None]


@dataclass(frozen=True, slots=True)
class Question:
    """`operation` is an operationId of the document, or a family where the ruling is about all of it."""

    operation: str
    ruling: str
    ask: Ask

    @property
    def name(self) -> str:
        """What it is called on the command line and in reports."""
        return f"{self.operation}.{self.ask.__name__}"


QUESTIONS: Final[list[Question]] = []


def question(operation: str, ruling: str) -> Callable[[Ask], Ask]:
    """Put a function into the catalogue. It asks the server, and raises where the answer is not what was ruled."""

    def put(ask: Ask) -> Ask:
        QUESTIONS.append(Question(operation, ruling, ask))
        return ask

    return put


def expect(answer: Answer, status: int, *others: int) -> Answer:
    """The answer, which must have one of these statuses."""
    wanted = " or ".join(str(one) for one in (status, *others))
    require(answer.status in {status, *others}, f"{wanted} was expected", answer)
    return answer


def expect_json(answer: Answer, value: Any) -> None:
    """200 with exactly this value."""
    expect(answer, 200)
    require(answer.json == value, f"{value!r} was expected", answer)


def same(one: Answer, other: Answer) -> None:
    """Both are the same, byte for byte, in status and body."""
    require((one.status, one.body) == (other.status, other.body), f"not as {other.status} {other.body[:200]!r}", one)


def fresh() -> str:
    """A word that nothing on the server is called by."""
    return f"conformance-{uuid4().hex[:12]}"


@contextmanager
def alias(server: Server, *recipients: str) -> Iterator[str]:
    """A new alias in the own context's domain, taken away in the end."""
    own = server.target.own
    name = f"{fresh()}@{own.domain}"
    made = server.ask("postForward", own.id, name, login="reseller", body={"recipient": list(recipients)})
    expect(made, 201)
    try:
        yield name
    finally:
        server.ask("deleteForward", own.id, name, login="reseller")


@contextmanager
def own_user(server: Server) -> Iterator[tuple[int, int]]:
    """The own user's context and number; its identifiers are put back in the end."""
    own = server.target.own
    at = (own.id, own.user)
    before = {
        "msisdn": server.ask("getMsisdn", *at, login="admin"),
        "custom": server.ask("getCustom", *at, login="admin"),
    }
    try:
        yield at
    finally:
        old = {name: answer.json[name] if answer.status == 200 else None for name, answer in before.items()}
        expect(server.ask("postUids", *at, login="admin", body=old), 200, 201)
        expect(server.ask("putUidname", *at, login="admin", body={"uidname": own.uidname}), 200)
