-- What PostfixAdmin 3.3 keeps, as far as it matters here, in words that PostgreSQL, MySQL and SQLite understand.
CREATE TABLE domain (
  domain varchar(255) NOT NULL PRIMARY KEY,
  description varchar(255) NOT NULL DEFAULT '',
  aliases integer NOT NULL DEFAULT 0,
  mailboxes integer NOT NULL DEFAULT 0,
  maxquota bigint NOT NULL DEFAULT 0,
  quota bigint NOT NULL DEFAULT 0,
  transport varchar(255) DEFAULT NULL,
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
  name varchar(255) NOT NULL,
  maildir varchar(255) NOT NULL,
  quota bigint NOT NULL DEFAULT 0,
  local_part varchar(255) NOT NULL,
  domain varchar(255) NOT NULL,
  phone varchar(30) NOT NULL DEFAULT '',
  active boolean NOT NULL DEFAULT true
);
CREATE TABLE alias (
  address varchar(255) NOT NULL PRIMARY KEY,
  goto text NOT NULL,
  domain varchar(255) NOT NULL,
  active boolean NOT NULL DEFAULT true
);
CREATE TABLE alias_domain (
  alias_domain varchar(255) NOT NULL PRIMARY KEY,
  target_domain varchar(255) NOT NULL,
  active boolean NOT NULL DEFAULT true
);
CREATE TABLE vacation (
  email varchar(255) NOT NULL PRIMARY KEY,
  subject varchar(255) NOT NULL,
  body text NOT NULL,
  cache text NOT NULL,
  domain varchar(255) NOT NULL,
  active boolean NOT NULL DEFAULT true
);
CREATE TABLE fetchmail (
  mailbox varchar(255) NOT NULL,
  src_server varchar(255) NOT NULL,
  src_auth varchar(15) NOT NULL,
  src_user varchar(255) NOT NULL,
  src_password varchar(255) NOT NULL,
  src_folder varchar(255) NOT NULL,
  protocol varchar(15) NOT NULL,
  mda varchar(255) NOT NULL
);
