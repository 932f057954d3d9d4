"""Importing as a bulk edit: previewed and run line by line, by the sections of provision, as whoever uploaded it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, Final, cast

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_lazy

from accounts.models import Administrator, Context, Reseller, User
from accounts.provision.section import References, section_named
from accounts.services.limits import lock_reseller_rows
from bulk.edits import BulkEdit, Outcome, Params, Result
from bulk.models import ImportLine
from changelog.models import Change
from core.actor import Actor, Channel
from core.errors import Invalid
from core.scoping import Viewer, may
from core.sizes import format_exact
from core.tables import resource_named

_QUOTA: Final = "quota"
# A quota below is asked about: a number without a unit is bytes, and few people think in those.
_SMALL: Final = 2**20


class ImportEdit(BulkEdit[ImportLine]):
    """The lines of one uploaded table."""

    model = ImportLine
    label = gettext_lazy("Import")
    channel = Channel.IMPORT
    holds_everything = True
    section: ClassVar[str]

    def allowed(self, administrator: Viewer) -> bool:
        """Whoever may add and change what the lines are about."""
        model = resource_named(self.section).model
        return all(may(administrator, action, model) for action in ("add", "change")) or (
            self.section == "domains" and administrator.has_perm("domains.add_explicitdomain")
        )

    def describe(self, params: Params) -> str:
        if not params.get("encoding"):
            return gettext("Import of %(file)s") % params
        return gettext("Import of %(file)s, read as %(encoding)s") % params

    def why_not_startable(self, params: Params, *, refused: int) -> str:
        """Nothing is written unless all is well, or whoever uploaded the file has said that bad lines be skipped."""
        if not refused or params["skip_bad"]:
            return ""
        return gettext(
            "Some lines are bad, so nothing can be imported. "
            "Correct the file, or upload it again with “Skip bad lines” ticked."
        )

    def all_or_nothing(self, params: Params) -> bool:
        return not params["skip_bad"]

    def lock(self, rows: QuerySet[ImportLine], params: Params) -> None:
        # Only rows that the lines name, yet whoever's: it is the section that tells whose they are.
        lines = [line for line in rows.order_by().values_list("data", flat=True) if line]
        key = "id" if self.section == "contexts" else "context"
        contexts = Context.objects.filter(pk__in={line[key] for line in lines})
        named = Q(name__in={line["reseller"] for line in lines if "reseller" in line})
        own = Q(administrators__in=rows.order_by().values("administrator"))
        lock_reseller_rows(Reseller.objects.filter(Q(contexts__in=contexts) | named | own))
        _lock(contexts)
        if self.section == "users":
            _lock(User.objects.filter(context__in=contexts, number__in={line["id"] for line in lines}))

    def for_batch(self, actor: Actor, params: Params) -> Callable[[ImportLine], Result]:
        made: list[Change] = []
        section, references = section_named(self.section), References(replace(actor, made=made))

        def apply(row: ImportLine) -> Result:
            if row.problem:
                raise Invalid(row.problem)
            made.clear()
            section.apply(references, self._completed(actor, dict(row.data)))
            if not params.get("small_quotas"):
                _ask_about_small_quotas(made)
            return Result(Outcome.CHANGED if made else Outcome.UNCHANGED, "; ".join(map(_difference, made)))

        return apply

    def _completed(self, actor: Actor, entry: dict[str, Any]) -> dict[str, Any]:
        """A new context is of the uploader's own reseller unless the line names a child."""
        own = cast(Administrator, actor.administrator).reseller
        if self.section != "contexts" or own is None or "reseller" in entry:
            return entry
        if not Context.objects.visible_to(actor.administrator).filter(pk=entry["id"]).exists():
            entry["reseller"] = own.name
        return entry


def _lock(rows: QuerySet[Any]) -> None:
    list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _ask_about_small_quotas(changes: list[Change]) -> None:
    """Invalid for a new quota that is so small that it was likely meant in another unit."""
    for change in changes:
        before, after = (change.before or {}).get(_QUOTA), (change.after or {}).get(_QUOTA)
        if after is not None and after != before and after < _SMALL:
            raise Invalid(
                gettext(
                    "A quota of %(size)s is less than 1 MB. "
                    "If that is meant, upload the file again with “Small quotas are meant” ticked."
                )
                % {"size": format_exact(after)}
            )


def _difference(change: Change) -> str:
    """What a change made of what, in a line; of something new, every value."""
    before, after = change.before or {}, change.after or {}
    if change.before is None:
        values = ", ".join(f"{name}: {_shown(name, value)}" for name, value in after.items())
        return gettext("new: %(values)s") % {"values": values}
    changed = [name for name in after if before.get(name) != after[name]]
    return ", ".join(f"{name}: {_shown(name, before.get(name))} → {_shown(name, after[name])}" for name in changed)


def _shown(name: str, value: Any) -> str:
    if name == _QUOTA:
        return format_exact(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "—" if value in (None, "", []) else ", ".join(value) if isinstance(value, list) else str(value)


def _edit_for(section: str) -> type[ImportEdit]:
    return type(f"Import{section.title()}", (ImportEdit,), {"name": f"import.{section}", "section": section})


EDITS = tuple(_edit_for(section) for section in ("contexts", "users", "forwards", "domains"))
