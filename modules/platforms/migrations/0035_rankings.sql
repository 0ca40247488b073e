-- +goose Up
-- How platforms are ranked: a method is a document, of which every run keeps a copy.
CREATE TABLE ranking (
    id         TEXT PRIMARY KEY,
    name_zh    TEXT NOT NULL,
    name_en    TEXT NOT NULL,
    note       TEXT NOT NULL,
    class      TEXT NOT NULL,
    method     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
-- A ranking of a month as it was computed, with the figures that it was computed from.
CREATE TABLE ranking_run (
    id           TEXT PRIMARY KEY,
    ranking_id   TEXT NOT NULL REFERENCES ranking (id),
    name_zh      TEXT NOT NULL,
    name_en      TEXT NOT NULL,
    class        TEXT NOT NULL,
    method       TEXT NOT NULL,
    edition      BIGINT NOT NULL,
    month_at     BIGINT NOT NULL,
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
CREATE INDEX ranking_run_month ON ranking_run (month_at);
CREATE INDEX ranking_run_ranking ON ranking_run (ranking_id);
