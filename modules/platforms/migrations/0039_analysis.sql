-- +goose Up
-- What development indices are made of: a definition is a document, of which every run keeps a copy.
CREATE TABLE index_definition (
    id         TEXT PRIMARY KEY,
    name_zh    TEXT NOT NULL,
    name_en    TEXT NOT NULL,
    note       TEXT NOT NULL,
    class      TEXT NOT NULL,
    district   TEXT NOT NULL,
    industry   TEXT NOT NULL,
    definition TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
-- An index from its base month until a month, as it was computed.
CREATE TABLE index_run (
    id           TEXT PRIMARY KEY,
    index_id     TEXT NOT NULL REFERENCES index_definition (id),
    name_zh      TEXT NOT NULL,
    name_en      TEXT NOT NULL,
    class        TEXT NOT NULL,
    district     TEXT NOT NULL,
    industry     TEXT NOT NULL,
    definition   TEXT NOT NULL,
    base         TEXT NOT NULL,
    edition      BIGINT NOT NULL,
    month_at     BIGINT NOT NULL,
    level        DOUBLE PRECISION,
    told         DOUBLE PRECISION, -- the level, where it may be told to everybody
    state        TEXT NOT NULL,
    reason       TEXT NOT NULL DEFAULT '',
    actor        TEXT NOT NULL,
    name         TEXT NOT NULL,
    computed_at  BIGINT NOT NULL,
    published_at BIGINT NOT NULL DEFAULT 0,
    platforms    BIGINT NOT NULL,
    synthetic    BOOLEAN NOT NULL,
    result       TEXT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX index_run_month ON index_run (month_at);
CREATE INDEX index_run_index ON index_run (index_id);
-- The figures that a month of a run was computed from.
CREATE TABLE index_input (
    run_id   TEXT NOT NULL REFERENCES index_run (id) ON DELETE CASCADE,
    month_at BIGINT NOT NULL,
    inputs   TEXT NOT NULL,
    PRIMARY KEY (run_id, month_at)
);
