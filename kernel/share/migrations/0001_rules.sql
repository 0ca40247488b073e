-- +goose Up
-- A rule by which objects of an organisation, or of the whole city, are shared.
CREATE TABLE rule (
    id               TEXT PRIMARY KEY,
    organisation_id  TEXT NOT NULL,
    organisation_zh  TEXT NOT NULL,
    organisation_en  TEXT NOT NULL,
    city             BOOLEAN NOT NULL, -- about objects of all organisations
    noun             TEXT NOT NULL,    -- room/noun
    title_zh         TEXT NOT NULL,
    title_en         TEXT NOT NULL,
    purpose          TEXT NOT NULL,
    filters          TEXT NOT NULL,    -- JSON: attribute to values
    audience         TEXT NOT NULL,    -- JSON: organisations, kinds, districts
    until            BIGINT NOT NULL,
    cedar            TEXT NOT NULL,
    custom           BOOLEAN NOT NULL, -- the text was written by hand
    state            TEXT NOT NULL,
    proposed_by      TEXT NOT NULL DEFAULT '', -- person
    proposed_by_name TEXT NOT NULL DEFAULT '',
    approved_by_name TEXT NOT NULL DEFAULT '',
    reason           TEXT NOT NULL DEFAULT '',
    created_by_name  TEXT NOT NULL,
    created_at       BIGINT NOT NULL,
    changed_at       BIGINT NOT NULL,
    version          BIGINT NOT NULL
);
CREATE INDEX rule_organisation ON rule (organisation_id, state);
CREATE TABLE rule_history (
    rule_id  TEXT NOT NULL REFERENCES rule (id) ON DELETE CASCADE,
    version  BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    by_name  TEXT NOT NULL,
    act      TEXT NOT NULL,
    reason   TEXT NOT NULL,
    cedar    TEXT NOT NULL,
    snapshot TEXT NOT NULL, -- the rule as JSON
    PRIMARY KEY (rule_id, version)
);
-- What is in force has one number; every replica asks for it before it answers.
CREATE TABLE rule_set (
    slot     TEXT PRIMARY KEY,
    revision BIGINT NOT NULL
);
INSERT INTO rule_set (slot, revision) VALUES ('current', 1);
