"""How many of our files a piece of work passes, and how often it comes back to one: `python -m bench.journeys`.

Counted with `sys.setprofile` on the tests' small world: the files in which a function of ours is called, and the
returns, that is calls into a file that was entered before and left for another. A first run, uncounted, compiles and
imports. Writes bench/results/journeys.md.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

from bench.lists import prepare

BASE: Final = Path(__file__).resolve().parent.parent
ALIAS: Final = "/api/oxaas/v1/admin/forwards/24/{}@acme.example"
# The most files that each is to pass, and the most returns where there is a bound.
BOUNDS: Final[dict[str, tuple[int, int | None]]] = {
    "GET a forward": (8, 5),
    "POST a forward": (12, None),
    "bulk edit, preview and run": (14, None),
    "import, preview and run": (16, None),
    "undo of a change": (14, None),
}


@dataclass
class Journey:
    """The files that were passed, in the order of their first call, and what was counted."""

    files: dict[str, int] = field(default_factory=dict)
    returns: int = 0
    current: str = ""

    def called(self, frame: FrameType, event: str, _argument: object) -> None:
        """What `sys.setprofile` calls."""
        path = frame.f_code.co_filename
        ours = event == "call" and path.startswith(f"{BASE}/") and "/.venv/" not in path
        # The bodies of comprehensions and generators are no calls that a reader follows.
        if not ours or path.startswith((f"{BASE}/bench/", f"{BASE}/tests/")) or frame.f_code.co_name[0] == "<":
            return
        name = path.removeprefix(f"{BASE}/")
        if name != self.current and name in self.files:
            self.returns += 1
        self.files[name] = self.files.get(name, 0) + 1
        self.current = name


def followed(work: Callable[[], object]) -> Journey:
    """What the work passes."""
    journey = Journey()
    sys.setprofile(journey.called)
    try:
        work()
    finally:
        sys.setprofile(None)
    return journey


def works(administrator: Any) -> dict[str, Callable[[int], Callable[[], object]]]:
    """By name what to do; each is given the number of its run, makes ready, and answers with what is counted."""
    from django.conf import settings
    from django.test import Client

    from bulk import edits, jobs
    from bulk.models import BulkJob
    from changelog.models import Change
    from changelog.undo import undo_change
    from core.actor import Actor, Channel
    from forwards import services
    from forwards.models import ForwardingAlias
    from tests.client import basic

    settings.ALLOWED_HOSTS = ["testserver"]

    actor, client = Actor(administrator, Channel.WEB), Client(headers={"Authorization": basic("alpha")})

    def post(run: int) -> Callable[[], object]:
        body = {"recipient": ["a@far.example", "b@far.example"]}
        return lambda: client.post(ALIAS.format(f"new{run}"), body, content_type="application/json")

    def both(edit: str, chosen: Any, **params: Any) -> None:
        job = jobs.create_job(
            administrator=administrator, edit=edits.edit_named(edit), params=params, chosen=chosen, language="en"
        )
        done(job)

    def done(job: BulkJob) -> None:
        previewed = jobs.finish_in_request(job)
        started = jobs.start_job(administrator=administrator, job=previewed, typed=str(previewed.changed))
        jobs.finish_in_request(started)

    def bulk_edit(run: int) -> Callable[[], object]:
        chosen = ForwardingAlias.objects.filter(address="sales@acme.example")
        return lambda: both("forwards.add_recipient", chosen, recipient=f"more{run}@far.example")

    def import_lines(run: int) -> Callable[[], object]:
        text = f"context,alias,recipients\n24,line{run}@acme.example,a@far.example\n"

        def work() -> None:
            done(
                jobs.create_upload_job(
                    administrator=administrator,
                    edit=edits.edit_named("import.forwards"),
                    params={"file": "x.csv", "skip_bad": True},
                    name="x.csv",
                    file=io.BytesIO(text.encode()),
                    language="en",
                )
            )

        return work

    def undo(run: int) -> Callable[[], object]:
        forward = ForwardingAlias.objects.get(address="sales@acme.example")
        services.set_forward_active(actor=actor, forward=forward, is_active=bool(run % 2))
        change = Change.objects.latest("pk")
        return lambda: undo_change(actor=actor, change=change)

    return {
        "GET a forward": lambda _run: lambda: client.get(ALIAS.format("sales")),
        "POST a forward": post,
        "bulk edit, preview and run": bulk_edit,
        "import, preview and run": import_lines,
        "undo of a change": undo,
    }


def report(journeys: dict[str, Journey]) -> str:
    """The table and the files as Markdown."""
    lines = [
        "# The ways through our own code",
        "",
        "Counted by `python -m bench.journeys`: the files in which a function is called, the calls into a file",
        "that was left before, and all calls.",
        "",
        "| work | files | at most | returns | at most | calls |",
        "|---|---|---|---|---|---|",
    ]
    for name, one in journeys.items():
        most, returns = BOUNDS[name]
        calls = sum(one.files.values())
        lines.append(f"| {name} | {len(one.files)} | {most} | {one.returns} | {returns or '-'} | {calls} |")
    for name, one in journeys.items():
        lines += ["", f"{name}: " + ", ".join(f"`{path}` {count}" for path, count in one.files.items()) + "."]
    return "\n".join([*lines, ""])


def main() -> None:
    """Count, print, write."""
    with tempfile.TemporaryDirectory() as folder:
        administrator = prepare(folder)
        journeys = {}
        for name, work in works(administrator).items():
            for run in range(3):
                journeys[name] = followed(work(run))
    text = report(journeys)
    (BASE / "bench" / "results" / "journeys.md").write_text(text)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
