-- +goose Up
-- Work that is done apart from a request: asked for, or coming around by itself.
CREATE TABLE job (
    id              TEXT PRIMARY KEY,
    kind            TEXT NOT NULL,
    input           TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    owner           TEXT NOT NULL,
    owner_name      TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    periodic        BOOLEAN NOT NULL,
    created_at      BIGINT NOT NULL,
    run_at          BIGINT NOT NULL,
    started_at      BIGINT NOT NULL DEFAULT 0,
    finished_at     BIGINT NOT NULL DEFAULT 0,
    attempt         BIGINT NOT NULL DEFAULT 0,
    fraction        DOUBLE PRECISION NOT NULL DEFAULT 0,
    note_zh         TEXT NOT NULL DEFAULT '',
    note_en         TEXT NOT NULL DEFAULT '',
    result          TEXT NOT NULL DEFAULT '',
    error           TEXT NOT NULL DEFAULT '',
    holder          TEXT NOT NULL DEFAULT '',
    lease_until     BIGINT NOT NULL DEFAULT 0,
    cancel_asked    BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX job_open ON job (kind, state) WHERE state IN ('waiting', 'running');
CREATE INDEX job_created ON job (created_at);
CREATE INDEX job_owner ON job (owner, created_at);
-- When periodic work is due next.
CREATE TABLE job_schedule (
    kind    TEXT PRIMARY KEY,
    every   BIGINT NOT NULL,
    next_at BIGINT NOT NULL
);
-- The lease of a periodic job said when it was due again.
INSERT INTO job_schedule (kind, every, next_at) SELECT name, 0, until FROM lease;
DELETE FROM lease;
