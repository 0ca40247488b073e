-- +goose Up
-- Until when somebody owes something. next_at is when the clock says something next, in
-- milliseconds; 0: never again. steps are the moments at which it does, as JSON.
CREATE TABLE security_clock (
    id              TEXT PRIMARY KEY,
    object          TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    obligation      TEXT NOT NULL,
    kind            TEXT NOT NULL,
    level           BIGINT NOT NULL,
    legal           BOOLEAN NOT NULL,
    basis_zh        TEXT NOT NULL,
    basis_en        TEXT NOT NULL,
    pack            TEXT NOT NULL,
    started_at      BIGINT NOT NULL,
    due_at          BIGINT NOT NULL,
    state           TEXT NOT NULL,
    stopped_at      BIGINT NOT NULL,
    reason          TEXT NOT NULL,
    drill           TEXT NOT NULL,
    pace            DOUBLE PRECISION NOT NULL,
    steps           TEXT NOT NULL,
    next_step       BIGINT NOT NULL,
    next_at         BIGINT NOT NULL
);
-- One obligation of one object runs once.
CREATE UNIQUE INDEX security_clock_running ON security_clock (object, obligation) WHERE state = 'running';
CREATE INDEX security_clock_object ON security_clock (object, started_at);
CREATE INDEX security_clock_next ON security_clock (next_at, id) WHERE next_at > 0;
