"""Where webhooks may go: never into the hoster's own network, whatever a name leads to, unless a setting says so."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from core.errors import Invalid
from core.resolving import Resolver
from tests.webhooks.receiver import LOOPBACK, receiving
from webhooks import networks
from webhooks.networks import Refused, addresses_of, check, may_reach, parsed
from webhooks.sending import Message, Outcome, send_all

INTERNAL = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.5.5",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::10.0.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "64:ff9b::a00:1",
    "64:ff9b:1::7f00:1",
    "2001:0:7f00:1::1",
]
OPEN = ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("address", INTERNAL)
def test_address__that_is_not_in_the_open_network_is_refused(address: str, settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = []
    assert not may_reach(ipaddress.ip_address(address), plain=False)


@pytest.mark.parametrize("address", OPEN)
def test_address__in_the_open_network_is_reached_by_https_alone(address: str, settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = ["10.1.0.0/16"]
    assert may_reach(ipaddress.ip_address(address), plain=False)
    assert not may_reach(ipaddress.ip_address(address), plain=True)


def test_address__in_a_network_of_the_setting_is_reached_by_both(settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = ["10.1.0.0/16", "fd12::/32"]
    for address in ("10.1.2.3", "::ffff:10.1.2.3", "fd12::5"):
        assert may_reach(ipaddress.ip_address(address), plain=True)
    for address in ("10.2.0.1", "127.0.0.1", "169.254.169.254", "fd13::5"):
        assert not may_reach(ipaddress.ip_address(address), plain=False)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example",
        "//hooks.example/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "http://hooks.example/",
        "https:///path",
        "https://hooks.example:0/",
        "https://hooks.example:99999/",
        "https://user:secret@hooks.example/",
        "https://hooks.example/#part",
        "https://hooks.example/a b",
        "https://hooks.example/a\r\nX-Evil: 1",
        "https://bücher.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_url__that_cannot_be_is_refused_when_it_is_given(url: str, settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = []
    with pytest.raises(Invalid):
        check(url)


@pytest.mark.parametrize("url", ["https://hooks.example", "https://hooks.example:8443/a?b=c", "https://8.8.8.8/x"])
def test_url__that_can_be_is_taken(url: str, settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = []
    check(url)


def _led_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """The DNS says one after the other; how often it was asked is the length of the list."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *more: Any, **named: Any) -> Any:
        if host != "hooks.example":
            return real(host, port, *more, **named)
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A resolver that says nothing about names until the test is over."""
    end = threading.Event()
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *more: Any, **named: Any) -> Any:
        if host == "hooks.example":
            end.wait(30)
            raise socket.gaierror(-3, "Temporary failure in name resolution")
        return real(host, port, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield end
    end.set()


@pytest.mark.parametrize("found", [["10.0.0.1"], ["8.8.8.8", "127.0.0.1"], []])
def test_name__that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch, settings: Any, found: list[str]) -> None:
    settings.WEBHOOK_NETWORKS = []
    _led_to(monkeypatch, found)
    with pytest.raises(Refused):
        addresses_of(parsed("https://hooks.example/"))


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "017700000001", "localhost"])
def test_name__that_is_an_address_in_disguise_is_refused(settings: Any, host: str) -> None:
    settings.WEBHOOK_NETWORKS = []
    outcomes: list[Outcome] = []
    send_all(f"https://{host}/", ["whsec_MDAwMDAwMDA="], [Message("a", "{}")], outcomes)
    assert [one.status for one in outcomes] == [None]
    assert outcomes[0].text in {"the address is not one that webhooks may go to", "the name cannot be looked up"}


def test_name__that_leads_elsewhere_the_second_time_is_asked_once(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """DNS rebinding: what was checked is what is connected to, for each message of a round."""
    settings.WEBHOOK_NETWORKS = [LOOPBACK]
    with receiving() as receiver:
        asked = _led_to(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])
        connected: list[str] = []
        connect = socket.create_connection

        def connecting(address: tuple[str, int], timeout: float) -> socket.socket:
            connected.append(address[0])
            return connect(address, timeout)

        monkeypatch.setattr(socket, "create_connection", connecting)
        outcomes: list[Outcome] = []
        messages = [Message(str(number), '{"data": {}}') for number in range(3)]
        send_all(f"http://hooks.example:{receiver.port}/", ["whsec_MDAwMDAwMDA="], messages, outcomes)
    assert [one.status for one in outcomes] == [204, 204, 204]
    assert (asked, set(connected)) == (["hooks.example"], {"127.0.0.1"})
    assert receiver.requests[0][0]["Host"] == f"hooks.example:{receiver.port}"


@pytest.mark.usefixtures("hanging")
def test_name__a_look_up_that_hangs_holds_a_sender_no_longer_than_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "LOOK_UP_SECONDS", 0.05)
    outcomes: list[Outcome] = []
    send_all("https://hooks.example/", ["whsec_MDAwMDAwMDA="], [Message("a", "{}")], outcomes)
    assert outcomes == [Outcome(None, "no answer in time")]


@pytest.mark.usefixtures("hanging")
def test_name__look_ups_that_hang_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "LOOK_UP_SECONDS", 0.05)
    monkeypatch.setattr(networks, "_look_ups", Resolver("webhook-name-here", 2))
    for _ in range(4):
        with pytest.raises(TimeoutError):
            addresses_of(parsed("https://hooks.example/"))
    assert [thread.name for thread in threading.enumerate()].count("webhook-name-here") == 2


def test_name__a_resolver_that_hangs_keeps_no_address_waiting(settings: Any, hanging: threading.Event) -> None:
    settings.WEBHOOK_NETWORKS = []
    assert addresses_of(parsed("https://8.8.8.8/")) == ["8.8.8.8"]
    assert not hanging.is_set()
