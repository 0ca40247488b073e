-- +goose Up
-- Files of identifiers that are registered row by row. How many rows are done
-- stands with the records themselves, so that a crash repeats none.
CREATE TABLE import (
    id         TEXT PRIMARY KEY,
    node_id    TEXT NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    file       TEXT NOT NULL,
    overwrites BOOLEAN NOT NULL,
    job_id     TEXT NOT NULL,
    state      TEXT NOT NULL,
    row_count  BIGINT NOT NULL DEFAULT 0,
    made       BIGINT NOT NULL DEFAULT 0,
    refused    BIGINT NOT NULL DEFAULT 0,
    reason     TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX import_node ON import (node_id);
CREATE TABLE import_fault (
    import_id TEXT NOT NULL REFERENCES import (id) ON DELETE CASCADE,
    line      BIGINT NOT NULL,
    handle    TEXT NOT NULL,
    message   TEXT NOT NULL,
    PRIMARY KEY (import_id, line)
);
