"""People from their company's own spreadsheet: its columns are mapped to ours, ids and addresses made where none are.

A line becomes one in our own columns, which is then read as any other. What was made is for somebody new alone: should
it be taken meanwhile, the line is refused, and nobody else is changed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.imports.lines import entry_of, gathered, line_of, problem_of, same_as
from accounts.imports.naming import local_part, split_name
from accounts.leads import source
from accounts.models import Context, User
from accounts.provision.section import Entry, section_named
from bulk.edits import Params
from bulk.models import ImportLine
from core.addresses import normalize_uidname, parse_address, split_addresses
from core.errors import Invalid
from core.iteration import batched
from core.spreadsheets import Removal, Row
from core.tables import TableResource

_CHUNK: Final = 500
# So many people of one name get addresses, and so often it is asked which addresses of a few lines are free.
_LAST_SUFFIX: Final = 999
_ROUNDS: Final = 100
# What people put between the digits of a phone number, and we do not: "+49 (0) 30/1234-5".
_TRUNK: Final = re.compile(r"\(0\)")
_BETWEEN: Final = re.compile(r"[\s()/\u2010-\u2015\u2212]+")


@dataclass(frozen=True, slots=True)
class Mapping:
    """What the columns of a file are, and how their cells are read; a job keeps it as its parameter "people".

    `columns` has a target for each column (`columns.TARGETS`). Rows up to `head_row` hold no people. Addresses without
    a domain, and those that are made of names by `pattern`, are in `domain`; where it is "" none are made. A quota that
    is a plain number is of `unit`; new people without one get `quota`, text as a cell has it. Phone numbers that begin
    with 0 are of the country of `calling_code`. Ids are given from `first_id` on.
    """

    context: int
    heads: list[str]
    columns: list[str]
    head_row: int
    domain: str = ""
    pattern: str = "first.last"
    unit: str = "GB"
    quota: str = ""
    calling_code: str = ""
    first_id: int = 1

    @classmethod
    def of(cls, params: Params) -> Self | None:
        """The mapping of a job; None where the file has our own columns."""
        return cls(**params["people"]) if "columns" in params.get("people", {}) else None

    def params(self) -> Params:
        """As JSON can keep it."""
        return {"people": asdict(self), "heads": self.heads, "small_quotas": self.unit != "bytes"}


def people_of(
    resource: TableResource, mapping: Mapping, pieces: Iterable[list[Row]], upload: UUID
) -> Iterator[list[ImportLine]]:
    """The lines of somebody's own table, unsaved, each with what is wrong with its form. Invalid."""
    return gathered(_Reader(resource, mapping, upload), resource.administrator, pieces, upload)


@dataclass(slots=True)
class _Person:
    """One row on its way: its cells in our own columns, and the names of which its address is to be made."""

    number: int
    row: list[str]
    cells: dict[str, str] = field(default_factory=dict)
    local: str = ""
    taken: str = ""
    problem: str = ""

    @property
    def normalized(self) -> str:
        """The address as it is compared."""
        return normalize_uidname(self.cells.get("uidname", ""))


class _Reader:
    """Makes lines of rows; it knows which ids and addresses the rows before have."""

    def __init__(self, resource: TableResource, mapping: Mapping, upload: UUID) -> None:
        self.resource, self.mapping, self.upload = resource, mapping, upload
        self.section = section_named(resource.section)
        self._next_id = mapping.first_id
        self._ids: dict[int, int] = {}
        self._names: dict[str, int] = {}
        self._suffixes: dict[str, int] = {}
        if not Context.objects.visible_to(resource.administrator).filter(pk=mapping.context).exists():
            raise Invalid(_("There is no context %(id)s.") % {"id": mapping.context})

    def finish(self) -> None:
        """Any table will do."""

    def lines(self, rows: list[Row]) -> list[ImportLine]:
        people = [self._person(number, row) for number, row in rows if number > self.mapping.head_row]
        self._make_addresses([one for one in people if one.local and not one.problem])
        present = self._present({one.normalized for one in people if not one.problem})
        return [self._line(one, present.get(one.normalized)) for one in people]

    def _person(self, number: int, row: list[str]) -> _Person:
        person = _Person(number, row, problem=problem_of(row, len(self.mapping.columns)))
        found = dict[str, list[str]]()
        for target, cell in zip(self.mapping.columns, row, strict=False):
            # Who keeps such a list writes a dash where there is nothing.
            if cell and not isinstance(cell, Removal):
                found.setdefault(target, []).append(cell)
        first = {target: cells[0] for target, cells in found.items()}
        person.cells = {
            "context": str(self.mapping.context),
            "id": first.get("id", ""),
            "msisdn": _changed(first.get("phone", ""), self._phone),
            "custom": "\n".join(found["custom"]) if len(found.get("custom", ())) > 1 else first.get("custom", ""),
            "quota": _changed(first.get("quota", ""), self._size),
            "is_active": first.get("active", ""),
        }
        self._name(person, first)
        if not person.problem and person.cells["msisdn"].startswith("0"):
            person.problem = _("Of the phone number %(number)s the country code is not known: write it as +49 …") % {
                "number": person.cells["msisdn"]
            }
        return person

    def _name(self, person: _Person, first: dict[str, str]) -> None:
        """Gives the person an address, or that of which one is to be made."""
        if address := first.get("address"):
            person.cells["uidname"] = _changed(address, self._address)
            person.problem = person.problem or _why_no_address(person.cells["uidname"])
            return
        names = split_name(first.get("name", ""))
        person.local = local_part(first.get("first", names[0]), first.get("last", names[1]), self.mapping.pattern)
        if not person.problem and not (person.local and self.mapping.domain):
            person.problem = (
                _("There is no address, and no name of which one can be made.")
                if self.mapping.domain
                else _("There is no address.")
            )

    def _address(self, text: str) -> str:
        """`Anna <a@x>` is a@x; what has no domain gets that of the others."""
        found = split_addresses(text.removeprefix("mailto:"))
        address = found[0] if len(found) == 1 else text
        return address if "@" in address or not self.mapping.domain else f"{address}@{self.mapping.domain}"

    def _phone(self, text: str) -> str:
        number = _BETWEEN.sub(" ", _TRUNK.sub(" ", text)).strip()
        if number.startswith("00"):
            return f"+{number[2:]}"
        code = self.mapping.calling_code
        return f"{code} {number[1:].strip()}" if number.startswith("0") and code else number

    def _size(self, text: str) -> str:
        plain = text.replace(",", ".").replace(".", "", 1).isdecimal()
        return f"{text} {self.mapping.unit}" if plain and self.mapping.unit != "bytes" else text

    def _make_addresses(self, people: Sequence[_Person]) -> None:
        """The first address of each that is free, also of the lines before."""
        pending = list(people)
        for _round in range(_ROUNDS):
            for one in pending:
                self._try_next(one)
            taken = self._taken({one.normalized for one in pending if not one.problem})
            pending = [one for one in pending if not one.problem and one.normalized in taken]
            if not pending:
                return
        for one in pending:
            one.problem = _("All addresses of this name are taken.")

    def _try_next(self, person: _Person) -> None:
        local, domain = person.local, self.mapping.domain
        for suffix in range(self._suffixes.get(local, 1), _LAST_SUFFIX + 1):
            self._suffixes[local] = suffix + 1
            person.cells["uidname"] = f"{local}{suffix if suffix > 1 else ''}@{domain}"
            if suffix > 1:
                person.taken = f"{local}@{domain}"
            if person.normalized not in self._names:
                return
        person.problem = _("All addresses of this name are taken.")

    def _taken(self, names: Collection[str]) -> set[str]:
        """Which of the addresses somebody has: a mailbox, or an alias of this company."""
        found = source().taken(self.mapping.context, names)
        for some in batched(names, _CHUNK):
            users = User.objects.filter(uidname_normalized__in=some)
            found.update(users.order_by().values_list("uidname_normalized", flat=True))
        return found

    def _present(self, names: Collection[str]) -> dict[str, int]:
        """The user ids of those of the addresses that are mailboxes of this company."""
        users = User.objects.filter(context=self.mapping.context).order_by()
        return {
            name: number
            for some in batched(names, _CHUNK)
            for name, number in users.filter(uidname_normalized__in=some).values_list("uidname_normalized", "number")
        }

    def _line(self, person: _Person, present: int | None) -> ImportLine:
        entry, problem = self._entry(person, present) if not person.problem else ({}, person.problem)
        return line_of(self.resource, self.upload, person.number, person.row, entry, problem)

    def _entry(self, person: _Person, present: int | None) -> tuple[Entry, str]:
        """The line as an entry, which makes somebody new or is about the mailbox of this number."""
        first = self._names.setdefault(person.normalized, person.number)
        if first != person.number:
            return {}, same_as(first)
        cells = self._completed(person, present)
        entry, problem = entry_of(self.resource, self.section, cells)
        if problem:
            return {}, problem
        if present is not None and present != entry["id"]:
            return {}, _("%(address)s has the user id %(id)s.") % {"address": person.cells["uidname"], "id": present}
        first = self._ids.setdefault(entry["id"], person.number)
        if first != person.number:
            return {}, same_as(first)
        made: dict[str, Any] = {"new": True} if present is None else {}
        return entry | made | ({"taken": person.taken} if person.taken else {}), ""

    def _completed(self, person: _Person, present: int | None) -> dict[str, str]:
        """The cells with what is made; of who is there already the address stays as it is written."""
        cells = person.cells
        if present is not None:
            return cells | {"id": cells["id"] or str(present), "uidname": ""}
        return cells | {"id": cells["id"] or str(self._made_id()), "quota": cells["quota"] or self.mapping.quota}

    def _made_id(self) -> int:
        while self._next_id in self._ids:
            self._next_id += 1
        self._next_id += 1
        return self._next_id - 1


def _why_no_address(uidname: str) -> str:
    """What is wrong with a name that would be an address; other names are the service's to judge."""
    try:
        if "@" in uidname:
            parse_address(uidname)
    except Invalid as error:
        return str(error)
    return ""


def _changed(cell: str, change: Any) -> str:
    """A cell of plain text as `change` makes it; any other says by its kind what is wrong with it."""
    return str(change(cell)) if type(cell) is str and cell else cell


def first_free_id(context: Context) -> int:
    """The number behind those of the company's users; 2 is its own administrator's in OX."""
    last = context.users.order_by("-number").values_list("number", flat=True).first()
    return max(last or 0, 2) + 1
