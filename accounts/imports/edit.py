"""Importing as a bulk edit: previewed and run line by line, by the sections of provision, as whoever uploaded it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext

from accounts.imports.lines import lines_of
from accounts.imports.people import Mapping, people_of
from accounts.models import Context, Reseller
from accounts.provision.section import References, section_named
from accounts.services.limits import lock_reseller_rows
from bulk.edits import BulkEdit, Outcome, Params, Result
from bulk.models import ImportLine
from bulk.planned import PlannedEdit
from bulk.rowwise import RowEdit
from changelog.entries import Entry
from changelog.models import Change
from changelog.plan import Plan, Planned, plan_what_can_be
from core.actor import Actor, Channel
from core.errors import Invalid
from core.iteration import batched
from core.names import normalize_identifier
from core.numbers import counted
from core.scoping import Viewer, may
from core.sizes import format_exact
from core.spreadsheets import Row
from core.tables import resource_named

_QUOTA: Final = "quota"
# A quota below is asked about: a number without a unit is bytes, and few people think in those.
_SMALL: Final = 2**20
_CHUNK: Final = 500
_NONE: Final = "—"


class _Import(BulkEdit[ImportLine]):
    """The lines of one uploaded table."""

    model = ImportLine
    label = gettext_lazy("Import")
    channel = Channel.IMPORT
    section: ClassVar[str]

    def lines(
        self, administrator: Viewer, params: Params, pieces: Iterator[list[Row]], upload: UUID
    ) -> Iterator[list[ImportLine]]:
        resource = resource_named(self.section)(administrator)
        mapping = Mapping.of(params)
        return people_of(resource, mapping, pieces, upload) if mapping else lines_of(resource, pieces, upload)

    def visible(self, actor: Actor, keys: Sequence[int]) -> QuerySet[ImportLine]:
        return ImportLine.objects.visible_among(actor.administrator, list(keys)).order_by("pk")

    def upload_url(self, params: Params) -> str:
        if "people" in params:
            return f"{reverse('admin:people')}?context={params['people']['context']}"
        opts = self.listed._meta
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_import")

    def columns_url(self, job: int, params: Params) -> str:
        return reverse("admin:people_columns", args=[job]) if "people" in params else ""

    def list_query(self, params: Params) -> str:
        return f"?context__id__exact={params['people']['context']}" if "people" in params else ""

    def start_words(self, *, changed: int, refused: int) -> str:
        if refused:
            words = ngettext("Import the %(number)s good line", "Import the %(number)s good lines", changed)
        else:
            words = ngettext("Import %(number)s line", "Import %(number)s lines", changed)
        return words % {"number": counted(changed)}

    @property
    def listed(self) -> type[Model]:
        return resource_named(self.section).model

    def allowed(self, administrator: Viewer) -> bool:
        """Whoever may add and change what the lines are about."""
        model = self.listed
        return all(may(administrator, action, model) for action in ("add", "change")) or (
            self.section == "domains" and administrator.has_perm("domains.add_explicitdomain")
        )

    def describe(self, params: Params) -> str:
        if "people" in params:
            return gettext("People from “%(file)s”") % params
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

    @property
    def compares(self) -> bool:
        return False


class _PlannedImport(_Import, PlannedEdit[ImportLine]):
    """Lines of a section that plans many at once."""

    def plan(self, actor: Actor, rows: Sequence[ImportLine], params: Params, *, hold: bool) -> Plan:
        plan_entries = section_named(self.section).plan
        assert plan_entries is not None  # noqa: S101  (that is what tells the two kinds of import apart)
        plan = plan_what_can_be(rows, _entry, lambda entries: plan_entries(References(actor), entries, hold))
        if not params.get("small_quotas"):
            for row in plan.rows:
                row.refusal = row.refusal or _question_about_small_quotas(row.entries, params)
        if not params.get("missing_recipients"):
            self._ask_about_doubts(actor, rows, plan.rows)
        return plan

    def _ask_about_doubts(self, actor: Actor, lines: Sequence[ImportLine], rows: Sequence[Planned]) -> None:
        """Refuse what is likely a mistake, such as a recipient that does not exist and no line of the file makes."""
        section = section_named(self.section)
        if section.doubts is None or not lines:
            return
        sentences = section.doubts(actor, rows, lambda names: _named_in_file(lines[0], names))
        for row, sentence in zip(rows, sentences, strict=True):
            if sentence and row.refusal is None:
                meant = gettext(
                    "If that is meant, upload the file again with “Recipients that do not exist are meant” ticked."
                )
                row.refusal = Invalid(f"{sentence} {meant}")

    def before(self, row: ImportLine, planned: Planned) -> str:
        return ""

    def after(self, row: ImportLine, planned: Planned) -> str:
        return ""

    def result(self, row: ImportLine, label: str, planned: Planned) -> Result:
        result = super().result(row, label, planned)
        if not planned.changed:
            return result
        taken = row.data.get("taken")
        note = gettext(" (%(address)s is taken)") % {"address": taken} if taken else ""
        return replace(result, detail=f"{_differences(planned.entries)}{note}")


class _RowImport(_Import, RowEdit[ImportLine]):
    """Lines of a section that takes one at a time: contexts."""

    batch_rows = 25

    def lock(self, rows: QuerySet[ImportLine], params: Params) -> None:
        # Only rows that the lines name, yet whoever's: it is the section that tells whose they are.
        lines = [line for line in rows.order_by().values_list("data", flat=True) if line]
        key = "id" if self.section == "contexts" else "context"
        contexts = Context.objects.filter(pk__in={line[key] for line in lines})
        named = Q(name_normalized__in={normalize_identifier(one["reseller"]) for one in lines if "reseller" in one})
        own = Q(administrators__in=rows.order_by().values("administrator"))
        lock_reseller_rows(Reseller.objects.filter(Q(contexts__in=contexts) | named | own))
        list(contexts.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))

    def apply(self, actor: Actor, row: ImportLine, params: Params) -> Result:
        made: list[Change] = []
        section = section_named(self.section)
        if section.apply is not None:
            section.apply(References(replace(actor, made=made)), _entry(row))
        if not params.get("small_quotas") and (question := _question_about_small_quotas(made, params)):
            raise question
        return Result(Outcome.CHANGED if made else Outcome.UNCHANGED, _differences(made))


def _named_in_file(line: ImportLine, names: Collection[str]) -> set[str]:
    """Which of these normalized addresses are the aliases of lines of the same file."""
    lines = ImportLine.objects.filter(upload=line.upload, problem="").annotate(
        alias=Lower(KeyTextTransform("alias", "data"))
    )
    return {
        name for some in batched(names, _CHUNK) for name in lines.filter(alias__in=some).values_list("alias", flat=True)
    }


def _entry(row: ImportLine) -> dict[str, Any]:
    """The line as an entry of provision. Invalid for what is wrong with its form."""
    if row.problem:
        raise Invalid(row.problem)
    return dict(row.data)


def _question_about_small_quotas(changes: Sequence[Change] | Sequence[Entry], params: Params) -> Invalid | None:
    """The refusal of a new quota that is so small that it was likely meant in another unit."""
    for change in changes:
        before, after = (change.before or {}).get(_QUOTA), (change.after or {}).get(_QUOTA)
        if after is not None and after != before and after < _SMALL:
            size = {"size": format_exact(after)}
            if "people" in params:
                return Invalid(
                    gettext("A quota of %(size)s is less than 1 MB. Say in which unit plain numbers are.") % size
                )
            return Invalid(
                gettext(
                    "A quota of %(size)s is less than 1 MB. "
                    "If that is meant, upload the file again with “Small quotas are meant” ticked."
                )
                % size
            )
    return None


def _differences(changes: Sequence[Change] | Sequence[Entry]) -> str:
    return "; ".join(_difference(one) for one in changes if one.before != one.after)


def _difference(change: Change | Entry) -> str:
    """What a change made of what, in a line; of something new, every value."""
    before, after = change.before or {}, change.after or {}
    if change.before is None:
        values = ", ".join(
            f"{name}: {shown}" for name, value in after.items() if (shown := _shown(name, value)) != _NONE
        )
        return gettext("new: %(values)s") % {"values": values}
    changed = [name for name in after if before.get(name) != after[name]]
    return ", ".join(f"{name}: {_shown(name, before.get(name))} → {_shown(name, after[name])}" for name in changed)


def _shown(name: str, value: Any) -> str:
    if name == _QUOTA:
        return format_exact(value)
    if isinstance(value, bool):
        return str(value).lower()
    return _NONE if value in (None, "", []) else ", ".join(value) if isinstance(value, list) else str(value)


def _edit_for(section: str, base: type[_Import]) -> type[_Import]:
    return type(f"Import{section.title()}", (base,), {"name": f"import.{section}", "section": section})


EDITS = (
    _edit_for("contexts", _RowImport),
    _edit_for("users", _PlannedImport),
    _edit_for("forwards", _PlannedImport),
    _edit_for("domains", _PlannedImport),
)
