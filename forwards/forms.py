"""The web admin's form for forwarding aliases."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.marked import MarkedForm
from core.addresses import split_addresses
from core.admin.forms import LinesField
from core.admin.questions import Doubt, Question
from forwards.doubts import doubt
from forwards.models import ForwardingAlias


class AddressesField(LinesField):
    """A list of mail addresses, separated as people do and with the names that mail programs add."""

    def to_python(self, value: Any) -> list[str]:
        """The addresses; what is none comes as it was typed, for the service to refuse."""
        return split_addresses(str(value or ""))


class ForwardingAliasForm(MarkedForm):
    recipients = AddressesField(
        label=_("Recipients"), rows=8, help_text=_("Mail addresses, one a line: everybody gets the alias's mail.")
    )

    class Meta:
        model = ForwardingAlias
        fields = ["context", "address", "is_active", "expires_on", "note"]
        help_texts = {
            "address": _("A mail address. It cannot be changed."),
            "is_active": _("A suspended alias keeps its recipients; the mail servers do not see it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.initial.setdefault("recipients", [one.address for one in self.instance.recipients.all()])

    def ask(self) -> Question | None:
        """Whether new recipients that do not exist are meant."""
        had = set(self.initial.get("recipients", []))
        # That an alias cannot be its own recipient is for the service to say.
        had.add(self.cleaned_data.get("address", ""))
        new = [one for one in self.cleaned_data.get("recipients", []) if one not in had]
        sentence = doubt(self.administrator, new)
        return Doubt(self.data, sentence) if sentence else None
