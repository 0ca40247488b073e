-- +goose Up
-- How often the graph was changed. Changes take turns at this row, so that whoever has read
-- all up to a number has missed nothing.
CREATE TABLE clock (
    id  BIGINT PRIMARY KEY,
    seq BIGINT NOT NULL
);
INSERT INTO clock (id, seq) VALUES (1, 0);
-- Which rows a change touched, for replicas to read again.
CREATE TABLE change (
    seq  BIGINT NOT NULL,
    what TEXT NOT NULL,
    id   TEXT NOT NULL,
    PRIMARY KEY (seq, what, id)
);
-- origin is what put the row there: an entry, a version of a chain, an import.
CREATE TABLE node (
    id         TEXT PRIMARY KEY,
    origin     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    name_zh    TEXT NOT NULL,
    name_en    TEXT NOT NULL,
    props      TEXT NOT NULL,
    see        TEXT NOT NULL,
    source     TEXT NOT NULL,
    synthetic  BOOLEAN NOT NULL DEFAULT FALSE,
    at         BIGINT NOT NULL
);
CREATE INDEX node_origin ON node (origin);
-- Days are as 2026-01-31; an empty valid_to is open.
CREATE TABLE edge (
    id         TEXT PRIMARY KEY,
    origin     TEXT NOT NULL,
    src        TEXT NOT NULL,
    kind       TEXT NOT NULL,
    dst        TEXT NOT NULL,
    weight     DOUBLE PRECISION NOT NULL,
    props      TEXT NOT NULL,
    see        TEXT NOT NULL,
    source     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    event      TEXT NOT NULL,
    at         BIGINT NOT NULL,
    valid_from TEXT NOT NULL,
    valid_to   TEXT NOT NULL
);
CREATE INDEX edge_origin ON edge (origin);
CREATE INDEX edge_dst ON edge (dst);
CREATE TABLE chain (
    id         TEXT PRIMARY KEY,
    name_zh    TEXT NOT NULL,
    name_en    TEXT NOT NULL,
    stages     BIGINT NOT NULL,
    synthetic  BOOLEAN NOT NULL DEFAULT FALSE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL
);
CREATE UNIQUE INDEX chain_name ON chain (name_zh);
CREATE TABLE chain_version (
    chain_id   TEXT NOT NULL REFERENCES chain (id) ON DELETE CASCADE,
    version    BIGINT NOT NULL,
    content    TEXT NOT NULL,
    note       TEXT NOT NULL,
    origin     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (chain_id, version)
);
CREATE TABLE proposal (
    id              TEXT PRIMARY KEY,
    chain_id        TEXT NOT NULL REFERENCES chain (id) ON DELETE CASCADE,
    base            BIGINT NOT NULL,
    content         TEXT NOT NULL,
    note            TEXT NOT NULL,
    status          TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    at              BIGINT NOT NULL,
    decided_by      TEXT NOT NULL DEFAULT '',
    decided_name    TEXT NOT NULL DEFAULT '',
    decided_at      BIGINT NOT NULL DEFAULT 0,
    reason          TEXT NOT NULL DEFAULT ''
);
CREATE INDEX proposal_chain ON proposal (chain_id, at);
-- Answers that were kept, as they were on the day.
CREATE TABLE answer_list (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    title           TEXT NOT NULL,
    question        TEXT NOT NULL,
    asked           TEXT NOT NULL,
    answer          TEXT NOT NULL,
    items           BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    at              BIGINT NOT NULL
);
CREATE INDEX answer_list_at ON answer_list (organisation_id, at);
