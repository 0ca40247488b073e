-- +goose Up
-- For how long the audit log is kept (0 days: for ever). A shortening waits for a
-- second person.
CREATE TABLE audit_retention (
    id          TEXT PRIMARY KEY,
    days        BIGINT NOT NULL,
    reason      TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('proposed', 'in_force', 'refused', 'replaced')),
    proposed_by TEXT NOT NULL, -- person
    proposed_at BIGINT NOT NULL,
    decided_by  TEXT NOT NULL DEFAULT '',
    decided_at  BIGINT NOT NULL DEFAULT 0,
    answer      TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX audit_retention_one ON audit_retention (state) WHERE state IN ('proposed', 'in_force');
-- Which entries were exported whole: only those may be removed.
CREATE TABLE audit_export (
    id    TEXT PRIMARY KEY,
    first BIGINT NOT NULL,
    last  BIGINT NOT NULL,
    hash  TEXT NOT NULL, -- of the last
    at    BIGINT NOT NULL,
    actor TEXT NOT NULL
);
CREATE INDEX audit_export_first ON audit_export (first);
-- The last entry that was removed, signed: the log begins behind it.
CREATE TABLE audit_floor (
    one       BIGINT PRIMARY KEY CHECK (one = 1),
    seq       BIGINT NOT NULL,
    hash      TEXT NOT NULL,
    at        BIGINT NOT NULL,
    key_id    TEXT NOT NULL,
    suite     TEXT NOT NULL,
    public    TEXT NOT NULL,
    signature TEXT NOT NULL
);
-- Each purpose for which something about a person is kept has its own text and
-- versions. What was agreed to so far was the text about registration.
CREATE TABLE consent_of_purpose (
    person_id    TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    purpose      TEXT NOT NULL,
    version      TEXT NOT NULL,
    at           BIGINT NOT NULL,
    how          TEXT NOT NULL,
    withdrawn_at BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (person_id, purpose, version)
);
INSERT INTO consent_of_purpose (person_id, purpose, version, at, how, withdrawn_at) SELECT person_id, 'registration', version, at, how, withdrawn_at FROM consent;
DROP TABLE consent;
ALTER TABLE consent_of_purpose RENAME TO consent;
