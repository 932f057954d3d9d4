"""What the tables and indexes take on the disk: `python -m bench.sizes URL`, with the URL of a database of `bench.web`.

`bench.web` writes it for its largest database to bench/results/sizes.md.
"""

from __future__ import annotations

import sys
from contextlib import closing
from typing import Any, Final

import psycopg2
from psycopg2.sql import SQL, Identifier

TABLES: Final = {
    "users": "accounts_user",
    "aliases": "forwards_forwardingalias",
    "recipients": "forwards_recipient",
    "changes": "changelog_change",
    "contexts": "accounts_context",
    "domains": "domains_explicitdomain",
}
_SIZES: Final = """
SELECT i.relname, pg_relation_size(i.oid), string_agg(a.attname, ', ' ORDER BY a.attnum), am.amname
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am am ON am.oid = i.relam
    JOIN pg_attribute a ON a.attrelid = i.oid
WHERE x.indrelid = %s::regclass GROUP BY i.oid, am.amname ORDER BY 2 DESC, 1
"""


def report(url: str) -> str:
    """The sizes as Markdown."""
    with closing(psycopg2.connect(url)) as connection:
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM accounts_user")
        lines = [
            "# Sizes on disk",
            "",
            f"PostgreSQL with {cursor.fetchone()[0]:,} users and as many aliases, each with two recipients. Written by",
            "`python -m bench.web`, whose indexes are made when the rows are there: those that are written a row at a",
            "time grow to about one and a half times as much.",
            "",
            "| | rows | MB | bytes a row |",
            "|---|---|---|---|",
        ]
        for name, table in TABLES.items():
            lines += _of(cursor, name, table)
        cursor.execute("SELECT pg_database_size(current_database())")
        lines.append(f"| **the database** | | **{cursor.fetchone()[0] / 1e6:,.0f}** | |")
    return "\n".join([*lines, ""])


def _of(cursor: Any, name: str, table: str) -> list[str]:
    cursor.execute("SELECT pg_table_size(%(table)s), pg_total_relation_size(%(table)s)", {"table": table})
    heap, total = cursor.fetchone()
    cursor.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table)))
    (rows,) = cursor.fetchone()
    each = max(rows, 1)
    lines = [
        f"| **{name}** | {rows:,} | **{total / 1e6:,.0f}** | **{total / each:.0f}** |",
        f"| the table | | {heap / 1e6:,.0f} | {heap / each:.0f} |",
    ]
    cursor.execute(_SIZES, [table])
    for index, size, columns, method in cursor.fetchall():
        kind = "trigrams of " if method == "gin" else ""
        lines.append(f"| `{index}` ({kind}{columns}) | | {size / 1e6:,.0f} | {size / each:.0f} |")
    return lines


if __name__ == "__main__":
    sys.stdout.write(report(sys.argv[1]))
