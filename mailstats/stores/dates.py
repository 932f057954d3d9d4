"""The Date field as mailers write it, by RFC 5322 and by habit."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_TEXT_LENGTH: Final = 200
_LAST_MOMENT: Final = 253_402_300_799  # the end of the year 9999, the last that callers' dates can hold

# Minutes ahead of UTC. An unknown name says nothing (RFC 5322, 4.3), nor does a single letter of the military's: too
# many wrote them with the wrong sign. Names that several countries use mean the one that mailers of old meant.
_ZONES: Final = {
    **dict.fromkeys(("ut", "utc", "gmt", "z", "wet"), 0),
    **dict.fromkeys(("bst", "cet", "met", "mez", "mewt", "west", "wat"), 60),
    **dict.fromkeys(("cest", "mest", "mesz", "eet", "cat", "sast"), 120),
    **dict.fromkeys(("eest", "msk", "eat", "trt"), 180),
    **dict.fromkeys(("msd", "gst"), 240),
    **dict.fromkeys(("hkt", "sgt", "awst", "myt", "pht"), 480),
    **dict.fromkeys(("jst", "kst"), 540),
    "pkt": 300,
    "ist": 330,
    "ict": 420,
    "wib": 420,
    "acst": 570,
    "aest": 600,
    "acdt": 630,
    "aedt": 660,
    "nzst": 720,
    "nzdt": 780,
    "brt": -180,
    "art": -180,
    "nst": -210,
    "ndt": -150,
    "ast": -240,
    "adt": -180,
    "est": -300,
    "edt": -240,
    "cst": -360,
    "cdt": -300,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
    "akst": -540,
    "akdt": -480,
    "hst": -600,
}
# By their beginnings, in the languages whose programs do not write English ones.
_MONTHS: Final = (
    ("jan", "ene", "gen"),
    ("feb", "fév", "fev"),
    ("mar", "mär", "mrz", "mrt", "mae"),
    ("apr", "avr", "abr"),
    ("may", "mai", "mei", "mag"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "aoû", "aou", "ago"),
    ("sep", "set"),
    ("oct", "okt", "ott", "out"),
    ("nov",),
    ("dec", "dez", "déc", "dic"),
)
_TIME = re.compile(
    r"(?<![\d:+-])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?![\d:])\s*([ap])?(?(4)\.?m\b)", re.IGNORECASE | re.ASCII
)
_OFFSET = re.compile(r"(?:^|(?<=[\s\d(A-Za-z]))([+-])\s?(\d+)(?::(\d{2}))?(?!\d)", re.ASCII)
_NAME = re.compile(r"(?<![^\W_])[a-z]+", re.IGNORECASE | re.ASCII)
_ISO = re.compile(r"(?<!\d)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?!\d)", re.ASCII)
_DAY_MONTH_YEAR = re.compile(r"(?<!\d)(\d{1,2})\W*([^\W\d_]{3,})\W*(\d{2,4})(?!\d)")
_MONTH_DAY_YEAR = re.compile(r"([^\W\d_]{3,})\W*(\d{1,2})(?!\d)\W+(\d{4})(?!\d)")
_COMMENT = re.compile(r"\([^()]*\)")


def sent_moment(text: str) -> int | None:
    """A Date field as milliseconds since 1970 UTC; None for what is no date."""
    text, comments = _without_comments(text[:_TEXT_LENGTH])
    time = _TIME.search(text)
    before, after = (text[: time.start()], text[time.end() :]) if time else (text, "")
    try:
        offset, after = _zone(after, comments)
        date = _date(f"{before} {after}")
        if date is None:
            return None
        written = datetime(*date, *_time_of_day(time), tzinfo=UTC)
        seconds = int(written.timestamp()) - offset * 60
    except (ValueError, OverflowError):
        return None
    return seconds * 1000 if abs(seconds) <= _LAST_MOMENT else None


def _without_comments(text: str) -> tuple[str, str]:
    """Comments nest; an innermost one is taken out each time."""
    comments = ""
    while (shorter := _COMMENT.sub(" ", text)) != text:
        comments = " ".join([*_COMMENT.findall(text), comments])
        text = shorter
    return text.partition("(")[0], comments


def _time_of_day(found: re.Match[str] | None) -> tuple[int, int, int]:
    if found is None:
        return 0, 0, 0
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        hour = hour % 12 + (12 if found[4] in "Pp" else 0)
    return hour, minute, min(second, 59)  # a leap second is no datetime


def _zone(text: str, comments: str) -> tuple[int, str]:
    """Minutes ahead of UTC, and the text without them. Raises ValueError for an offset that cannot be."""
    if found := _OFFSET.search(text):
        digits = found[2] + (found[3] or "")
        if len(digits) > 4:
            raise ValueError(digits)
        hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
        offset = timedelta(hours=hours, minutes=minutes) // timedelta(minutes=1)
        if minutes > 59:
            raise ValueError(digits)
        return offset if found[1] == "+" else -offset, text[: found.start()] + " " + text[found.end() :]
    for where in (text, comments):
        for name in _NAME.finditer(where):
            if name[0].lower() in _ZONES:
                rest = text[: name.start()] + " " + text[name.end() :] if where is text else text
                return _ZONES[name[0].lower()], rest
    return 0, text


def _date(text: str) -> tuple[int, int, int] | None:
    if found := _ISO.search(text):
        return int(found[1]), int(found[2]), int(found[3])
    for one in _DAY_MONTH_YEAR.finditer(text):
        if month := _month(one[2]):
            return _year(one[3]), month, int(one[1])
    for one in _MONTH_DAY_YEAR.finditer(text):
        if month := _month(one[1]):
            return _year(one[3]), month, int(one[2])
    return None


def _month(word: str) -> int | None:
    """The month's number; a longer beginning counts more than a shorter one."""
    matching = [
        (len(start), number)
        for number, starts in enumerate(_MONTHS, 1)
        for start in starts
        if word.lower().startswith(start)
    ]
    return max(matching)[1] if matching else None


def _year(digits: str) -> int:
    """Two and three digits as RFC 5322 (4.3) reads them."""
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(digits) == 3 else year
