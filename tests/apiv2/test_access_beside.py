"""Who may do what in the second version beside the usual: further actions, batches, jobs. And that none is left out."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from django.db import transaction

from apiv2.table import ACTIONS
from changelog.models import Change
from domains.lookup import Finding
from domains.models import Answer, Proof
from tests.apiv2.calls import Call, Things
from tests.apiv2.client import V2
from tests.apiv2.test_access import LETTERS, OF_RESELLERS, PLACES, RULES, answer_of
from tests.apiv2.test_access import built as built
from tests.apiv2.test_access import things as things
from tests.apiv2.test_access import unlocked as unlocked

# The same on every database.
pytestmark = pytest.mark.sqlite


@pytest.fixture(autouse=True)
def silent_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked of the network: no record is there."""
    monkeypatch.setattr("domains.proof.look_up", lambda _domain, _token: Finding(Proof.WAITING, Answer.NOTHING))


# What can be done with an object beside the usual: as above, but that nothing need be written where it happens.
OTHERS: Final = """
users    properties  root              +  +  +  +  +
users    properties  alpha             +  +  +  ?  ?
users    properties  alphakid          ?  ?  +  ?  ?
users    properties  beta              ?  ?  ?  +  ?
users    properties  admin@alpha_acme  +  ?  ?  ?  ?
users    properties  portal-alpha      -  -  -  -  -
domains  check       root              +  +  +  +  +
domains  check       alpha             +  +  +  ?  ?
domains  check       alphakid          ?  ?  +  ?  ?
domains  check       beta              ?  ?  ?  +  ?
domains  check       admin@alpha_acme  -  -  -  -  -
domains  check       portal-alpha      -  -  -  -  -
domains  withdraw    root              +  +  +  +  +
domains  withdraw    alpha             !  !  !  ?  ?
domains  withdraw    alphakid          ?  ?  !  ?  ?
domains  withdraw    beta              ?  ?  ?  !  ?
domains  withdraw    admin@alpha_acme  -  -  -  -  -
domains  withdraw    portal-alpha      -  -  -  -  -
domains  prove       root              +  +  +  +  +
domains  prove       alpha             !  !  !  ?  ?
domains  prove       alphakid          ?  ?  !  ?  ?
domains  prove       beta              ?  ?  ?  !  ?
domains  prove       admin@alpha_acme  -  -  -  -  -
domains  prove       portal-alpha      -  -  -  -  -
"""


@pytest.mark.parametrize("line", OTHERS.strip().splitlines(), ids=lambda line: "-".join(line.split()[:3]))
def test_action__answers_each_role_at_each_place_as_the_table_says(
    things: Things, v2: V2, line: str, settings: Any
) -> None:
    settings.DOMAIN_PROOF = "dns"
    resource, action, login, *signs = line.split()
    for place, sign in zip(PLACES.split(), signs, strict=True):
        status, written = answer_of(v2, things.call(resource, action, place), login)
        assert status == {"+": 200, "-": 403, "?": 404, "!": 403}[sign], place
        assert sign == "+" or written == [], place


@pytest.mark.parametrize("resource", ["users", "aliases"])
@pytest.mark.parametrize("login", ["root", "alpha", "alphakid", "beta", "admin@alpha_acme"])
def test_batch__each_line_at_each_place_is_answered_as_if_it_came_alone(
    things: Things, v2: V2, resource: str, login: str
) -> None:
    """Whoever may do one thing to one of them may do it in a batch, and nobody else."""
    alone, lines = [], []
    for place in PLACES.split():
        for action, op in (("create", "create"), ("partial_update", "update"), ("destroy", "delete")):
            call = things.call(resource, action, place)
            alone.append(answer_of(v2, call, login)[0])
            key = {} if op == "create" else {"id": things.ids[resource][place]}
            lines.append({"op": op, **key, **(call.body or {})})
    content = "\n".join(map(json.dumps, lines)).encode()
    with transaction.atomic():
        answer = v2("POST", f"/{resource}/batch", login, raw=content, content_type="application/x-ndjson")
        transaction.set_rollback(True)
    assert [json.loads(line)["status"] for line in answer.content.splitlines()] == alone
    assert set(alone) & {200, 201, 204}
    assert (set(alone) & {404, 422} == set()) is (login == "root")


@pytest.mark.parametrize("resource", ["users", "aliases"])
def test_batch__is_not_for_tenants_and_nobody(things: Things, v2: V2, resource: str) -> None:
    line = json.dumps({"op": "create", **things.call(resource, "create", "24").body}).encode()
    for login, status in (("portal-alpha", 403), (None, 401), ("stranger", 401)):
        lines = Change.objects.count()
        refused = v2("POST", f"/{resource}/batch", login, raw=line, content_type="application/x-ndjson")
        assert (refused.status_code, Change.objects.count()) == (status, lines), login


OWNERS: Final = ("root", "alpha", "alphakid", "beta", "admin@alpha_acme")


@pytest.mark.parametrize("owner", OWNERS)
def test_jobs__are_started_by_their_owner_and_others_in_charge_look_and_cancel(
    things: Things, v2: V2, owner: str
) -> None:
    """Each action on a job that waits, by every role; no job has a row that its owner does not see."""
    with transaction.atomic():
        made = v2("POST", "/jobs", owner, {"edit": "forwards.suspend", "filter": {}})
        assert made.json()["total"] == v2("GET", "/aliases?total=true&limit=1", owner).json()["total"]
        key = made.json()["id"]
        for login in (*OWNERS, "portal-alpha"):
            in_charge = {owner, "root", *(["alpha"] if owner == "alphakid" else [])}
            seen = 403 if login.startswith("portal") else 200 if login in in_charge else 404
            # Nothing was done yet that could be undone.
            expected = {"start": 200, "undo": 422, "cancel": 200} if seen == 200 else {}
            expected |= {"start": 403} if seen == 200 and login != owner else {}
            assert v2("GET", f"/jobs/{key}", login).status_code == seen, login
            assert v2("GET", f"/jobs/{key}/rows", login).status_code == seen, login
            listed = v2("GET", "/jobs", login)
            assert listed.status_code == (403 if seen == 403 else 200)
            assert (key in {one["id"] for one in listed.json().get("data", ())}) is (seen == 200), login
            for action, body in (("start", {}), ("undo", {}), ("cancel", None)):
                found, written = answer_of(v2, Call("POST", f"/jobs/{key}/{action}", body), login)
                assert found == expected.get(action, seen), (login, action)
                assert found not in {403, 404} or written == [], (login, action)
        transaction.set_rollback(True)


# Whoever may call what, and which addresses and rows are theirs, is tested with each.
BY_THEMSELVES: Final = {
    ("trace", "follow"): "test_trace.py",
    ("provision", "apply"): "test_provision.py",
    ("users", "mail"): "test_access.py",
    ("users", "batch"): "here",
    ("aliases", "batch"): "here",
    **{("jobs", action): "here" for action in ACTIONS["jobs"]},
}


def test_tables__have_every_action_of_every_resource() -> None:
    found = set(BY_THEMSELVES) | {(resource, "list") for resource in ACTIONS}
    for line in [*RULES.splitlines(), *OF_RESELLERS.splitlines()]:
        if line.strip():
            resource, letters, *_rest = line.split()
            found |= {(resource, action) for letter in letters for action in LETTERS[letter]}
    for line in OTHERS.strip().splitlines():
        resource, action, *_rest = line.split()
        found.add((resource, action))
    assert {(resource, one) for resource, actions in ACTIONS.items() for one in actions} - found == set()
    roles = {line.split()[2] for line in [*RULES.splitlines(), *OF_RESELLERS.splitlines()] if line.strip()}
    assert roles == {"root", "alpha", "alphakid", "admin@alpha_acme"}
