-- What Modoboa 2 keeps, as far as it matters here, in words that PostgreSQL, MySQL and SQLite understand.
CREATE TABLE auth_group (id integer NOT NULL PRIMARY KEY, name varchar(150) NOT NULL);
CREATE TABLE django_content_type (
  id integer NOT NULL PRIMARY KEY,
  app_label varchar(100) NOT NULL,
  model varchar(100) NOT NULL
);
CREATE TABLE core_user (
  id integer NOT NULL PRIMARY KEY,
  username varchar(254) NOT NULL UNIQUE,
  email varchar(254) NOT NULL,
  password varchar(256) NOT NULL,
  first_name varchar(150) NOT NULL,
  last_name varchar(150) NOT NULL,
  is_staff boolean NOT NULL,
  is_superuser boolean NOT NULL,
  is_active boolean NOT NULL,
  is_local boolean NOT NULL,
  date_joined varchar(40) NOT NULL,
  master_user boolean NOT NULL,
  language varchar(10) NOT NULL,
  _parameters text NOT NULL,
  phone_number varchar(128),
  totp_enabled boolean NOT NULL,
  webauthn_enabled boolean NOT NULL
);
CREATE TABLE core_user_groups (id integer NOT NULL PRIMARY KEY, user_id integer NOT NULL, group_id integer NOT NULL);
CREATE TABLE core_objectaccess (
  id integer NOT NULL PRIMARY KEY,
  user_id integer NOT NULL,
  object_id integer NOT NULL,
  content_type_id integer NOT NULL,
  is_owner boolean NOT NULL
);
CREATE TABLE admin_domain (
  id integer NOT NULL PRIMARY KEY,
  name varchar(253) NOT NULL UNIQUE,
  enabled boolean NOT NULL,
  type varchar(20) NOT NULL,
  quota integer NOT NULL,
  default_mailbox_quota integer NOT NULL,
  enable_dns_checks boolean NOT NULL,
  enable_dkim boolean NOT NULL,
  dkim_key_selector varchar(30) NOT NULL,
  dkim_private_key_path varchar(254) NOT NULL,
  dkim_public_key text NOT NULL,
  message_limit integer,
  transport_id integer,
  creation varchar(40) NOT NULL,
  last_modification varchar(40) NOT NULL
);
CREATE TABLE admin_domainalias (
  id integer NOT NULL PRIMARY KEY,
  name varchar(100) NOT NULL UNIQUE,
  target_id integer NOT NULL,
  enabled boolean NOT NULL,
  creation varchar(40) NOT NULL,
  last_modification varchar(40) NOT NULL
);
CREATE TABLE admin_mailbox (
  id integer NOT NULL PRIMARY KEY,
  address varchar(252) NOT NULL,
  domain_id integer NOT NULL,
  user_id integer NOT NULL,
  quota integer NOT NULL,
  use_domain_quota boolean NOT NULL,
  message_limit integer,
  is_send_only boolean NOT NULL,
  creation varchar(40) NOT NULL,
  last_modification varchar(40) NOT NULL
);
CREATE TABLE admin_alias (
  id integer NOT NULL PRIMARY KEY,
  address varchar(254) NOT NULL,
  domain_id integer,
  enabled boolean NOT NULL,
  internal boolean NOT NULL,
  description text NOT NULL,
  expire_at varchar(40),
  creation varchar(40) NOT NULL,
  last_modification varchar(40) NOT NULL
);
CREATE TABLE modoboa_admin_aliasrecipient (
  id integer NOT NULL PRIMARY KEY,
  address varchar(254) NOT NULL,
  alias_id integer NOT NULL,
  r_alias_id integer,
  r_mailbox_id integer
);
