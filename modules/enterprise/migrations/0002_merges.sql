-- +goose Up
-- What likely duplicates are found by: names, addresses and numbers without what writers
-- spell differently.
ALTER TABLE entry ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
ALTER TABLE entry ADD COLUMN merged_into TEXT NOT NULL DEFAULT '';
ALTER TABLE entry_profile ADD COLUMN address_key TEXT NOT NULL DEFAULT '';
ALTER TABLE entry_contact ADD COLUMN phone_key TEXT NOT NULL DEFAULT '';
CREATE INDEX entry_name_key ON entry (name_key, id) WHERE name_key <> '';
CREATE INDEX entry_address_key ON entry_profile (address_key, entry_id) WHERE address_key <> '';
CREATE INDEX entry_phone_key ON entry_contact (phone_key, entry_id) WHERE phone_key <> '';
-- An organisation has one entry, beside those that were refused or merged into others.
DROP INDEX entry_organisation;
CREATE UNIQUE INDEX entry_organisation ON entry (organisation_id) WHERE organisation_id <> '' AND status <> 'refused' AND status <> 'merged';
-- Two entries that the bureau made into one. before is what the survivor was, without
-- contacts, which merging leaves where they are; evidence lists files that moved.
CREATE TABLE entry_merge (
    id          TEXT PRIMARY KEY,
    survivor_id TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    other_id    TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    at          BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    name        TEXT NOT NULL,
    taken       TEXT NOT NULL,
    before      TEXT NOT NULL,
    other_was   TEXT NOT NULL,
    evidence    TEXT NOT NULL,
    version     BIGINT NOT NULL,
    undone_at   BIGINT NOT NULL DEFAULT 0,
    undone_by   TEXT NOT NULL DEFAULT '',
    undone_name TEXT NOT NULL DEFAULT ''
);
CREATE INDEX entry_merge_at ON entry_merge (at, id);
-- Pairs of which the bureau said that they are two; the smaller ID first.
CREATE TABLE entry_distinct (
    first_id  TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    second_id TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    PRIMARY KEY (first_id, second_id)
);
