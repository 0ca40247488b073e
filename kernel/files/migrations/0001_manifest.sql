-- +goose Up
-- Every file that somebody sent, released or refused.
CREATE TABLE manifest (
    id              TEXT PRIMARY KEY,
    room            TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    name            TEXT NOT NULL,
    kind            TEXT NOT NULL,
    media_type      TEXT NOT NULL,
    declared        TEXT NOT NULL,
    size            BIGINT NOT NULL,
    sha256          TEXT NOT NULL,
    verdict         TEXT NOT NULL CHECK (verdict IN ('released', 'refused')),
    reason          TEXT NOT NULL,
    scanned         BOOLEAN NOT NULL,
    sent_by         TEXT NOT NULL,
    sent_by_name    TEXT NOT NULL,
    sent_at         BIGINT NOT NULL
);
CREATE INDEX manifest_sent ON manifest (sent_at);
CREATE INDEX manifest_organisation ON manifest (organisation_id, sent_at);
