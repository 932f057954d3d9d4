"""Search finds a part of an address as fast as its beginning (PostgreSQL)."""

from django.db import migrations

from core.labelled import labels_index
from core.postgres import trigram_index, without_prefix_indexes, written_index


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_find_anywhere"), ("forwards", "0001_initial")]

    operations = [
        trigram_index("alias_anywhere", "forwards_forwardingalias", "normalized"),
        trigram_index("recipient_anywhere", "forwards_recipient", "normalized"),
        written_index("alias_written", "forwards_forwardingalias", "address"),
        written_index("recipient_written", "forwards_recipient", "address"),
        labels_index("alias_by_label", "forwards_forwardingalias"),
        without_prefix_indexes("forwards_forwardingalias", "forwards_recipient"),
    ]
