"""The proof of a domain on its page: what is shown, and who may do what about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from domains.models import ExplicitDomain
from domains.services import add_domain
from forwards.models import ForwardingAlias
from forwards.services import create_forward
from tests.dns_server import DnsServer, dns_server
from tests.web.conftest import Enter
from tests.web.person import Person, page
from tests.world import OPERATOR, World


@pytest.fixture
def server(settings: Any) -> Iterator[DnsServer]:
    with dns_server() as running:
        settings.DOMAIN_PROOF, settings.DNS_RESOLVERS = "dns", [running.address]
        yield running


@pytest.fixture
def waiting(world: World, server: DnsServer) -> ExplicitDomain:
    return add_domain(actor=OPERATOR, context=world.contexts[24], name="new.example")


def step(row: ExplicitDomain, name: str) -> str:
    return reverse("admin:domains_proof", args=(row.pk, name))


def test_page__shows_the_record_to_paste_and_the_last_answer(
    alpha: Person, waiting: ExplicitDomain, server: DnsServer
) -> None:
    server.records[waiting.record_name, "TXT"] = ['"<img src=x onerror=alert(1)>"']
    response = alpha.post(step(waiting, "check"), {})
    assert alpha.messages(response) == ["The TXT record holds something else."]

    shown = alpha.get(page(waiting, "change")).content.decode()

    assert f'_oxaas-proof.new.example. 300 IN TXT "{waiting.token}"' in shown
    assert "waiting for proof" in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert "<img src=x" not in shown
    assert step(waiting, "check") in shown
    assert step(waiting, "prove") not in shown


def test_check_now__proves(alpha: Person, waiting: ExplicitDomain, server: DnsServer) -> None:
    server.records[waiting.record_name, "TXT"] = [f'"{waiting.token}"']
    response = alpha.post(step(waiting, "check"), {})
    assert alpha.messages(response) == ["The proof is there."]
    assert ExplicitDomain.objects.get(pk=waiting.pk).is_proven
    assert "Check now" not in alpha.get(page(waiting, "change")).content.decode()


def test_master__marks_and_asks_again(root: Person, waiting: ExplicitDomain) -> None:
    for name, proven in (("prove", True), ("withdraw", False)):
        assert step(waiting, name) in root.get(page(waiting, "change")).content.decode()
        root.post(step(waiting, name), {})
        assert ExplicitDomain.objects.get(pk=waiting.pk).is_proven is proven


@pytest.mark.parametrize("name", ["prove", "withdraw"])
def test_reseller__cannot_mark(alpha: Person, waiting: ExplicitDomain, name: str) -> None:
    response = alpha.post(step(waiting, name), {})
    assert alpha.messages(response) == ["Only the master administrator says without a record that a domain is proven."]
    assert not ExplicitDomain.objects.get(pk=waiting.pk).is_proven


@pytest.mark.parametrize(("who", "status"), [("beta", 404), ("admin@alpha_acme", 404), (None, 302)])
@pytest.mark.parametrize("name", ["check", "prove", "withdraw"])
def test_stranger__does_nothing(
    enter: Enter, waiting: ExplicitDomain, server: DnsServer, who: str | None, status: int, name: str
) -> None:
    """The context's own administrator sees its domains nowhere."""
    refused = {403, 404} if who == "admin@alpha_acme" else {status}
    assert enter(who).client.post(step(waiting, name)).status_code in refused
    assert server.asked == []
    assert not ExplicitDomain.objects.get(pk=waiting.pk).is_proven


def test_steps__take_post_alone_and_known_names(alpha: Person, waiting: ExplicitDomain) -> None:
    alpha.get(step(waiting, "check"), 405)
    alpha.post(step(waiting, "delete"), {}, 404)


def test_list__has_the_state_and_filters_by_it(alpha: Person, waiting: ExplicitDomain) -> None:
    def names(**query: str) -> list[str]:
        return [row.name for row in alpha.get(page(ExplicitDomain), **query).context["cl"].result_list]

    assert names(proof="waiting") == ["new.example"]
    assert "new.example" not in names(proof="proven")
    assert names(proof="nonsense") == []
    assert "waiting for proof" in alpha.get(page(ExplicitDomain)).content.decode()


def test_list__says_nothing_of_proofs_where_none_is_asked_for(alpha: Person) -> None:
    _head, _mark, shown = alpha.get(page(ExplicitDomain)).content.decode().partition('id="main"')
    assert "acme.example" in shown
    assert "proof" not in shown
    row = ExplicitDomain.objects.get(name="acme.example")
    assert "_oxaas-proof" not in alpha.get(page(row, "change")).content.decode()


def test_alias__in_a_domain_that_waits_says_so(alpha: Person, world: World, waiting: ExplicitDomain) -> None:
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="a@new.example", recipients=["x@far.example"])
    shown = alpha.get(page(ForwardingAlias), attention="undeclared").content.decode()
    assert "a@new.example" in shown
    assert "domain not proven" in shown
