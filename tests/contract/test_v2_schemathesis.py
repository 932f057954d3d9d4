"""schemathesis reads the description of the second version and calls what fits it and what does not."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, Final

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from core.openapi.inspection import document
from tests.apiv2.calls import BODIES, Things
from tests.apiv2.client import PREFIX
from tests.client import basic
from tests.contract.test_schemathesis import CHECKS, PLAIN
from tests.contract.test_schemathesis import one_connection as one_connection
from tests.world import World

# The same on every database.
pytestmark = pytest.mark.sqlite

LOGINS: Final = ["root", "alpha", "alphakid", "beta", "admin@alpha_acme", "portal-alpha"]
# What is seldom possible: a proof without name servers, a reseller without anything, an address made by chance.
_RARELY: Final = (
    *("_check", "_prove", "_withdraw", "_update", "resellers_destroy"),
    *("_start", "_undo", "_cancel", "jobs_create", "jobs_retrieve", "jobs_items", "trace_follow", "provision_apply"),
)
_OFTEN: Final = st.sampled_from([True, True, True, False])


def _document() -> dict[str, Any]:
    """The second version's part. Without its security: credentials are ours, and not to be left out or garbled."""
    whole = copy.deepcopy(document())
    whole["paths"] = {path: item for path, item in whole["paths"].items() if path.startswith(PREFIX)}
    for item in whole["paths"].values():
        for operation in item.values():
            del operation["security"]
    return whole


SCHEMA: Final = schemathesis.openapi.from_dict(_document())
SCHEMA.app = get_wsgi_application()
# Lines are nothing that it can make: batches have tests of their own.
OPERATIONS: Final[list[Any]] = [
    one
    for one in (result.ok() for result in SCHEMA.get_all_operations() if isinstance(result, Ok))
    if not one.path.endswith("/batch")
]


def _label(operation: Any) -> str:
    return str(operation.definition.raw["operationId"])


def _run(operation: Any, mode: GenerationMode, things: Things, examples: int) -> set[int]:
    """Calls the operation with generated cases, each on the untouched world; the statuses that were answered."""
    statuses: set[int] = set()
    resource = operation.path.removeprefix(f"{PREFIX}/").partition("/")[0]
    known = sorted(things.ids.get(resource, {}).values())

    def at(key: int) -> st.SearchStrategy[Any]:
        case: st.SearchStrategy[Any] = operation.as_strategy(generation_mode=mode, path_parameters={"id": key})
        return case

    anywhere = operation.as_strategy(generation_mode=mode)
    here = st.sampled_from(known).flatmap(at) if "{id}" in operation.path and known else anywhere
    cases = _OFTEN.flatmap(lambda often: here if often else anywhere)

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, data=st.data())
    def call(case: Any, data: st.DataObject) -> None:
        headers = {"Authorization": basic(data.draw(st.sampled_from(LOGINS))), **PLAIN}
        if mode.is_positive:
            # Few made up keys and tags mean anything, and queries in ten parameters at once are nearly all wrong.
            case.headers = {}
            case.query = {name: value for name, value in (case.query or {}).items() if data.draw(st.booleans())}
            if _label(operation).endswith("_create") and resource in BODIES and data.draw(_OFTEN):
                case.body = things.call(resource, "create", _place(resource)).body
        with transaction.atomic():
            response = case.call_and_validate(headers=headers, checks=CHECKS)
            transaction.set_rollback(True)
        statuses.add(response.status_code)

    call()
    return statuses


def _place(resource: str) -> str:
    return "alpha" if resource in {"resellers", "contexts"} else "24"


@pytest.fixture
def things(world: World, tmp_path: Path, settings: Any) -> Things:
    """What there is; each user has an empty mailbox."""
    settings.MAIL_STORE = f"maildir://{tmp_path}"
    settings.LOGIN_FAILURE_LIMIT = 0
    return Things(world)


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("operation", OPERATIONS, ids=_label)
def test_operation__answers_as_described_to_what_fits(operation: Any, things: Things) -> None:
    statuses = _run(operation, GenerationMode.POSITIVE, things, 12)
    assert not {status for status in statuses if status >= 500}
    if not _label(operation).endswith(_RARELY):
        assert statuses & {200, 201, 202, 204}, "no call came through"


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("operation", OPERATIONS, ids=_label)
def test_operation__answers_as_described_to_what_does_not_fit(operation: Any, things: Things) -> None:
    _run(operation, GenerationMode.NEGATIVE, things, 5)


def test_document__describes_every_resource() -> None:
    paths = {path.removeprefix(f"{PREFIX}/").partition("/")[0] for path in _document()["paths"]}
    assert set(BODIES) <= paths
