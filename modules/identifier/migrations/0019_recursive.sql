-- +goose Up
-- What the recursive node refuses, answers by itself, and asks elsewhere.
CREATE TABLE recursive_rule (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    note       TEXT NOT NULL,
    content    TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX recursive_rule_kind ON recursive_rule (kind, subject);
-- How it works; the one row. Its version grows with each change of rules too.
CREATE TABLE recursive_setting (
    id      BIGINT PRIMARY KEY,
    content TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
INSERT INTO recursive_setting (id, content) VALUES (1, '');
-- What all replicas are to forget of what they remember.
CREATE TABLE recursive_forget (
    id     TEXT PRIMARY KEY,
    handle TEXT NOT NULL,
    prefix TEXT NOT NULL,
    at     BIGINT NOT NULL
);
