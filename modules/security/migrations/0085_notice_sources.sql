-- +goose Up
-- A source of notices is a channel of signed files (way file), a collection of TAXII 2.1 that the
-- city reads (taxii), or an organisation that hands notices in (inbox). Only files have a
-- channel, keys and numbers; the channel of others is their id, which no file has.
ALTER TABLE security_ferry_source ADD COLUMN way TEXT NOT NULL DEFAULT 'file';
-- Of a collection: root is the URL of the API root; secret is sealed. cursor: what was added after
-- it was not read yet, as TAXII writes times. fault: the class of what went wrong last, empty:
-- nothing.
ALTER TABLE security_ferry_source ADD COLUMN root TEXT NOT NULL DEFAULT '';
ALTER TABLE security_ferry_source ADD COLUMN collection TEXT NOT NULL DEFAULT '';
ALTER TABLE security_ferry_source ADD COLUMN auth TEXT NOT NULL DEFAULT 'none';
ALTER TABLE security_ferry_source ADD COLUMN username TEXT NOT NULL DEFAULT '';
ALTER TABLE security_ferry_source ADD COLUMN secret TEXT NOT NULL DEFAULT '';
ALTER TABLE security_ferry_source ADD COLUMN secret_version BIGINT NOT NULL DEFAULT 0;
ALTER TABLE security_ferry_source ADD COLUMN every_minutes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE security_ferry_source ADD COLUMN paused BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE security_ferry_source ADD COLUMN cursor TEXT NOT NULL DEFAULT '';
ALTER TABLE security_ferry_source ADD COLUMN next_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE security_ferry_source ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE security_ferry_source ADD COLUMN run_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE security_ferry_source ADD COLUMN good_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE security_ferry_source ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;
ALTER TABLE security_ferry_source ADD COLUMN fault TEXT NOT NULL DEFAULT '';
ALTER TABLE security_ferry_source ADD COLUMN fault_text TEXT NOT NULL DEFAULT '';
-- Who hands in; empty: nobody.
ALTER TABLE security_ferry_source ADD COLUMN organisation_id TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX security_ferry_source_by ON security_ferry_source (organisation_id) WHERE organisation_id <> '';

-- What a collection brought when it was read, or an organisation when it handed in; the newest
-- are kept.
CREATE TABLE security_ferry_turn (
    id         TEXT PRIMARY KEY,
    source_id  TEXT NOT NULL,
    at         BIGINT NOT NULL,
    objects    BIGINT NOT NULL,
    refused    BIGINT NOT NULL,
    refusal    TEXT NOT NULL,
    notices    BIGINT NOT NULL,
    receipts   BIGINT NOT NULL,
    fault      TEXT NOT NULL,
    fault_text TEXT NOT NULL
);
CREATE INDEX security_ferry_turn_of ON security_ferry_turn (source_id, at);
