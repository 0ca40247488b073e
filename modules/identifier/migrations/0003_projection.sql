-- +goose Up
-- Changes by people that are recorded, and not yet known to be made.
CREATE TABLE edit (
    id       TEXT PRIMARY KEY,
    node_id  TEXT NOT NULL,
    handle   TEXT NOT NULL,
    was      BIGINT NOT NULL,
    removes  BOOLEAN NOT NULL,
    content  TEXT NOT NULL,
    actor    TEXT NOT NULL,
    at       BIGINT NOT NULL
);
-- Identifiers as the log of changes tells of them, to be searched.
CREATE TABLE identifier (
    id         TEXT PRIMARY KEY,
    handle     TEXT NOT NULL,
    prefix     TEXT NOT NULL,
    node_id    TEXT NOT NULL,
    value_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    change     BIGINT NOT NULL
);
CREATE INDEX identifier_node ON identifier (node_id, id);
CREATE TABLE identifier_value (
    identifier_id TEXT NOT NULL REFERENCES identifier (id) ON DELETE CASCADE,
    position      BIGINT NOT NULL,
    type          TEXT NOT NULL,
    content       TEXT NOT NULL,
    PRIMARY KEY (identifier_id, position)
);
CREATE INDEX identifier_value_content ON identifier_value (content);
CREATE TABLE follower (
    name     TEXT PRIMARY KEY,
    position BIGINT NOT NULL
);
