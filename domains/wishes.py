"""What is wished for domains: that one be declared, or what shall become of one that is."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Context
from core.addresses import parse_domain
from core.keep import KEEP, Keep
from domains.models import ExplicitDomain, Proof


@dataclass(frozen=True, slots=True)
class DomainWish:
    """What shall become of a domain: `row` is there already or, with `is_new`, shall be.

    `proof` is why it shall belong to its context from now on; with Proof.WAITING it shall wait. One that is `gone`
    meanwhile is refused.
    """

    row: ExplicitDomain
    proof: Proof | Keep = KEEP
    is_new: bool = False
    delete: bool = False
    gone: bool = False

    @property
    def claims(self) -> bool:
        """Whether the domain may begin to belong to its context."""
        return self.is_new or not (self.delete or isinstance(self.proof, Keep) or self.proof is Proof.WAITING)


def declaring(
    context: Context, name: str, *, key: int | None = None, token: str | None = None, proof: Proof | Keep = KEEP
) -> DomainWish:
    """That the context declare the domain; `key` and `token` are the former ones of one that is restored. Invalid."""
    row = ExplicitDomain(pk=key, context=context, name=parse_domain(name))
    if token:
        row.token = token
    return DomainWish(row, proof, is_new=True)
