-- +goose Up
-- Backups that were made of this installation, for people who look after it.
CREATE TABLE backup_made (
    id      TEXT PRIMARY KEY,
    archive TEXT NOT NULL,
    at      BIGINT NOT NULL,
    took    BIGINT NOT NULL,
    written BIGINT NOT NULL,
    reused  BIGINT NOT NULL
);
CREATE INDEX backup_made_at ON backup_made (at);
