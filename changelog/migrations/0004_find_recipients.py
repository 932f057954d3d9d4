"""The history of a mailbox finds the aliases that led to it (PostgreSQL): one index of both sides of aliases' lines."""

from django.db import migrations

from core.postgres import run_on_postgresql


class Migration(migrations.Migration):
    dependencies = [("changelog", "0003_transaction_id")]

    operations = [
        run_on_postgresql(
            "CREATE INDEX change_recipients ON changelog_change USING gin ("
            "(LOWER(before ->> 'recipients')::jsonb), (LOWER(after ->> 'recipients')::jsonb)) WHERE kind = 'forward'",
            "DROP INDEX change_recipients",
        ),
    ]
