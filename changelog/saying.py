"""What was done, for a message: in a sentence made of the lines that were written, and with the way back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from changelog.models import Change
from changelog.undo import can_be_undone
from changelog.words import differences, kind_name
from core.admin.undoing import undo_button
from core.numbers import counted
from core.scoping import Viewer


def said(lines: Sequence[Change], kind: str, key: int, name: str, viewer: Viewer) -> SafeString:
    """““anna@acme.example” changed: quota, active. With it: forwarding alias: 2. Undo …”."""
    words = {"kind": capfirst(str(kind_name(kind))), "name": name}
    if not lines:
        return format_html("{}", _("%(kind)s “%(name)s” is as it was: nothing was changed.") % words)
    own = [line for line in lines if (line.kind, line.key) == (kind, key)]
    sentences = [_own(own, words), _others([line for line in lines if line not in own])]
    return format_html("{} {}", " ".join(filter(None, sentences)), way_back(lines, viewer))


def way_back(lines: Sequence[Change], viewer: Viewer) -> SafeString:
    """The button “Undo” for what these lines tell; nothing where that cannot be undone."""
    if not lines or not all(can_be_undone(line, viewer) for line in lines):
        return SafeString()
    if len(lines) == 1:
        return undo_button(change=lines[0].pk)
    batches = {line.batch for line in lines}
    return undo_button(batch=batches.pop()) if len(batches) == 1 and None not in batches else SafeString()


def _own(own: Sequence[Change], words: dict[str, str]) -> str:
    if not own:
        return _("%(kind)s “%(name)s” saved.") % words
    match own[0].action:
        case Change.Action.CREATE:
            return _("%(kind)s “%(name)s” added.") % words
        case Change.Action.DELETE:
            return _("%(kind)s “%(name)s” deleted.") % words
    fields = dict.fromkeys(field for line in own for field, _b, _a in differences(line.before, line.after))
    return _("%(kind)s “%(name)s” changed: %(fields)s.") % {**words, "fields": ", ".join(fields)}


def _others(others: Sequence[Change]) -> str:
    counts = Counter(str(kind_name(line.kind)) for line in others)
    if not counts:
        return ""
    shown = ", ".join(f"{name}: {counted(number)}" for name, number in counts.items())
    return _("With it: %(counts)s.") % {"counts": shown}
