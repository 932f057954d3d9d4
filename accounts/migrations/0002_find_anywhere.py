"""Search finds a part of a name as fast as its beginning (PostgreSQL)."""

from django.db import migrations

from core.labelled import labels_index
from core.postgres import run_on_postgresql, trigram_index, without_prefix_indexes, written_index


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        # A trusted extension: the database's owner may create it.
        run_on_postgresql("CREATE EXTENSION IF NOT EXISTS pg_trgm", "SELECT 1"),
        trigram_index("user_uidname_anywhere", "accounts_user", "uidname_normalized"),
        written_index("user_uidname_written", "accounts_user", "uidname"),
        trigram_index("user_msisdn_anywhere", "accounts_user", "msisdn_digits"),
        trigram_index("custom_id_anywhere", "accounts_customid", "value_normalized"),
        run_on_postgresql(
            "CREATE INDEX context_name_anywhere ON accounts_context USING gin (UPPER(name) gin_trgm_ops)",
            "DROP INDEX context_name_anywhere",
        ),
        labels_index("user_by_label", "accounts_user"),
        labels_index("context_by_label", "accounts_context"),
        without_prefix_indexes("accounts_user", "accounts_customid", "accounts_context", "accounts_reseller"),
    ]
