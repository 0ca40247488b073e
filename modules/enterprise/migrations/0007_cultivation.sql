-- +goose Up
-- All enterprises held against a ladder for a year; a later run of the same year replaces it.
CREATE TABLE cultivation_run (
    ladder      TEXT NOT NULL,
    year        BIGINT NOT NULL,
    edition     BIGINT NOT NULL,
    day         TEXT NOT NULL,
    enterprises BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL,
    PRIMARY KEY (ladder, year)
);
CREATE TABLE cultivation_result (
    id              TEXT PRIMARY KEY,
    ladder          TEXT NOT NULL,
    year            BIGINT NOT NULL,
    rung            TEXT NOT NULL,
    entry_id        TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    district        TEXT NOT NULL,
    synthetic       BOOLEAN NOT NULL DEFAULT FALSE,
    outcome         TEXT NOT NULL,
    held            BOOLEAN NOT NULL DEFAULT FALSE,
    lacking         BIGINT NOT NULL,
    lacks           TEXT NOT NULL
);
CREATE UNIQUE INDEX cultivation_result_of ON cultivation_result (ladder, year, rung, entry_id);
CREATE INDEX cultivation_result_entry ON cultivation_result (entry_id);
