"""Names (uidname, custom id, context, reseller, login, property): what may be in one, and when two are the same.

No name holds a character that cannot be seen or that changes how others are seen. Two names are the same when nothing
but case, or the way in which Unicode writes the same text, keeps them apart. Every refusal is `core.errors.Invalid`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from django.utils.translation import gettext as _

from core.errors import Invalid

MAX_NAME: Final = 254
# Control, format, surrogate, private, unassigned; separators of lines and paragraphs. Of the spaces one alone is plain.
_REFUSED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
# What is drawn as nothing though its category says otherwise: fillers, a Braille pattern and a notehead without ink,
# joiners, inherent vowels, and variation selectors, which change how the character before them is seen.
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U00016fe4\U0001d159\U000e0100-\U000e01ef]"
)


def unseen(text: str) -> str:
    """The first character of `text` that no name may hold; "" when there is none."""
    if text.isascii() and text.isprintable():
        return ""
    return next((char for char in text if _is_unseen(char)), "")


def code_point(char: str) -> str:
    """How a character that cannot be shown is named: U+200B."""
    return f"U+{ord(char):04X}"


def is_name(text: str) -> bool:
    """Whether `text` could be the name of something; what could not is looked for nowhere."""
    return bool(text) and not unseen(text) and not _is_mark(text[0])


def clean_identifier(text: str, *, what: str, field: str, limit: int = MAX_NAME) -> str:
    """`text` itself when it can be a name of 1 to `limit` characters, with no space at either end. Invalid.

    `what` is its name in the refusal's sentence, in the language of the moment.
    """
    if not text:
        raise Invalid(_("The %(what)s is empty.") % {"what": what}, field=field)
    # Compared, a letter may be several (ﬃ is ffi), and the database holds twice the limit.
    if len(text) > limit or len(normalize_identifier(text)) > 2 * limit:
        raise Invalid(
            _("The %(what)s is longer than %(limit)s characters.") % {"what": what, "limit": limit}, field=field
        )
    refuse_unseen(text, what=what, field=field)
    if text != text.strip():
        raise Invalid(_("The %(what)s begins or ends with a blank.") % {"what": what}, field=field)
    return text


def refuse_unseen(text: str, *, what: str, field: str) -> None:
    """Invalid, naming the character, when `text` holds one that cannot be seen or begins with a combining mark."""
    if char := unseen(text):
        raise Invalid(
            _("The %(what)s contains an invisible or control character (%(char)s).")
            % {"what": what, "char": code_point(char)},
            field=field,
        )
    if text and _is_mark(text[0]):
        raise Invalid(
            _("The %(what)s begins with a combining mark (%(char)s).") % {"what": what, "char": code_point(text[0])},
            field=field,
        )


def normalize_identifier(text: str) -> str:
    """The form in which names are compared: NFKC and case folding."""
    if text.isascii():
        return text.lower()
    # Folding can undo what normalizing did, and the other way round; after the second time nothing changes any more.
    for _time in range(2):
        text = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", text)


def _is_unseen(char: str) -> bool:
    return (char != " " and unicodedata.category(char) in _REFUSED) or _UNSEEN.match(char) is not None


def _is_mark(char: str) -> bool:
    return unicodedata.category(char).startswith("M")
