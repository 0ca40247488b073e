-- +goose Up
-- Applications of organisations to join, and what the bureau decided.
CREATE TABLE registration (
    id              TEXT PRIMARY KEY,
    state           TEXT NOT NULL,
    kind            TEXT NOT NULL,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    uscc            TEXT NOT NULL,
    district        TEXT NOT NULL,
    contact_name    TEXT NOT NULL,
    contact_phone   TEXT NOT NULL,
    contact_email   TEXT NOT NULL,
    login           TEXT NOT NULL,
    password        TEXT NOT NULL,
    language        TEXT NOT NULL,
    secret_hash     TEXT NOT NULL UNIQUE,
    secret          TEXT NOT NULL,
    consent_version TEXT NOT NULL,
    network         TEXT NOT NULL,
    reason          TEXT NOT NULL DEFAULT '',
    decided_by      TEXT NOT NULL DEFAULT '',
    decided_by_name TEXT NOT NULL DEFAULT '',
    decided_at      BIGINT NOT NULL DEFAULT 0,
    organisation_id TEXT NOT NULL DEFAULT '',
    created_at      BIGINT NOT NULL,
    submitted_at    BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX registration_state ON registration (state, submitted_at);
CREATE INDEX registration_network ON registration (network, created_at);
CREATE INDEX registration_uscc ON registration (uscc);
-- Which text somebody agreed to, when and how.
CREATE TABLE consent (
    person_id TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    version   TEXT NOT NULL,
    at        BIGINT NOT NULL,
    how       TEXT NOT NULL,
    PRIMARY KEY (person_id, version)
);
