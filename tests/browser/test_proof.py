"""A domain is declared, its record copied, published, and looked for: as somebody at the web admin does it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from domains.models import ExplicitDomain
from domains.services import add_domain
from tests.browser.conftest import LogIn
from tests.browser.test_accessibility import LOOKS, dress, violations
from tests.dns_server import dns_server
from tests.world import OPERATOR, World

pytestmark = pytest.mark.browser


def test_domain__is_proven_by_the_record_that_was_copied(log_in: LogIn, live_server: LiveServer, settings: Any) -> None:
    page = log_in("alpha")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with dns_server() as server:
        settings.DOMAIN_PROOF, settings.DNS_RESOLVERS = "dns", [server.address]
        page.goto(f"{live_server.url}/admin/domains/explicitdomain/add/?context=24")
        page.get_by_label("Domain").fill("new.example")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("link", name="new.example").first.click()
        expect(page.get_by_text("The domain is not served yet.")).to_be_visible()

        copied = []
        for place in range(2):
            button = page.get_by_role("button", name="Copy").first
            button.click()
            copied.append(page.evaluate("navigator.clipboard.readText()"))
            expect(page.get_by_role("button", name="Copied")).to_have_count(place + 1)
        name, content = copied
        server.records[name, "TXT"] = [f'"{content}"']
        page.get_by_role("button", name="Check now").click()

        expect(page.get_by_text("The proof is there.").first).to_be_visible()
        expect(page.get_by_text("proven by its TXT record").first).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_axe__proof_of_a_domain_has_no_violation(
    log_in: LogIn, live_server: LiveServer, world: World, settings: Any, look: str
) -> None:
    settings.DOMAIN_PROOF, settings.MX_HOSTS = "dns", ["mx.hoster.example"]
    row = add_domain(actor=OPERATOR, context=world.contexts[24], name=f"{'long-' * 10}name.example")
    ExplicitDomain.objects.filter(pk=row.pk).update(answer="other", found="x" * 200, checked_at=row.next_look_at)
    page = log_in("root")
    dress(page, look)
    page.goto(f"{live_server.url}/admin/domains/explicitdomain/{row.pk}/change/")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(page.get_by_role("button", name="Mark as proven")).to_be_in_viewport()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
