"""What Postfix and Dovecot read (PostgreSQL): the views in the schema `mail`. Whoever may read them may read nothing else.

Suspended things are not in them: an alias, a user, or anything of a suspended context, reseller or reseller's parent.
"""

from django.db import migrations

from oxaas.postgres import run_on_postgresql

IN_SERVICE = """
CREATE VIEW mail.context_in_service AS
SELECT c.id
FROM accounts_context c
LEFT JOIN accounts_reseller r ON r.id = c.reseller_id
LEFT JOIN accounts_reseller p ON p.id = r.parent_id
WHERE c.is_active AND COALESCE(r.is_active, true) AND COALESCE(p.is_active, true)
"""

# `uidname` is the mailbox's name in the store, `address` what mail to it is addressed to (none for a name without a domain).
MAILBOX = """
CREATE VIEW mail.mailbox AS
SELECT lower(u.uidname) AS uidname,
       CASE WHEN u.domain <> '' THEN u.uidname_normalized END AS address,
       u.domain,
       u.quota AS quota_bytes
FROM accounts_user u
JOIN mail.context_in_service s ON s.id = u.context_id
WHERE u.is_active
"""

# The recipient's local part as written, because outside servers may mind its case; its domain as servers look it up.
ALIAS = """
CREATE VIEW mail.alias AS
SELECT a.normalized AS address, regexp_replace(r.address, '@[^@]*$', '') || '@' || r.domain AS recipient, a.domain
FROM forwards_forwardingalias a
JOIN forwards_recipient r ON r.alias_id = a.id
JOIN mail.context_in_service s ON s.id = a.context_id
WHERE a.is_active
"""

DOMAIN = """
CREATE VIEW mail.domain AS
SELECT domain AS name FROM mail.mailbox WHERE domain <> ''
UNION
SELECT a.domain
FROM forwards_forwardingalias a JOIN mail.context_in_service s ON s.id = a.context_id
WHERE a.is_active
UNION
SELECT d.name FROM domains_explicitdomain d JOIN mail.context_in_service s ON s.id = d.context_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("mailstats", "0001_initial"),
        ("accounts", "0002_find_anywhere"),
        ("forwards", "0002_find_anywhere"),
        ("domains", "0002_find_anywhere"),
    ]

    operations = [
        run_on_postgresql(
            "CREATE INDEX user_mailbox_name ON accounts_user (lower(uidname))", "DROP INDEX user_mailbox_name"
        ),
        run_on_postgresql("CREATE SCHEMA mail", "DROP SCHEMA mail"),
        run_on_postgresql(IN_SERVICE, "DROP VIEW mail.context_in_service"),
        run_on_postgresql(MAILBOX, "DROP VIEW mail.mailbox"),
        run_on_postgresql(ALIAS, "DROP VIEW mail.alias"),
        run_on_postgresql(DOMAIN, "DROP VIEW mail.domain"),
    ]
