"""One call of each of the contract's operations that succeeds for whoever may make it, at any context of the world."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import quote

from conformance import contract
from tests.client import NO_BODY
from tests.world import USER

# Operation -> the status of the call below. An operation of the contract that is not here fails at collection.
SUCCESS: Final[dict[str, int]] = {
    "getCustom": 200,
    "putCustom": 200,
    "deleteCustom": 200,
    "getMsisdn": 200,
    "putMsisdn": 200,
    "deleteMsisdn": 200,
    "searchUser": 200,
    "getUidname": 200,
    "putUidname": 200,
    "postUids": 200,
    "getUserconfig": 200,
    "searchUserconfig": 200,
    "getForward": 200,
    "postForward": 201,
    "putForward": 201,
    "deleteForward": 204,
    "headForward": 200,
    "listForwards": 200,
    "deleteForwards": 204,
    "headRecipient": 200,
    "deleteRecipient": 204,
    "getMail": 200,
    "getNewmessages": 200,
    "getQuota": 200,
    "getRecentmails": 200,
    "getRecentmessages": 200,
    "getUnread": 200,
    "headDomain": 200,
    "postDomain": 200,
    "deleteDomain": 200,
    "listDomains": 200,
}

# Family -> its status for "you may not", and for what it does not find (a context by its path, a user by its name).
DENIED: Final = {"Admin": 401, "Forwards": 403, "Mail": 401, "Explicit Domains": 401}
MISSING: Final = {"Admin": 404, "Forwards": 404, "Mail": 500, "Explicit Domains": 400}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the contract's document declares it."""

    name: str
    method: str
    template: str
    family: str
    scheme: str

    @property
    def writes(self) -> bool:
        """Whether a success changes something."""
        return self.method not in {"GET", "HEAD"}

    def path(self, context: int | str, domain: str, **other: str) -> str:
        """The path for what the world has in `context`, whose domain is `domain`; `other` replaces parameters."""
        new = {"postForward": {"alias": f"fresh@{domain}"}, "postDomain": {"domain": f"fresh.{domain}"}}
        names = {
            "contextid": str(context),
            "contextId": str(context),
            "userid": str(USER),
            "alias": f"sales@{domain}",
            "recipient": "outside@elsewhere.example",
            "domain": domain,
            "uid": f"johndoe@{domain}",
            "searchpattern": "brand",
        }
        names |= new.get(self.name, {}) | other
        search = f"?search={quote(names['uid'])}" if self.name == "searchUser" else ""
        return self.template.format(**{name: quote(value, safe="@") for name, value in names.items()}) + search

    def body(self, domain: str) -> Any:
        """What is sent with it, NO_BODY for nothing."""
        return {
            "putCustom": {"custom": ["fresh-id"]},
            "putMsisdn": {"msisdn": "+49 30 99887766"},
            "putUidname": {"uidname": f"jane@{domain}"},
            "postUids": {"msisdn": None, "custom": ["fresh-id"]},
            "postForward": {"recipient": "one@elsewhere.example"},
            "putForward": ["two@elsewhere.example"],
        }.get(self.name, NO_BODY)


@cache
def operations() -> dict[str, Operation]:
    """Every operation of the contract's document by its name, in the order of SUCCESS."""
    found = {
        one["operationId"]: Operation(
            one["operationId"], method.upper(), path, one["tags"][0], next(iter(one["security"][0]))
        )
        for path, method, one in contract.operations(contract.document())
    }
    assert found.keys() == SUCCESS.keys(), "every operation of the contract needs a call here"
    return {name: found[name] for name in SUCCESS}
