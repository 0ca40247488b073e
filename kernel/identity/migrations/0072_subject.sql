-- +goose Up
-- The key under which the audit log names a person, sealed. Erased, the names
-- in the log cannot be read any more, and its chain holds.
CREATE TABLE audit_subject (
    person_id  TEXT PRIMARY KEY,
    suite      TEXT NOT NULL,
    sealed     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    erased_at  BIGINT NOT NULL DEFAULT 0
);
