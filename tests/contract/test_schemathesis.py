"""schemathesis reads the contract's document and calls the WSGI application what fits it and what does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
import yaml
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from conformance.contract import CONTRACT, METHODS
from mailstats.stores.delivery import deliver
from tests.client import basic
from tests.world import CONTEXTS, USER, World

# Once, and where the product lives.
pytestmark = pytest.mark.postgres

CHECKS: Final = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
# Who may use each scheme when MASTER_ACCOUNT_OVERRIDE is on.
LOGINS: Final = {
    "contextAdminAuth": ["admin", "alpha", "root"],
    "contextAdminOnlyAuth": ["admin", "alpha"],
    "resellerAdminAuth": ["alpha", "root"],
    "basicAuth": ["root", "alpha", "admin@alpha_acme"],
    "tennantAuth": ["portal-alpha"],
}
# Its client for WSGI says that it takes gzip, but does not unpack it.
PLAIN: Final = {"Accept-Encoding": "identity"}
# What stands in the world, so that not every call ends at "not found".
KNOWN: Final[dict[str, list[Any]]] = {
    "contextid": [24, 25, 34, 44],
    "contextId": ["24", "alpha_acme", "34", "44"],
    "userid": [USER],
    "alias": ["sales@acme.example", "Sales@Cafe.example", "new@acme.example", "sales@echo.example"],
    "recipient": ["johndoe@acme.example", "outside@elsewhere.example", "nobody@acme.example"],
    "uid": ["johndoe@acme.example", "+49.1234.5634", "doe25", "johndoe@echo.example"],
    "domain": ["acme.example", "new.example", "cafe.example", "other.example", "echo.example", "third.example"],
    "searchpattern": ["brand", ".", "nothing"],
    "search": ["johndoe@acme.example", "+4912345634", "john44"],
}
# Bodies that mean something: of random strings few are a phone number or an address.
BODIES: Final[dict[str, list[Any]]] = {
    "putMsisdn": [{"msisdn": "+49 30 12345"}, {"msisdn": "+49.1234.5644"}],
    "postUids": [{"msisdn": "+49 30 12345"}, {"custom": ["new"]}, {"custom": None, "msisdn": None}, {}],
    "postForward": [
        {"recipient": "a@b.example"},
        ["a@b.example", "c@d.example"],
        {"recipient": ["sales@acme.example"]},
    ],
    "putForward": [{"recipient": "outside@elsewhere.example"}, ["a@b.example"], {"recipient": ["sales@acme.example"]}],
}


def _document() -> dict[str, Any]:
    """The contract's document with the further statuses where schemathesis looks for them.

    Without its security: the credentials are ours, and not to be left out or garbled as a parameter would be.
    """
    document: dict[str, Any] = yaml.safe_load(CONTRACT.read_text("utf-8"))
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for item in document["paths"].values():
        for operation in (item[method] for method in item.keys() & set(METHODS)):
            (operation["x-scheme"],) = operation.pop("security")[0]
            for status in operation.get("x-also", []):
                operation["responses"][status] = {"description": "see the contract", "content": error}
    return document


# Three times in four: of what is made up, little is there.
_OFTEN: Final = st.sampled_from([True, True, True, False])

SCHEMA: Final = schemathesis.openapi.from_dict(_document())
SCHEMA.app = get_wsgi_application()
OPERATIONS: Final[list[Any]] = [result.ok() for result in SCHEMA.get_all_operations() if isinstance(result, Ok)]


@pytest.fixture
def mailboxes(world: World, settings: Any, tmp_path: Path) -> None:
    """Each user has a message."""
    for _name, _owner, domain in CONTEXTS.values():
        deliver(tmp_path, f"johndoe@{domain}", b"Subject: hello\r\n\r\nbody\r\n")
    settings.MAIL_STORE = f"maildir://{tmp_path}"


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The application would close the connection after each request, and with it the test's transaction."""
    signals = [request_started, request_finished]
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def _cases(operation: Any, mode: GenerationMode) -> st.SearchStrategy[Any]:
    """Cases of which half are about what stands in the world."""
    path = [name for name in KNOWN if f"{{{name}}}" in operation.path]
    query = ["search"] if "oxuser" in operation.path else []
    anywhere = operation.as_strategy(generation_mode=mode)

    def at(known: dict[str, Any]) -> st.SearchStrategy[Any]:
        parameters = {"path_parameters": {name: known[name] for name in path}} if path else {}
        searched = {"query": {name: known[name] for name in query}} if query else {}
        case: st.SearchStrategy[Any] = operation.as_strategy(generation_mode=mode, **parameters, **searched)
        return case

    known = st.fixed_dictionaries({name: st.sampled_from(KNOWN[name]) for name in [*path, *query]})
    return _OFTEN.flatmap(lambda here: known.flatmap(at) if here else anywhere)


def _run(operation: Any, mode: GenerationMode, logins: list[str | None], examples: int) -> set[int]:
    """Calls the operation with generated cases, each on the untouched world; the statuses that were answered."""
    statuses = set()

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_cases(operation, mode), data=st.data())
    def call(case: Any, data: st.DataObject) -> None:
        bodies = BODIES.get(_label(operation), [])
        if bodies and mode.is_positive and data.draw(_OFTEN):
            case.body = data.draw(st.sampled_from(bodies))
        login = data.draw(st.sampled_from(logins))
        headers = {} if login is None else {"Authorization": basic(login), **PLAIN}
        with transaction.atomic():
            response = case.call_and_validate(headers=headers, checks=CHECKS)
            transaction.set_rollback(True)
        statuses.add(response.status_code)

    call()
    return statuses


def _label(operation: Any) -> str:
    return str(operation.definition.raw["operationId"])


def _can_be_wrong(operation: Any) -> bool:
    """A text in the path is always one; a number, a query or a body can be something else."""
    return bool(operation.body or operation.query or "{contextid}" in operation.path)


@pytest.mark.usefixtures("mailboxes", "override", "one_connection")
@pytest.mark.parametrize("operation", OPERATIONS, ids=_label)
def test_operation__answers_as_documented_to_what_fits(operation: Any) -> None:
    statuses = _run(operation, GenerationMode.POSITIVE, [*LOGINS[operation.definition.raw["x-scheme"]]], 40)
    assert statuses & {200, 201, 204}, "no call came through"


@pytest.mark.usefixtures("mailboxes", "override", "one_connection")
@pytest.mark.parametrize("operation", [one for one in OPERATIONS if _can_be_wrong(one)], ids=_label)
def test_operation__answers_as_documented_to_what_does_not_fit(operation: Any) -> None:
    _run(operation, GenerationMode.NEGATIVE, [*LOGINS[operation.definition.raw["x-scheme"]]], 15)


@pytest.mark.usefixtures("mailboxes", "override", "one_connection")
@pytest.mark.parametrize("operation", OPERATIONS, ids=_label)
def test_operation__refuses_strangers_as_documented(operation: Any) -> None:
    statuses = _run(operation, GenerationMode.POSITIVE, [None, "nobody", "portal-beta", "bêta"], 6)
    family = operation.definition.raw["tags"][0]
    refusal = 403 if family == "Forwards" else 500 if family == "Mail" else 401
    assert statuses <= {refusal, 401}
