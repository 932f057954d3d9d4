"""The DNS: whether a domain's records prove that it is whose token it is. It has a deadline, and touches no database.

Whoever owns the domain writes the answers: they are compared, cut and kept as text, and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver
from django.conf import settings

from core.addresses import parse_domain
from domains.models import MAX_FOUND, PROOF_LABEL, Answer, Proof

# Seconds for everything that is asked about one domain, and for one server's answer to one question.
DEADLINE: Final = 5.0
_ONE_ANSWER: Final = 2.0
_MAX_VALUES: Final = 5
_MAX_VALUE: Final = 80
_DNS_PORT: Final = 53


@dataclass(frozen=True, slots=True)
class Finding:
    """What the DNS says: how the domain is proven (WAITING: not), else why not, and what stood in the records."""

    proof: Proof
    answer: Answer
    found: str = ""


def look_up(domain: str, token: str) -> Finding:
    """Ask for the TXT record, and for the MX records where MX_HOSTS are set. At most DEADLINE seconds."""
    ends_at = time.monotonic() + DEADLINE
    # Half of the time each, so that a silent server for the one leaves room for the other.
    share = DEADLINE / 2 if settings.MX_HOSTS else DEADLINE
    texts = _ask(f"{PROOF_LABEL}.{domain}", "TXT", share)
    if isinstance(texts, list) and token in (_bare(text) for text in texts):
        return Finding(Proof.TXT, Answer.FOUND)
    if settings.MX_HOSTS:
        hosts = _ask(domain, "MX", ends_at - time.monotonic())
        if isinstance(hosts, list) and (ours := {host.lower().rstrip(".") for host in hosts} & mx_hosts()):
            return Finding(Proof.MX, Answer.FOUND, _shown(sorted(ours)))
    if isinstance(texts, Answer):
        return Finding(Proof.WAITING, texts)
    return Finding(Proof.WAITING, Answer.OTHER, _shown(texts)) if texts else Finding(Proof.WAITING, Answer.NOTHING)


def mx_hosts() -> set[str]:
    """MX_HOSTS in the form in which domains are compared. Invalid."""
    return {parse_domain(one) for one in settings.MX_HOSTS}


def name_servers() -> list[tuple[str, int]]:
    """DNS_RESOLVERS as addresses and ports: `192.0.2.1`, `192.0.2.1:5353`, `[2001:db8::1]:53`. ValueError."""
    return [_server(one) for one in settings.DNS_RESOLVERS]


def _server(text: str) -> tuple[str, int]:
    try:
        return str(ip_address(text)), _DNS_PORT
    except ValueError:
        parts = urlsplit(f"//{text}")
        port = parts.port
        if port is None or parts.path or parts.query:
            raise ValueError(f"{text} is no IP address, alone or with a port") from None
        return str(ip_address(parts.hostname or "")), port


def _ask(name: str, kind: str, seconds: float) -> list[str] | Answer:
    """The values of the records, none where there is none; or why they are not known."""
    if seconds <= 0:
        return Answer.SILENT
    try:
        answers = _resolver().resolve(
            dns.name.from_text(name), kind, lifetime=seconds, search=False, raise_on_no_answer=False
        )
    except dns.resolver.NXDOMAIN:
        return []
    except dns.exception.Timeout:
        return Answer.SILENT
    except (dns.exception.DNSException, OSError, ValueError):
        # A name that is too long with its label, servers that refuse, an answer that cannot be read.
        return Answer.FAILED
    return [_value(record) for record in answers.rrset or ()]


def _resolver() -> dns.resolver.Resolver:
    servers = name_servers()
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [dns.nameserver.Do53Nameserver(address, port) for address, port in servers]
    resolver.timeout = _ONE_ANSWER
    return resolver


def _value(record: object) -> str:
    """A TXT record's text, whose pieces belong together, or an MX record's host."""
    pieces = getattr(record, "strings", None)
    if pieces is not None:
        return b"".join(pieces).decode("utf-8", "replace")
    return str(getattr(record, "exchange", ""))


def _bare(text: str) -> str:
    """The text without blanks and quotation marks around it, which some panels write into the record."""
    return text.strip().strip('"').strip()


def _shown(values: Iterable[str]) -> str:
    """The first few, for a person: on one line, without what cannot be seen, and cut."""
    listed = list(values)
    shown = [
        "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in value[:_MAX_VALUE])
        + ("…" if len(value) > _MAX_VALUE else "")
        for value in listed[:_MAX_VALUES]
    ]
    return (", ".join(shown) + (" …" if len(listed) > _MAX_VALUES else ""))[:MAX_FOUND]
