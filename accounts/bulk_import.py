"""Importing as a bulk edit: previewed and run line by line, by the sections of provision, as whoever uploaded it."""

from __future__ import annotations

from typing import Any, ClassVar, Final, cast

from django.utils.translation import gettext, gettext_lazy

from accounts.imports import ImportLine
from accounts.models import Administrator, Change, Context
from accounts.provision.section import Ground
from accounts.services.imports import section_named
from oxaas.bulk import BulkEdit, Outcome, Params, Result, register
from oxaas.changes import Actor, Door
from oxaas.errors import Invalid
from oxaas.resources import resources

_SHOWN: Final = 200


class ImportEdit(BulkEdit[ImportLine]):
    """The lines of one uploaded table."""

    model = ImportLine
    label = gettext_lazy("Import")
    door = Door.IMPORT
    holds_everything = True
    section: ClassVar[str]

    def allowed(self, administrator: Administrator) -> bool:
        """Whoever may add and change what the lines are about."""
        options = resources()[self.section]._meta.model._meta
        return all(
            administrator.has_perm(f"{options.app_label}.{action}_{options.model_name}") for action in ("add", "change")
        ) or (self.section == "domains" and administrator.has_perm("domains.add_explicitdomain"))

    def describe(self, params: Params) -> str:
        return gettext("Import of %(file)s") % params

    def objection(self, params: Params, *, refused: int) -> str:
        """Nothing is written unless all is well, or whoever uploaded the file has said that bad lines be skipped."""
        if not refused or params["skip_bad"]:
            return ""
        return gettext("Some lines are bad, so nothing can be imported. Mend the file, or upload it to skip bad lines.")

    def stops_at_refusal(self, params: Params) -> bool:
        return not params["skip_bad"]

    def apply(self, actor: Actor, row: ImportLine, params: Params) -> Result:
        if row.problem:
            raise Invalid(row.problem)
        mine = Change.objects.filter(batch=actor.batch)
        last = mine.order_by("-pk").values_list("pk", flat=True).first() or 0
        entry = self._completed(actor, dict(row.data))
        section_named(self.section).apply(Ground(actor), entry)
        made = list(mine.filter(pk__gt=last).order_by("pk"))
        return Result(Outcome.CHANGED if made else Outcome.UNCHANGED, "; ".join(map(_difference, made)))

    def _completed(self, actor: Actor, entry: dict[str, Any]) -> dict[str, Any]:
        """A new context is of the uploader's own reseller unless the line names a child."""
        own = cast(Administrator, actor.administrator).reseller
        if self.section != "contexts" or own is None or "reseller" in entry:
            return entry
        if not Context.objects.visible_to(actor.administrator).filter(pk=entry["id"]).exists():
            entry["reseller"] = own.name
        return entry


def _difference(change: Change) -> str:
    """What a change made of what, in a line."""
    before, after = change.before or {}, change.after or {}
    if change.before is None:
        return gettext("new")
    changed = [name for name in after if before.get(name) != after[name]]
    return ", ".join(f"{name}: {_short(before.get(name))} → {_short(after[name])}" for name in changed)


def _short(value: Any) -> str:
    text = "—" if value in (None, "", []) else ", ".join(value) if isinstance(value, list) else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _edit_for(section: str) -> type[ImportEdit]:
    return type(f"Import{section.title()}", (ImportEdit,), {"name": f"import.{section}", "section": section})


register(*(_edit_for(section) for section in ("contexts", "users", "forwards", "domains")))
