-- +goose Up
-- Monthly reports of nodes as they were made: a version is never changed.
CREATE TABLE monthly_report (
    id        TEXT PRIMARY KEY,
    node_id   TEXT NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    month     TEXT NOT NULL,
    number    BIGINT NOT NULL,
    made_at   BIGINT NOT NULL,
    digest    TEXT NOT NULL,
    pdf       TEXT NOT NULL,
    pdf_size  BIGINT NOT NULL,
    xlsx      TEXT NOT NULL,
    xlsx_size BIGINT NOT NULL,
    key_id    TEXT NOT NULL,
    suite     TEXT NOT NULL,
    public    TEXT NOT NULL,
    signature TEXT NOT NULL,
    UNIQUE (node_id, month, number)
);
