-- +goose Up
-- Every report that somebody asked for.
CREATE TABLE run (
    id              TEXT PRIMARY KEY,
    report          TEXT NOT NULL,
    title           TEXT NOT NULL,
    parameters      TEXT NOT NULL,
    language        TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    asked_by        TEXT NOT NULL,
    asked_by_name   TEXT NOT NULL,
    asked_at        BIGINT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    progress        DOUBLE PRECISION NOT NULL DEFAULT 0,
    problem         TEXT NOT NULL DEFAULT '',
    holder          TEXT NOT NULL DEFAULT '',
    held_until      BIGINT NOT NULL DEFAULT 0,
    tries           BIGINT NOT NULL DEFAULT 0,
    finished_at     BIGINT NOT NULL DEFAULT 0,
    digest          TEXT NOT NULL DEFAULT '',
    pdf             TEXT NOT NULL DEFAULT '',
    pdf_size        BIGINT NOT NULL DEFAULT 0,
    xlsx            TEXT NOT NULL DEFAULT '',
    xlsx_size       BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX run_asked ON run (asked_at);
CREATE INDEX run_state ON run (state, asked_at) WHERE state IN ('waiting', 'running');
