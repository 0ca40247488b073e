-- +goose Up
-- An upper level that is reached by files (单向网闸) instead of TAXII: sequence is the number of
-- the last file, digest that of its statement.
ALTER TABLE security_upper ADD COLUMN way TEXT NOT NULL DEFAULT 'taxii';
ALTER TABLE security_upper ADD COLUMN sequence BIGINT NOT NULL DEFAULT 0;
ALTER TABLE security_upper ADD COLUMN digest TEXT NOT NULL DEFAULT 'none';
-- In which file a report went; 0: in none.
ALTER TABLE security_upward ADD COLUMN file BIGINT NOT NULL DEFAULT 0;
-- Files that were made for an upper level, so that each can be brought again.
CREATE TABLE security_upward_file (
    id         TEXT PRIMARY KEY,
    upper_id   TEXT NOT NULL,
    upper_name TEXT NOT NULL,
    sequence   BIGINT NOT NULL,
    digest     TEXT NOT NULL,
    statement  TEXT NOT NULL,
    signature  TEXT NOT NULL,
    public_key TEXT NOT NULL,
    bundle     TEXT NOT NULL,
    reports    BIGINT NOT NULL,
    objects    BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    UNIQUE (upper_id, sequence)
);
-- Channels that files are taken in from, with the keys that are trusted for each (PEM, one after
-- the other). first: the number that it begins with here; last: the number that was taken in
-- last, 0: none; digest: that of its statement. ahead: the greatest number that was brought and
-- could not be taken in, because ones before it are missing.
CREATE TABLE security_ferry_source (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    channel    TEXT NOT NULL UNIQUE,
    public_key TEXT NOT NULL,
    first      BIGINT NOT NULL,
    last       BIGINT NOT NULL,
    digest     TEXT NOT NULL,
    ahead      BIGINT NOT NULL,
    taken_at   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    version    BIGINT NOT NULL
);
-- Files that were taken in.
CREATE TABLE security_ferry_file (
    source_id  TEXT NOT NULL,
    sequence   BIGINT NOT NULL,
    digest     TEXT NOT NULL,
    made_at    BIGINT NOT NULL,
    objects    BIGINT NOT NULL,
    refused    BIGINT NOT NULL,
    refusal    TEXT NOT NULL,
    taken_at   BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    PRIMARY KEY (source_id, sequence)
);
