-- +goose Up
CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE organisation (
    id         TEXT PRIMARY KEY,
    parent_id  TEXT REFERENCES organisation (id),
    kind       TEXT NOT NULL,
    name_zh    TEXT NOT NULL,
    name_en    TEXT NOT NULL,
    uscc       TEXT NOT NULL DEFAULT '',
    district   TEXT NOT NULL DEFAULT '',
    synthetic  BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX organisation_parent ON organisation (parent_id);
CREATE TABLE person (
    id         TEXT PRIMARY KEY,
    login      TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    email      TEXT NOT NULL DEFAULT '',
    language   TEXT NOT NULL DEFAULT 'zh',
    password   TEXT NOT NULL DEFAULT '',
    disabled   BOOLEAN NOT NULL DEFAULT FALSE,
    synthetic  BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
CREATE TABLE membership (
    person_id       TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    role            TEXT NOT NULL,
    PRIMARY KEY (person_id, organisation_id, role)
);
CREATE INDEX membership_organisation ON membership (organisation_id);
CREATE TABLE session (
    id              TEXT PRIMARY KEY,
    secret_hash     TEXT NOT NULL UNIQUE,
    person_id       TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    last_seen_at    BIGINT NOT NULL,
    ip              TEXT NOT NULL,
    user_agent      TEXT NOT NULL
);
CREATE INDEX session_person ON session (person_id);
CREATE TABLE token (
    id              TEXT PRIMARY KEY,
    secret_hash     TEXT NOT NULL UNIQUE,
    name            TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    permissions     TEXT NOT NULL,
    created_by      TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    last_used_at    BIGINT NOT NULL DEFAULT 0
);
-- The audit log: append-only, each row carries the hash of the row before.
CREATE TABLE audit_entry (
    seq             BIGINT PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    at              BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    action          TEXT NOT NULL,
    object          TEXT NOT NULL,
    outcome         TEXT NOT NULL,
    ip              TEXT NOT NULL,
    request_id      TEXT NOT NULL,
    detail          TEXT NOT NULL,
    hash            TEXT NOT NULL
);
CREATE INDEX audit_entry_at ON audit_entry (at);
CREATE TABLE audit_head (
    one  BIGINT PRIMARY KEY CHECK (one = 1),
    seq  BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO audit_head (one, seq, hash) VALUES (1, 0, '');
-- Which replica runs a periodic job, and until when.
CREATE TABLE lease (
    name   TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until  BIGINT NOT NULL
);
