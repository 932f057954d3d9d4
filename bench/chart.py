"""A picture of what a request costs at each size of the database, without a library."""

from __future__ import annotations

from collections.abc import Mapping
from math import log10
from typing import Final
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 860, 380, 60, 30, 330, 50
_COLOURS: Final = ("#0b5cad", "#b4451f", "#2e7d32", "#6a3d9a")


def cost_by_size(series: Mapping[tuple[str, str], Mapping[int, float]]) -> str:
    """The SVG: milliseconds a request, by (work, server); what is not the application is dashed."""
    sizes = sorted({size for points in series.values() for size in points})
    highest = max(cost for points in series.values() for cost in points.values()) * 1.1
    works = list(dict.fromkeys(work for work, _server in series))

    def place(size: int, cost: float) -> tuple[float, float]:
        share = (log10(size) - log10(sizes[0])) / max(log10(sizes[-1]) - log10(sizes[0]), 1e-9)
        return (
            _LEFT + share * (_WIDTH - _LEFT - _RIGHT),
            _HEIGHT - _BOTTOM - cost / highest * (_HEIGHT - _TOP - _BOTTOM),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif"'
        ' font-size="12" role="img"><title>Milliseconds a request against rows</title>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="18">milliseconds a request (all cores together), against users and aliases</text>',
    ]
    for step in range(5):
        cost = highest * step / 4
        _x, y = place(sizes[0], cost)
        parts.append(
            f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="#ddd"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{cost:.2f}</text>'
        )
    for size in sizes:
        x, _y = place(size, 0)
        parts.append(f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{size:,}</text>')
    for number, ((work, server), points) in enumerate(series.items()):
        colour = _COLOURS[works.index(work) % len(_COLOURS)]
        dash = "" if server == "application" else ' stroke-dasharray="5 4"'
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in sorted(points.items())))
        y = _TOP + 18 * number
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        left = _WIDTH - _RIGHT + 14
        parts.append(f'<path d="M{left} {y}h24" stroke="{colour}" stroke-width="2"{dash}/>')
        parts.append(f'<text x="{left + 30}" y="{y + 4}">{escape(f"{work}: {server}")}</text>')
    return "\n".join([*parts, "</svg>\n"])
