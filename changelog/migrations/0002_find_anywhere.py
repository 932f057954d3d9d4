"""Search finds a part of a name in the change log (PostgreSQL): one index for the three columns that it looks at."""

from django.db import migrations

from core.postgres import run_on_postgresql


class Migration(migrations.Migration):
    dependencies = [("changelog", "0001_initial")]

    operations = [
        # A trusted extension: the database's owner may create it.
        run_on_postgresql("CREATE EXTENSION IF NOT EXISTS pg_trgm", "SELECT 1"),
        run_on_postgresql(
            "CREATE INDEX change_anywhere ON changelog_change USING gin (UPPER(label) gin_trgm_ops,"
            " UPPER(actor) gin_trgm_ops, UPPER(context_name) gin_trgm_ops)",
            "DROP INDEX change_anywhere",
        ),
    ]
