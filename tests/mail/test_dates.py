from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstats.stores.dates import sent_moment

MOMENT = 1_700_000_000  # Tue, 14 Nov 2023 22:13:20 +0000


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 14 Nov 2023 22:13:20 +0000", "Tue, 14 Nov 2023 22:13:20 -0000", "Tue, 14 Nov 2023 22:13:20",
        "Tue, 14 Nov 2023 22:13:20 GMT", "Tue, 14 Nov 2023 22:13:20 UT", "Tue, 14 Nov 2023 22:13:20 Utc",
        "Tue, 14 Nov 2023 22:13:20 Z", "Tue, 14 Nov 2023 22:13:20z", 'Tue, 14 Nov 2023 22:13:20 "GMT"',
        "Tue, 14 Nov 2023 17:13:20 EST", "Tue, 14 Nov 2023 18:13:20 EDT", "Tue, 14 Nov 2023 16:13:20 CST",
        "Tue, 14 Nov 2023 17:13:20 CDT", "Tue, 14 Nov 2023 15:13:20 MST", "Tue, 14 Nov 2023 16:13:20 MDT",
        "Tue, 14 Nov 2023 14:13:20 PST", "Tue, 14 Nov 2023 15:13:20 PDT", "Tue, 14 Nov 2023 17:13:20 EST5EDT",
        "Tue, 14 Nov 2023 23:13:20 CET", "Wed, 15 Nov 2023 00:13:20 CEST", "Tue, 14 Nov 2023 23:13:20 MEZ",
        "Wed, 15 Nov 2023 07:13:20 JST", "Wed, 15 Nov 2023 03:43:20 +0530", "Tue, 14 Nov 2023 18:43:20 -0330",
        "Tue, 14 Nov 2023 23:13:20 +0100 (CET)", "Tue, 14 Nov 2023 23:13:20 (CET)",
        "Tue, 14 Nov 2023 23:13:20 +0100 CET",
        "Tue, 14 Nov 2023 23:13:20 +01:00", "Tue, 14 Nov 2023 23:13:20 +1", "Tue, 14 Nov 2023 23:13:20 +100",
        "Tue, 14 Nov 2023 23:13:20 GMT+1", "Tue, 14 Nov 2023 23:13:20 GMT+0100", "Tue, 14 Nov 2023 23:13:20 UTC+01:00",
        "Tue, 14 Nov 2023 22:13:20+0000", "Tue, 14 Nov 2023 22:13:20 + 0000", "Tue,14 Nov 2023 22:13:20 +0000",
        # Letters of the military's, and names that nobody knows, say nothing.
        "Tue, 14 Nov 2023 22:13:20 A", "Tue, 14 Nov 2023 22:13:20 M", "Tue, 14 Nov 2023 22:13:20 j",
        "Tue, 14 Nov 2023 22:13:20 XYZ", "Tue, 14 Nov 2023 22:13:20 (no zone at all)",
        # Years of two and three digits, no seconds, no day of the week, comments everywhere.
        "Tue, 14 Nov 23 22:13:20 GMT", "14 Nov 123 22:13:20 +0000", "14 Nov 2023 22:13:20.999 +0000",
        "Tue (x (y) \\) , 14 (d) Nov(c) 2023 (e) 22:13:20 (f) +0000", "Tuesday, 14 November 2023 22:13:20 +0000",
        "Tue,  14-Nov-2023  22:13:20 +0000", "14-Nov-23 22:13:20 GMT", "14Nov2023 22:13:20 GMT",
        # What is no mail's form, but is written.
        "Tue Nov 14 22:13:20 2023", "Tue Nov 14 23:13:20 CET 2023", "Tue Nov 14 23:13:20 +0100 2023",
        "Tue Nov 14 2023 22:13:20 GMT+0000 (Coordinated Universal Time)", "November 14, 2023 10:13:20 PM GMT",
        "2023-11-14T22:13:20Z", "2023-11-14T23:13:20.123+01:00", "2023-11-14 23:13:20 +0100", "2023/11/14 22:13:20",
        "Di, 14 Nov 2023 22:13:20 +0000", "Di., 14. Nov. 2023 22:13:20", "mar., 14 nov. 2023 22:13:20",
    ],
)  # fmt: skip
def test_sent_moment__in_every_form(text: str) -> None:
    assert sent_moment(text) == MOMENT * 1000


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("14 Nov 2023 22:13 +0000", datetime(2023, 11, 14, 22, 13, tzinfo=UTC)),
        ("14 Nov 2023", datetime(2023, 11, 14, tzinfo=UTC)),
        ("31 Dec 2016 23:59:60 +0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("14 Nov 2023 12:13 AM +0000", datetime(2023, 11, 14, 0, 13, tzinfo=UTC)),
        ("14 Nov 2023 12:13 p.m. +0000", datetime(2023, 11, 14, 12, 13, tzinfo=UTC)),
        ("14 Nov 49 00:00 GMT", datetime(2049, 11, 14, tzinfo=UTC)),
        ("14 Nov 50 00:00 GMT", datetime(1950, 11, 14, tzinfo=UTC)),
        ("14 Nov 100 00:00 GMT", datetime(2000, 11, 14, tzinfo=UTC)),
        ("Mi, 14 Okt 2020 10:00:00", datetime(2020, 10, 14, 10, tzinfo=UTC)),
        ("Mo, 14 Dez 2020 10:00:00 MEZ", datetime(2020, 12, 14, 9, tzinfo=UTC)),
        ("14 März 2021 10:00:00 +0100", datetime(2021, 3, 14, 9, tzinfo=UTC)),
        ("jeu. 14 juil. 2022 10:00:00 +0200", datetime(2022, 7, 14, 8, tzinfo=UTC)),
        ("14 juin 2022 10:00:00 +0200", datetime(2022, 6, 14, 8, tzinfo=UTC)),
        ("mar, 14 feb 2023 10:00:00 +0000", datetime(2023, 2, 14, 10, tzinfo=UTC)),
        ("1 Jan 1969 00:00:00 +0000", datetime(1969, 1, 1, tzinfo=UTC)),
        ("1 Jan 2020 00:00:00 +9959", datetime(2020, 1, 1, tzinfo=UTC) - timedelta(hours=99, minutes=59)),
    ],
)
def test_sent_moment__reads_what_is_there(text: str, written: datetime) -> None:
    assert sent_moment(text) == written.timestamp() * 1000


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "22:13:20", "Tue, 99 Nov 2023 22:13:20 +0000", "30 Feb 2023 10:00 GMT",
        "14 Foo 2023 10:00 GMT",
        "1 Jan 9999999999 00:00:00 +0000", "1 Jan 0000 00:00:00 +0000", "1 Jan 2020 24:00:00 +0000",
        "1 Jan 2020 00:60:00 +0000", "1 Jan 2020 00:00:00 +0075", "1 Jan 2020 00:00:00 +" + "9" * 180,
        "31 Dec 9999 23:59:59 -9959", "Fri, 99 Foo 0000 77:77:77 +9999", "x" * 300 + "1 Jan 2020 00:00:00 +0000",
    ],
)  # fmt: skip
def test_sent_moment__of_no_date_is_none(text: str) -> None:
    assert sent_moment(text) is None


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(9998, 12, 31)),  # noqa: DTZ001 - a zone is added below
    st.integers(-12 * 60, 14 * 60),
)
def test_sent_moment__reads_what_python_writes(moment: datetime, minutes: int) -> None:
    written = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    assert sent_moment(format_datetime(written)) == written.timestamp() * 1000


PIECES = st.sampled_from(
    ["14", "Nov", "2023", "22:13:20", "22:13", "+0100", "-", "+",
     "(", ")", "\\", ",", " ", "CET", "PM", "T", "Z", "٣", ":", "99"]
)  # fmt: skip


@given(st.text(max_size=60) | st.lists(PIECES, max_size=12).map(" ".join) | st.lists(PIECES, max_size=30).map("".join))
def test_sent_moment__never_an_error(text: str) -> None:
    found = sent_moment(text)
    assert found is None or abs(found) < 253_402_300_800_000


@pytest.mark.parametrize("shape", ["(", "()", "1:", "+1", "a", "1 ", "14 Nov ", "(" * 50 + ")" * 50])
def test_sent_moment__is_read_in_a_moment(shape: str) -> None:
    for _ in range(50):
        sent_moment(shape * 10_000)
