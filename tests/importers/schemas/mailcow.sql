-- What mailcow keeps, as far as it matters here, in words that PostgreSQL, MySQL and SQLite understand.
CREATE TABLE domain (
  domain varchar(255) NOT NULL PRIMARY KEY,
  description varchar(255),
  aliases integer NOT NULL DEFAULT 0,
  mailboxes integer NOT NULL DEFAULT 0,
  maxquota bigint NOT NULL DEFAULT 102400,
  quota bigint NOT NULL DEFAULT 102400,
  relayhost varchar(255) NOT NULL DEFAULT '0',
  backupmx boolean NOT NULL DEFAULT false,
  active boolean NOT NULL DEFAULT true
);
CREATE TABLE admin (
  username varchar(255) NOT NULL PRIMARY KEY,
  password varchar(255) NOT NULL,
  superadmin boolean NOT NULL DEFAULT false,
  active boolean NOT NULL DEFAULT true
);
CREATE TABLE domain_admins (
  username varchar(255) NOT NULL,
  domain varchar(255) NOT NULL,
  active boolean NOT NULL DEFAULT true
);
CREATE TABLE mailbox (
  username varchar(255) NOT NULL PRIMARY KEY,
  password varchar(255) NOT NULL,
  name varchar(255),
  quota bigint NOT NULL DEFAULT 102400,
  local_part varchar(255) NOT NULL,
  domain varchar(255) NOT NULL,
  kind varchar(100) NOT NULL DEFAULT '',
  authsource varchar(20) DEFAULT 'mailcow',
  active integer NOT NULL DEFAULT 1
);
CREATE TABLE alias (
  address varchar(255) NOT NULL PRIMARY KEY,
  goto text NOT NULL,
  domain varchar(255) NOT NULL,
  internal boolean NOT NULL DEFAULT false,
  active integer NOT NULL DEFAULT 1
);
CREATE TABLE alias_domain (
  alias_domain varchar(255) NOT NULL PRIMARY KEY,
  target_domain varchar(255) NOT NULL,
  active boolean NOT NULL DEFAULT true
);
CREATE TABLE spamalias (
  address varchar(255) NOT NULL PRIMARY KEY,
  goto text NOT NULL,
  description text NOT NULL,
  validity integer,
  permanent boolean NOT NULL DEFAULT false
);
CREATE TABLE sieve_filters (
  username varchar(255) NOT NULL,
  script_desc varchar(255) NOT NULL,
  script_name varchar(10),
  script_data text NOT NULL,
  filter_type varchar(10)
);
