-- +goose Up
-- Who looks at nodes from outside, and what each thinks of every node.
CREATE TABLE probe (
    id              TEXT PRIMARY KEY,
    name            TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    seen_at         BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE probe_standing (
    probe_id    TEXT NOT NULL REFERENCES probe (id) ON DELETE CASCADE,
    node_id     TEXT NOT NULL,
    down        BOOLEAN NOT NULL,
    streak      BIGINT NOT NULL,
    since       BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    unmade      BOOLEAN NOT NULL,
    fault       TEXT NOT NULL,
    PRIMARY KEY (probe_id, node_id)
);
CREATE INDEX probe_standing_node ON probe_standing (node_id);
-- What looks came to, by day (China's time); times are microseconds. Looks during a
-- planned stop are counted apart.
CREATE TABLE probe_day (
    day         TEXT NOT NULL,
    node_id     TEXT NOT NULL,
    probe_id    TEXT NOT NULL,
    looks       BIGINT NOT NULL,
    good        BIGINT NOT NULL,
    stopped     BIGINT NOT NULL,
    resolved    BIGINT NOT NULL,
    resolved_us BIGINT NOT NULL,
    made        BIGINT NOT NULL,
    made_us     BIGINT NOT NULL,
    visible_us  BIGINT NOT NULL,
    asked       BIGINT NOT NULL,
    PRIMARY KEY (day, node_id, probe_id)
);
CREATE INDEX probe_day_node ON probe_day (node_id, day);
-- What became abnormal, and what ended it: each has a number of its own.
CREATE TABLE node_event (
    number  BIGINT PRIMARY KEY,
    node_id TEXT NOT NULL,
    kind    TEXT NOT NULL,
    ends    BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    cause   TEXT NOT NULL,
    reason  TEXT NOT NULL,
    cure    TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX node_event_node ON node_event (node_id, number);
-- Stops that were announced.
CREATE TABLE node_stop (
    id         TEXT PRIMARY KEY,
    node_id    TEXT NOT NULL,
    from_at    BIGINT NOT NULL,
    to_at      BIGINT NOT NULL,
    reason     TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX node_stop_node ON node_stop (node_id, from_at);
