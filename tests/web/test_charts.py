"""The overview's charts: scales that end at round numbers, and axes that are named in whichever language."""

from __future__ import annotations

from datetime import date

import pytest

from tests.web.conftest import Enter
from web.charts import columns_of, end_of_scale, ticks_of


@pytest.mark.parametrize(
    ("most", "end"), [(0, 2), (1, 2), (2, 2), (3, 4), (20, 20), (21, 40), (37, 40), (200, 200), (4225, 6000)]
)
def test_scale__ends_at_a_round_number_with_a_whole_half(most: int, end: int) -> None:
    assert end_of_scale(most) == end
    assert [tick.value for tick in ticks_of(end)] == [end, end // 2, 0]


@pytest.mark.parametrize(("first", "years"), [(12, {1: "2026"}), (1, {0: "2025"}), (6, {0: "2025", 7: "2026"})])
def test_columns__name_each_month_and_each_year_once(first: int, years: dict[int, str]) -> None:
    months = [date(2025 + (first + n - 1) // 12, (first + n - 1) % 12 + 1, 1) for n in range(12)]
    columns = columns_of([(month, n) for n, month in enumerate(months)])
    assert [column.month for column in columns] == [month.strftime("%m") for month in months]
    assert {n: column.year for n, column in enumerate(columns) if column.year} == years


def test_columns__stand_on_the_axis_and_stay_below_the_end_of_the_scale() -> None:
    columns = columns_of([(date(2026, 1, 1), 0), (date(2026, 2, 1), 20)])
    top, _middle, bottom = ticks_of(20)
    assert [float(column.y) + float(column.height) for column in columns] == [bottom.y, bottom.y]
    assert float(columns[1].y) == top.y


@pytest.mark.django_db
def test_overview__names_both_axes_and_writes_svg_alike_in_german(enter: Enter) -> None:
    alpha = enter("alpha")
    english = alpha.get("/admin/").content.decode()
    alpha.client.cookies["django_language"] = "de"
    german = alpha.get("/admin/").content.decode()
    assert ">Users</text>" in english
    assert ">Month</text>" in english
    assert ">Benutzer</text>" in german
    assert ">Monat</text>" in german
    for shown in (english, german):
        chart = shown.partition('height="196"')[2].partition("</svg>")[0]
        assert chart.count("<rect") == 12
        assert not [part for part in chart.split('"')[1::2] if part.endswith("%") and "," in part]
