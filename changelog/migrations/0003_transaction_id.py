"""Each line of the change log knows the transaction that wrote it (PostgreSQL): what `changelog/feed.py` goes by.

A default of the database's, and no field of the model: whoever writes lines need not know of it.
"""

from django.db import migrations

from core.postgres import run_on_postgresql


class Migration(migrations.Migration):
    dependencies = [("changelog", "0002_find_anywhere")]

    operations = [
        run_on_postgresql(
            "ALTER TABLE changelog_change ADD COLUMN transaction_id bigint NOT NULL"
            " DEFAULT (pg_current_xact_id()::text::bigint)",
            "ALTER TABLE changelog_change DROP COLUMN transaction_id",
        ),
        run_on_postgresql(
            "CREATE INDEX change_settled ON changelog_change (transaction_id, id)", "DROP INDEX change_settled"
        ),
    ]
