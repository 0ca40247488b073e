-- +goose Up
-- What of a node passed a threshold; ended_at is 0 while it does.
CREATE TABLE node_alarm (
    id       TEXT PRIMARY KEY,
    node_id  TEXT NOT NULL,
    kind     TEXT NOT NULL,
    since    BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    value    DOUBLE PRECISION NOT NULL,
    bound    DOUBLE PRECISION NOT NULL,
    note     TEXT NOT NULL,
    noted_at BIGINT NOT NULL,
    version  BIGINT NOT NULL
);
CREATE INDEX node_alarm_node ON node_alarm (node_id, since);
CREATE UNIQUE INDEX node_alarm_open ON node_alarm (node_id, kind) WHERE ended_at = 0;
