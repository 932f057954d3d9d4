"""A declared world, made so within what the caller may do: `manage.py provision` for a remote installation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from django.http import HttpResponse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Administrator, User
from accounts.provision import ProvisionError, provision, read
from accounts.provision.run import Complaint
from accounts.provision.telling import told
from apiv2.base import ResourceViewSet
from apiv2.problems import WrongValues, pointer
from apiv2.resources.administrators import AdministratorViewSet
from apiv2.resources.aliases import AliasViewSet
from apiv2.resources.contexts import ContextViewSet
from apiv2.resources.domains import DomainViewSet
from apiv2.resources.labels import LabelViewSet
from apiv2.resources.properties import PropertyViewSet
from apiv2.resources.resellers import ResellerViewSet
from apiv2.resources.users import UserViewSet
from apiv2.shapes import Flag, Key, Whole
from apiv2.wire import BodyParser
from changelog.models import Change
from core import access
from core.access import Role
from core.errors import Invalid, NotAllowed
from core.openapi.fields import Text

# By whether the master asks. Everybody else who writes waits while entries are made so.
MAX_ENTRIES: Final[Mapping[bool, int]] = {True: 10_000, False: 1_000}
# A megabyte of YAML is read for a second, and takes 150 in memory; JSON is a hundred times quicker.
MAX_TEXT: Final[Mapping[bool, int]] = {True: 4 * 1024 * 1024, False: 256 * 1024}
CONFIG: Final = "config"
SECTIONS: Final[Mapping[str, type[ResourceViewSet]]] = {
    CONFIG: PropertyViewSet,
    "resellers": ResellerViewSet,
    "labels": LabelViewSet,
    "contexts": ContextViewSet,
    "administrators": AdministratorViewSet,
    "domains": DomainViewSet,
    "users": UserViewSet,
    "forwards": AliasViewSet,
}
# What the hoster alone declares: values that would go past what is asked of everybody else.
_MASTERS_KEYS: Final = (("administrators", "password_hash"), ("users", "last_login"), ("domains", "proven"))
_VIEWS: Final = {view.kind: view for view in SECTIONS.values()} | {
    "last_login": UserViewSet,
    "context_marks": ContextViewSet,
}
_ACTIONS: Final = {Change.Action.CREATE: ("create",), Change.Action.UPDATE: ("partial_update", "prove")}


class V2ProvisionSerializer(serializers.Serializer[Any]):
    """A document: as an object, or as the text of a file."""

    document = serializers.DictField(required=False, help_text="The sections, as in a file for `manage.py provision`.")
    text = Text(required=False, help_text="The same as YAML or JSON.")
    preview = Flag(default=True, help_text="Whether only the plan is wanted, and nothing changes.")


class V2PlannedSerializer(serializers.Serializer[Any]):
    """One change."""

    action = serializers.ChoiceField(choices=[(one.value, one.value) for one in Change.Action])
    kind = Text()
    label: Any = Text()
    context: Any = Key(allow_null=True, help_text="The id of the context.")
    line = Text(help_text="The change as a line of the plan.")


class V2ProvisionedSerializer(serializers.Serializer[Any]):
    """What the document changes, or would change."""

    preview = Flag()
    changes = Whole()
    batch = serializers.UUIDField(allow_null=True, help_text="Of its lines in the change log; null: nothing changed.")
    data: Any = V2PlannedSerializer(many=True)


class DocumentParser(BodyParser):
    """Bodies that hold files."""

    most = 4 * 1024 * 1024


class ProvisionViewSet(ResourceViewSet):
    """Documents that say what there should be."""

    resource = "provision"
    one = "provision"
    family = ""
    model = User
    output = V2ProvisionedSerializer
    parser_classes = (DocumentParser,)
    bodies: ClassVar = {"apply": V2ProvisionSerializer}
    answers: ClassVar = {"apply": {200: V2ProvisionedSerializer}}
    repeatable: ClassVar = ("apply",)

    def family_of(self, caller: Administrator) -> str:
        """A document is of many families; which of them are opened is asked of each section."""
        return next(iter(caller.credential.families or ()), "")

    def apply(self, request: Request) -> Response | HttpResponse:
        """Make the document's world so, all of it or nothing; or say what that would change."""
        data = self.read(V2ProvisionSerializer)
        master = Role(self.caller.role) is Role.MASTER
        document = _document_of(data, MAX_TEXT[master])
        self._refuse_sections(document, master=master)
        return self.answered(lambda: self._made(document, data))

    def _made(self, document: Mapping[str, Any], data: Mapping[str, Any]) -> Response:
        try:
            changes = provision(document, actor=self.actor, dry_run=data["preview"])
        except ProvisionError as error:
            raise WrongValues([_wrong(one, "text" in data) for one in error.problems]) from error
        for change in changes:
            self._refuse_unless_allowed(change)
        batch = str(changes[0].batch) if changes and not data["preview"] else None
        found = {"preview": data["preview"], "changes": len(changes), "batch": batch}
        return Response(found | {"data": [_planned(change) for change in changes]})

    def _refuse_sections(self, document: Mapping[str, Any], *, master: bool) -> None:
        """Before anything is looked at: what of the document is not the caller's to declare. NotAllowed, Invalid."""
        entries = list(_entries(document))
        if len(entries) > MAX_ENTRIES[master]:
            raise Invalid(f"A document has at most {MAX_ENTRIES[master]} entries here.")
        if not master:
            _refuse_masters(document, entries)
        wanted = dict.fromkeys(section for section, _entry in entries)
        if any(entry.get(CONFIG) for _section, entry in entries):
            wanted[CONFIG] = None
        for section in wanted:
            if not self._may_write(SECTIONS[section], "create", "partial_update"):
                raise NotAllowed(f"Your role, or the API password, may not write what {section} declares.")

    def _refuse_unless_allowed(self, change: Change) -> None:
        """What each change is, is asked for as if it came alone. NotAllowed, which undoes all of them."""
        view = _VIEWS.get(change.kind)
        if view is None or not self._may_write(view, *_ACTIONS.get(Change.Action(change.action), ())):
            raise NotAllowed(f"You may not do this: {told(change)}.")

    def _may_write(self, view: type[ResourceViewSet], *actions: str) -> bool:
        """Whether the role may do one of the actions, and the credential opens the family."""
        known = access.api_actions()[view.resource]
        return self.caller.credential.admits(view.family, writes=True) and any(
            access.may_call(self.caller.role, view.resource, action) for action in actions if action in known
        )


def _document_of(data: Mapping[str, Any], most: int) -> dict[str, Any]:
    """What the body declares. Invalid."""
    given = [name for name in ("document", "text") if name in data]
    if len(given) != 1:
        raise Invalid("Give either a document or a text.", field=given[1] if given else "document")
    if "document" in data:
        return dict(data["document"])
    content = data["text"].encode(errors="surrogatepass")
    if len(content) > most:
        raise Invalid(f"A text has at most {most // 1024} KiB here.", field="text")
    try:
        document = read(content)
    except Invalid as error:
        raise Invalid(str(error), field="text") from error
    if not isinstance(document, dict):
        raise Invalid(f"The file must be a mapping with some of the keys {', '.join(SECTIONS)}.", field="text")
    return document


def _entries(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries of the sections that there are, each with its section; those without a form have no keys."""
    for section in SECTIONS:
        entries = document.get(section)
        for entry in entries if isinstance(entries, list) else ():
            yield section, entry if isinstance(entry, dict) else {}


def _refuse_masters(document: Mapping[str, Any], entries: list[tuple[str, Mapping[str, Any]]]) -> None:
    """What only a master declares. NotAllowed."""
    if document.get(CONFIG):
        raise NotAllowed("Only a master administrator sets the server's configuration.")
    for section, entry in entries:
        for owner, key in _MASTERS_KEYS:
            if section == owner and key in entry:
                raise NotAllowed(f"Only a master administrator declares {key} of {section}.")


def _wrong(complaint: Complaint, of_text: bool) -> dict[str, str]:
    """What is wrong, and where."""
    if of_text or complaint.entry is None:
        return {"pointer": pointer("text" if of_text else "document"), "detail": str(complaint)}
    return {"pointer": pointer("document", complaint.section, complaint.entry), "detail": str(complaint)}


def _planned(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "kind": change.kind,
        "label": change.label,
        "context": change.context_id,
        "line": told(change),
    }
