"""Search finds a part of a domain as fast as its beginning (PostgreSQL)."""

from django.db import migrations

from core.postgres import trigram_index, without_prefix_indexes


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_find_anywhere"), ("domains", "0001_initial")]

    operations = [
        trigram_index("domain_anywhere", "domains_explicitdomain", "name"),
        without_prefix_indexes("domains_explicitdomain"),
    ]
