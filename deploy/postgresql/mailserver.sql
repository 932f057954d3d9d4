-- The role as which Postfix and Dovecot read the application's database: four views, and nothing else.
-- It writes one table: the time of each mailbox's last login.
--
-- Run it as the owner of the application's tables or as a superuser, after `manage.py migrate`, and again whenever
-- the password changes:
--
--     read -rs MAILSERVER_PASSWORD && export MAILSERVER_PASSWORD
--     psql --dbname=oxaas --set=ON_ERROR_STOP=1 --file=mailserver.sql
--
-- The password comes from the environment, so that no list of processes and no history of a shell shows it.

\getenv password MAILSERVER_PASSWORD
BEGIN;

SELECT 'CREATE ROLE mailserver' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mailserver') \gexec

ALTER ROLE mailserver WITH
    LOGIN PASSWORD :'password'
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT
    CONNECTION LIMIT 100;
-- A look-up takes less than a millisecond. One that hangs is better answered "later" than waited for.
ALTER ROLE mailserver SET statement_timeout = '5s';
ALTER ROLE mailserver SET search_path = public;

-- What PostgreSQL allows everybody by itself: tables for the session, which the mail servers do not need.
SELECT format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO mailserver', current_database()) \gexec

REVOKE ALL ON ALL TABLES IN SCHEMA public, mail FROM mailserver;
GRANT USAGE ON SCHEMA public, mail TO mailserver;
GRANT SELECT ON mail.mailbox, mail.mailbox_address, mail.alias, mail.domain TO mailserver;
GRANT EXECUTE ON FUNCTION mail.asked(text), mail.answered(text) TO mailserver;

-- Dovecot's plugin says INSERT … ON CONFLICT (username) DO UPDATE, for which it must see the names, and only those.
GRANT INSERT, UPDATE, SELECT (username) ON public.last_login TO mailserver;

COMMIT;
