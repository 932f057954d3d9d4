"""What a process keeps to itself and what it writes to disk: nothing that docs/high-availability.md does not name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PACKAGES: Final = (
    "core",
    "changelog",
    "bulk",
    "accounts",
    "forwards",
    "domains",
    "webhooks",
    "mailstats",
    "web",
    "importers",
    "apiv2",
    "oxaas",
)
# Commands that somebody runs by hand, on one machine.
COMMANDS: Final = ("importers", "accounts/management", "mailstats/management")
MUTABLE: Final = {"dict", "set", "list", "OrderedDict", "deque", "defaultdict", "Counter", "WeakKeyDictionary", "local"}
LOCKS: Final = {
    "Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "ContextVar", "Event", "Watch", "Resolver", "count",
}  # fmt: skip
DISK: Final = {
    "NamedTemporaryFile", "SpooledTemporaryFile", "TemporaryDirectory", "TemporaryFile", "mkstemp", "mkdtemp",
    "write_text", "write_bytes", "FileField", "ImageField", "FileSystemStorage",
}  # fmt: skip
# Filled once, when the apps are loaded: the same in every process. A function of these modules registers.
REGISTRIES: Final = {
    "accounts/contents.py", "accounts/leads.py", "accounts/ownership.py", "accounts/provision/section.py",
    "bulk/edits.py", "changelog/pages.py", "changelog/record.py", "changelog/undo.py", "changelog/words.py",
    "core/access.py", "core/admin/registry.py", "core/chores.py", "core/openapi/answers.py", "core/persons.py",
    "core/retention.py", "core/tables.py",
}  # fmt: skip


def _name(node: ast.AST) -> str:
    """The last name of what is called or referred to."""
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_kept(value: ast.expr) -> bool:
    """Whether a module's value can change: an empty container, a lock, or an object of a class that keeps something."""
    if isinstance(value, ast.Dict | ast.List):
        return not (value.keys if isinstance(value, ast.Dict) else value.elts)
    calls = [one for one in ast.walk(value) if isinstance(one, ast.Call)]
    return any(_name(one) in LOCKS or (_name(one) in MUTABLE and not one.args) for one in calls)


def kept(tree: ast.Module) -> Iterator[str]:
    """What of a module is state: values that change, results that are remembered, files."""
    for one in tree.body:
        if isinstance(one, ast.Assign | ast.AnnAssign) and one.value is not None and _is_kept(one.value):
            yield "memory"
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield "memory"
        elif isinstance(node, ast.FunctionDef):
            yield from ("memory" for how in node.decorator_list if _name(how) in {"cache", "lru_cache"})
        elif isinstance(node, ast.Name | ast.Attribute) and _name(node) in DISK:
            yield "disk"
        elif isinstance(node, ast.ImportFrom) and node.module == "django.core.cache":
            yield "memory"


def modules() -> dict[str, set[str]]:
    """Each module with state, without commands and migrations."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name and not name.startswith(COMMANDS):
                found[name] = set(kept(ast.parse(path.read_text())))
    return {name: kinds for name, kinds in found.items() if kinds and name not in REGISTRIES}


def test_state__is_named_in_the_documents() -> None:
    text = (ROOT / "docs/high-availability.md").read_text()
    rows = re.findall(r"^\| (.*?) \| .* \|$", text.partition("### What is not in the database")[2], re.MULTILINE)
    named, found = set(re.findall(r"`([\w/]+\.py)`", "\n".join(rows))), modules()
    assert set(found) <= named, "say in the table what is kept there, and why another node need not know it"
    assert named <= set(found), "nothing is kept there any more"


@pytest.mark.parametrize(
    ("source", "kinds"),
    [
        ("seen = {}", {"memory"}),
        ("seen: Final[OrderedDict[str, int]] = OrderedDict()", {"memory"}),
        ("locks: Final = tuple(threading.Lock() for _ in range(4))", {"memory"}),
        ("@lru_cache(maxsize=8)\ndef one(): ...", {"memory"}),
        ("def one():\n    global count", {"memory"}),
        ("def one(): Path('x').write_text('')", {"disk"}),
        ("class Row(Model):\n    logo = models.FileField()", {"disk"}),
        ("NAMES: Final = {'a': 1}\ndef one():\n    found = {}", set()),
    ],
)
def test_state__is_found(source: str, kinds: set[str]) -> None:
    assert set(kept(ast.parse(source))) == kinds
