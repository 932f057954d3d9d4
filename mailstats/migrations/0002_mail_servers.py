"""What Postfix and Dovecot read (PostgreSQL): the views in the schema `mail`. Whoever may read them may read nothing else.

Suspended things are not in them: an alias, a user, or anything of a suspended context, reseller or reseller's parent;
nor are aliases whose last day is over. Their end needs no job: the view looks at the clock.
"""

from django.db import migrations

from core.postgres import run_on_postgresql

IN_SERVICE = """
CREATE VIEW mail.context_in_service AS
SELECT c.id
FROM accounts_context c
LEFT JOIN accounts_reseller r ON r.id = c.reseller_id
LEFT JOIN accounts_reseller p ON p.id = r.parent_id
WHERE c.is_active AND COALESCE(r.is_active, true) AND COALESCE(p.is_active, true)
"""

# Lower case as Python has it, whatever language the database was made with.
NAME = 'lower(uidname COLLATE "und-x-icu") COLLATE "C"'
ADDRESS = "CASE WHEN domain <> '' THEN uidname_normalized END"

# `uidname` is the mailbox's name in the store, `address` what mail to it would be addressed to (none for a name without a
# domain). The numbers name its folder on the disk.
MAILBOX = f"""
CREATE VIEW mail.mailbox AS
SELECT u.id,
       u.context_id,
       {NAME} AS uidname,
       {ADDRESS} AS address,
       u.domain,
       u.quota AS quota_bytes
FROM accounts_user u
JOIN mail.context_in_service s ON s.id = u.context_id
WHERE u.is_active
"""

# An address is served only where its domain belongs to the same context: declared, and proven where that is asked for.
MAILBOX_ADDRESS = """
CREATE VIEW mail.mailbox_address AS
SELECT m.address, m.uidname
FROM mail.mailbox m
JOIN domains_explicitdomain d ON d.name = m.domain AND d.context_id = m.context_id AND d.proven_at IS NOT NULL
"""

# The recipient's local part as written, because outside servers may mind its case; its domain as servers look it up.
ALIAS = """
CREATE VIEW mail.alias AS
SELECT a.normalized AS address, regexp_replace(r.address, '@[^@]*$', '') || '@' || r.domain AS recipient, a.domain
FROM forwards_forwardingalias a
JOIN forwards_recipient r ON r.alias_id = a.id
JOIN domains_explicitdomain d ON d.name = a.domain AND d.context_id = a.context_id AND d.proven_at IS NOT NULL
JOIN mail.context_in_service s ON s.id = a.context_id
WHERE a.is_active AND (a.expires_on IS NULL OR a.expires_on > (now() AT TIME ZONE 'UTC')::date)
"""

DOMAIN = """
CREATE VIEW mail.domain AS
SELECT d.name
FROM domains_explicitdomain d
JOIN mail.context_in_service s ON s.id = d.context_id
WHERE d.proven_at IS NOT NULL
"""

# Postfix before 3.8 says that its text is Latin-1 while it is UTF-8. These two take that back; others they leave as it is.
# What is asked for is compared as the application does it (core/names.py); Postfix has folded the case of what it knew.
ASKED = """
CREATE FUNCTION mail.asked(key text) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
SELECT normalize(lower(normalize(
    CASE pg_client_encoding() WHEN 'LATIN1' THEN convert_from(convert_to(key, 'LATIN1'), 'UTF8') ELSE key END,
    NFKC) COLLATE "und-x-icu"), NFKC)
$$
"""
ANSWERED = """
CREATE FUNCTION mail.answered(value text) RETURNS text LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
SELECT CASE pg_client_encoding() WHEN 'LATIN1' THEN convert_from(convert_to(value, 'UTF8'), 'LATIN1') ELSE value END
$$
"""


# As in deploy/postgresql/mailserver.sql, which makes the role; where there is none yet, that script grants.
GRANTS = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'mailserver') THEN
        GRANT USAGE ON SCHEMA public, mail TO mailserver;
        GRANT SELECT ON mail.mailbox, mail.mailbox_address, mail.alias, mail.domain TO mailserver;
        GRANT EXECUTE ON FUNCTION mail.asked(text), mail.answered(text) TO mailserver;
        GRANT INSERT, UPDATE, SELECT (username) ON public.last_login TO mailserver;
    END IF;
END $$
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
            f"CREATE INDEX user_mailbox_name ON accounts_user (({NAME}))", "DROP INDEX user_mailbox_name"
        ),
        run_on_postgresql(
            f"CREATE INDEX user_mailbox_address ON accounts_user (({ADDRESS}))", "DROP INDEX user_mailbox_address"
        ),
        run_on_postgresql("CREATE SCHEMA mail", "DROP SCHEMA mail"),
        run_on_postgresql(IN_SERVICE, "DROP VIEW mail.context_in_service"),
        run_on_postgresql(MAILBOX, "DROP VIEW mail.mailbox"),
        run_on_postgresql(MAILBOX_ADDRESS, "DROP VIEW mail.mailbox_address"),
        run_on_postgresql(ALIAS, "DROP VIEW mail.alias"),
        run_on_postgresql(DOMAIN, "DROP VIEW mail.domain"),
        run_on_postgresql(ASKED, "DROP FUNCTION mail.asked(text)"),
        run_on_postgresql(ANSWERED, "DROP FUNCTION mail.answered(text)"),
        # Views that are made again have lost what was granted on those before.
        run_on_postgresql(GRANTS, "SELECT 1"),
    ]
