"""Bulk edits as jobs: the same as in the web admin, with their progress, their rows and their undoing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django_filters import CharFilter, ChoiceFilter, FilterSet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.leads import Choice, Redirect
from accounts.models import Administrator, ApiFamily
from apiv2.base import ResourceViewSet
from apiv2.problems import WrongParameters, WrongValues, pointer
from apiv2.reading import Order, Shape, filtered, read_page
from apiv2.resources.administrators import AdministratorViewSet
from apiv2.resources.aliases import AliasViewSet
from apiv2.resources.changes import ChangeViewSet
from apiv2.resources.contexts import ContextViewSet
from apiv2.resources.domains import DomainViewSet
from apiv2.resources.properties import PropertyViewSet
from apiv2.resources.resellers import ResellerViewSet
from apiv2.resources.users import UserViewSet
from apiv2.shapes import Flag, Key, Moment, Whole
from bulk import edits, jobs
from bulk.edits import UNDO, BulkEdit, BulkForm, Outcome
from bulk.models import BulkJob, BulkJobItem
from changelog.models import Change
from core.actor import Channel
from core.admin.forms import SizeField
from core.errors import Invalid, NotAllowed, NotFound
from core.openapi.fields import Text
from core.sizes import BYTES
from core.zones import as_rfc3339

_STATES: Final = [(one.value, one.value) for one in BulkJob.State]
_OUTCOMES: Final = [(one.value, one.value) for one in Outcome]
# The resources whose objects edits are about; each also says which family of API passwords has them.
EDITED: Final[Mapping[Any, type[ResourceViewSet]]] = {
    view.model: view
    for view in (
        *(ResellerViewSet, ContextViewSet, UserViewSet, AliasViewSet, DomainViewSet),
        *(AdministratorViewSet, PropertyViewSet, ChangeViewSet),
    )
}


def known_edits() -> list[str]:
    """The edits that jobs can be made of; imports begin with a file."""
    return [name for name in edits.known() if edits.edit_named(name).model in EDITED]


class V2JobSerializer(serializers.Serializer[Any]):
    """A job. Before it runs, the counts are what the preview says; afterwards, what became of the rows."""

    id = Key()
    administrator = Key()
    edit = Text()
    state = serializers.ChoiceField(choices=_STATES)
    note = Text(allow_blank=True, help_text="Why it stopped, as a sentence.")
    has_run = Flag(help_text="Whether it has begun to run.")
    total = Whole()
    done = Whole(help_text="Rows that the present phase, preview or run, has behind it.")
    changed = Whole()
    unchanged = Whole()
    refused = Whole()
    confirm = Text(allow_null=True, help_text="What `start` must be told; null: nothing.")
    batch = serializers.UUIDField(help_text="Of its lines in the change log.")
    created_at = Moment()
    started_at = Moment(allow_null=True)
    finished_at = Moment(allow_null=True)


class V2NewJobSerializer(serializers.Serializer[Any]):
    """An edit, and its rows: either their ids, or the filters of their collection."""

    edit = Text()
    params = serializers.DictField(default=dict, help_text="What the edit must be told.")
    ids = serializers.ListField(child=Key(), required=False, max_length=10_000)
    filter = serializers.DictField(
        child=Text(allow_blank=True), required=False, help_text="Query parameters of the collection."
    )
    preview = Flag(default=True, help_text="Whether it waits to be started; else it runs when the preview is done.")
    anyway = Flag(default=False, help_text="Whether what looks like a mistake is meant.")


class V2JobStartSerializer(serializers.Serializer[Any]):
    """What must be confirmed before the job runs."""

    confirm = Text(required=False, help_text="The job's `confirm`.")


class V2JobUndoSerializer(serializers.Serializer[Any]):
    """Whether undoing is looked at first."""

    preview = Flag(default=True)


class V2JobRowSerializer(serializers.Serializer[Any]):
    """A row of a job, and what would become or became of it."""

    id = Key()
    position = Whole()
    object = Key(help_text="The id of the object.")
    label: Any = Text(allow_blank=True)
    before = Text(allow_blank=True)
    after = Text(allow_blank=True)
    outcome = serializers.ChoiceField(choices=_OUTCOMES, allow_null=True)
    detail = Text(allow_blank=True, help_text="Why, as a sentence.")


class V2JobRowsSerializer(serializers.Serializer[Any]):
    """A page of them."""

    data: Any = V2JobRowSerializer(many=True)
    next = Text(allow_null=True)
    total = Whole(required=False)


class JobFilters(FilterSet):
    """Jobs by their state."""

    state = ChoiceFilter(choices=_STATES)
    edit = CharFilter(field_name="edit")


class RowFilters(FilterSet):
    """Rows by what became of them."""

    outcome = ChoiceFilter(choices=_OUTCOMES)


class JobViewSet(ResourceViewSet):
    """The caller's own jobs and their colleagues'; the master sees everybody's."""

    resource = "jobs"
    one = "job"
    family = ""
    model = BulkJob
    output = V2JobSerializer
    new = V2NewJobSerializer
    filters = JobFilters
    sorts = {"created_at": "created_at", "finished_at": "finished_at"}
    bodies: ClassVar = {"start": V2JobStartSerializer, "undo": V2JobUndoSerializer}
    answers: ClassVar = {
        "start": {200: V2JobSerializer},
        "cancel": {200: V2JobSerializer},
        "undo": {201: V2JobSerializer},
        "items": {200: V2JobRowsSerializer},
    }
    repeatable = ("undo",)
    lists: ClassVar = {"items": RowFilters}

    def family_of(self, caller: Administrator) -> str:
        """Jobs are of many families; which of them are opened is asked of each."""
        return next(iter(caller.credential.families or ()), "")

    def rows(self) -> QuerySet[Any]:
        """The jobs of edits that the credential opens; one that is limited to contexts sees what it made itself."""
        rows = super().rows().filter(edit__in=[name for name in known_edits() if self._opens(name)])
        if self.caller.context_limit is None:
            return rows
        return rows.filter(Q(administrator=self.caller.pk, credential=str(self.caller.credential)))

    def represent(self, row: BulkJob, shape: Shape) -> dict[str, Any]:
        ready = row.state == BulkJob.State.READY and row.changed and shape.wants("confirm")
        confirm = (jobs.name_to_type(row) or str(row.changed)) if ready and jobs.needs_count(row) else None
        return {
            "id": row.pk,
            "administrator": row.administrator_id,
            "edit": row.edit,
            "state": row.state,
            "note": row.note,
            "has_run": row.has_run,
            "total": row.total,
            "done": row.done,
            "changed": row.changed,
            "unchanged": row.unchanged,
            "refused": row.refused,
            "confirm": confirm,
            "batch": str(row.batch),
            "created_at": as_rfc3339(row.created_at),
            "started_at": as_rfc3339(row.started_at),
            "finished_at": as_rfc3339(row.finished_at),
        }

    def create(self, request: Request) -> Response | HttpResponse:
        """A job that waits to be started, or runs at once."""
        data = self.read(V2NewJobSerializer)
        edit = self._edit(data["edit"])
        chosen = self._chosen(edit, data)
        params = self._params(edit, chosen, data)
        return self.answered(lambda: self._made(edit, params, chosen, preview=data["preview"]))

    def start(self, request: Request) -> Response:
        """Run what the preview announced."""
        data = self.read(V2JobStartSerializer)
        job = self._job(writes=True)
        if job.edit == UNDO:
            self._refuse_unopened(job.items.values("object_pk"))
        self._refuse_redirecting(job.params)
        jobs.start_job(administrator=self.caller, job=job, typed=data.get("confirm", ""))
        return Response(self.shown(jobs.finish_in_request(job), self.whole()))

    def cancel(self, request: Request) -> Response:
        """Stop it after its present batch, or throw the preview away."""
        self.only_parameters()
        return Response(self.shown(jobs.cancel_job(job=self._job(writes=True), by=self.caller), self.whole()))

    def undo(self, request: Request) -> Response | HttpResponse:
        """Another job, which undoes what this one changed."""
        data = self.read(V2JobUndoSerializer)
        edit, job = self._edit(UNDO), self._job(writes=True)
        chosen = self._collection(edit).filter(batch=job.batch)
        return self.answered(lambda: self._made(edit, {}, chosen, preview=data["preview"]))

    def items(self, request: Request) -> Response:
        """The job's rows, a page at a time."""
        parameters = request._request.GET
        job = self._job(writes=False)
        found = filtered(job.items.all(), parameters, RowFilters, ())
        page = read_page(found, parameters, Order((("position", False), ("pk", False))), request._request.path)
        data = {"data": [_row(one, job) for one in page.rows], "next": page.next}
        return Response(data | ({} if page.total is None else {"total": page.total}))

    def _made(self, edit: BulkEdit[Any], params: dict[str, Any], chosen: QuerySet[Any], *, preview: bool) -> Response:
        if not preview and edit.always_confirm:
            raise Invalid("This edit is previewed before it runs.", field="preview")
        if edit.name == UNDO:
            self._refuse_unopened(chosen.order_by().values("pk"))
        self._refuse_redirecting(params)
        job = jobs.create_job(
            administrator=self.caller,
            edit=edit,
            params=params,
            chosen=chosen,
            language="en",
            channel=Channel.API,
            starts_itself=not preview,
        )
        return self.created(jobs.finish_in_request(job))

    def _opens(self, name: str, *, writes: bool = False) -> bool:
        edit = edits.edit_named(name)
        families = {EDITED[model].family for model in (edit.model, *edit.also_writes)}
        return all(self.caller.credential.admits(family, writes=writes) for family in families)

    def _refuse_unopened(self, changes: QuerySet[Any, Any]) -> None:
        """Undoing a change writes what was changed, so the credential must open that too. NotAllowed."""
        credential = self.caller.credential
        if credential.families is None:
            return
        kinds = [view.kind for view in EDITED.values() if view.kind and credential.admits(view.family, writes=True)]
        if Change.objects.filter(pk__in=changes).exclude(kind__in=kinds).exists():
            raise NotAllowed("The API password does not open all that would be undone.")

    def _refuse_redirecting(self, params: dict[str, Any]) -> None:
        """What becomes of the aliases to a mailbox is for who may change aliases. NotAllowed."""
        if Redirect.of(params).choice is Choice.LEAVE:
            return
        if not self.caller.credential.admits(ApiFamily.FORWARDS, writes=True):
            raise NotAllowed("The API password does not open aliases: they can only be left as they are.")

    def _edit(self, name: str) -> BulkEdit[Any]:
        if name not in known_edits():
            raise Invalid(f"It must be of: {', '.join(known_edits())}.", field="edit")
        edit = edits.edit_named(name)
        if not self._opens(name, writes=True) or not edit.allowed(self.caller):
            raise NotAllowed("You may not do this edit.")
        return edit

    def _job(self, *, writes: bool) -> BulkJob:
        job: BulkJob = self.row(self.key, self.whole())
        if writes and not self._opens(job.edit, writes=True):
            raise NotFound("There is no such object.")
        return job

    def _collection(self, edit: BulkEdit[Any]) -> QuerySet[Any]:
        rows: QuerySet[Any] = edit.model._default_manager.visible_to(self.caller)  # type: ignore[attr-defined]
        return rows

    def _chosen(self, edit: BulkEdit[Any], data: Mapping[str, Any]) -> QuerySet[Any]:
        """The rows that the body names. WrongValues."""
        given = [name for name in ("ids", "filter") if name in data]
        if len(given) != 1:
            raise Invalid("Give either ids or a filter.", field=given[1] if given else "ids")
        rows = self._collection(edit)
        if "ids" in data:
            return rows.filter(pk__in=data["ids"])
        view = EDITED[edit.model]
        query = QueryDict(mutable=True)
        query.update(data["filter"])
        wrong = sorted(query.keys() - view.filters.base_filters.keys() - {"search"})
        if wrong:
            raise WrongValues(
                [{"pointer": pointer("filter", one), "detail": "There is no such filter."} for one in wrong]
            )
        try:
            return filtered(rows, query, view.filters, view.searched)
        except WrongParameters as error:
            found = [{"pointer": pointer("filter", name), "detail": one} for name, one in error.sentences.items()]
            raise WrongValues(found) from error

    def _params(self, edit: BulkEdit[Any], chosen: QuerySet[Any], data: Mapping[str, Any]) -> dict[str, Any]:
        """What the edit is told, in the words of its form. WrongValues."""
        form_class = edit.form_for(self.caller, chosen)
        form = form_class({}, administrator=self.caller)
        wrong = sorted(data["params"].keys() - form.fields.keys())
        if wrong:
            raise WrongValues(
                [{"pointer": pointer("params", one), "detail": "There is no such field."} for one in wrong]
            )
        if not form.fields:
            return {}
        typed = _typed(form, data["params"])
        form = form_class(typed, administrator=self.caller)
        if not form.is_valid() and form.question is not None and data["anyway"]:
            prefix = form.question.prefix
            meant = {form.question.mark_name: form.question.mark, f"{prefix}-anyway": "on"}
            form = form_class(typed | meant, administrator=self.caller)
        if form.is_valid():
            return form.params()
        if form.question is not None:
            raise WrongValues(
                [{"pointer": pointer("anyway"), "detail": f"{form.question.sentence} If that is meant, send true."}]
            )
        raise WrongValues([_wrong(name, sentences) for name, sentences in form.errors.items()])


def _wrong(name: str, sentences: Any) -> dict[str, str]:
    """What the form says of one field, or of all together."""
    parts = [] if name == "__all__" else [name]
    return {"pointer": pointer("params", *parts), "detail": " ".join(map(str, sentences))}


def _typed(form: BulkForm, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as a person would have typed them into the form."""
    typed: dict[str, Any] = {}
    for name, value in params.items():
        if value is None or value is False:
            continue
        if isinstance(value, dict | list):
            raise WrongValues([{"pointer": pointer("params", name), "detail": "It must be one value."}])
        # A form is never sent half a character, which JSON can escape and no column keeps.
        typed[form.add_prefix(name)] = "on" if value is True else str(value).encode(errors="replace").decode()
        if isinstance(form.fields[name], SizeField):
            typed[f"{form.add_prefix(name)}_unit"] = BYTES
    return typed


def _row(row: BulkJobItem, job: BulkJob) -> dict[str, Any]:
    return {
        "id": row.pk,
        "position": row.position,
        "object": row.object_pk,
        "label": row.label,
        "before": row.before,
        "after": row.after,
        "outcome": row.outcome if row.position < job.done else None,
        "detail": row.detail,
    }
