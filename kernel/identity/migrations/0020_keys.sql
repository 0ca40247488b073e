-- +goose Up
-- Data keys, each sealed by a master key that is never in the database, and the
-- print of the master key in force.
CREATE TABLE seal_key (
    id         TEXT PRIMARY KEY,
    purpose    TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('seal', 'sign')),
    suite      TEXT NOT NULL,
    public     TEXT NOT NULL DEFAULT '',
    secret     TEXT NOT NULL,
    master     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX seal_key_current ON seal_key (purpose, kind, suite) WHERE retired_at = 0;
CREATE TABLE seal_master (
    one   BIGINT PRIMARY KEY CHECK (one = 1),
    print TEXT NOT NULL
);
