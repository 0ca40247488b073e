-- +goose Up
-- What nodes were asked, by day (China's time). Extremes have the second they
-- happened in; times are microseconds.
CREATE TABLE node_count (
    day       TEXT NOT NULL,
    node_id   TEXT NOT NULL,
    kind      TEXT NOT NULL,
    requests  BIGINT NOT NULL,
    succeeded BIGINT NOT NULL,
    total_us  BIGINT NOT NULL,
    least_us  BIGINT NOT NULL,
    least_at  BIGINT NOT NULL,
    most_us   BIGINT NOT NULL,
    most_at   BIGINT NOT NULL,
    peak      BIGINT NOT NULL,
    peak_at   BIGINT NOT NULL,
    PRIMARY KEY (day, node_id, kind)
);
CREATE INDEX node_count_node ON node_count (node_id, day);
CREATE TABLE source_count (
    day      TEXT NOT NULL,
    door     TEXT NOT NULL,
    address  TEXT NOT NULL,
    requests BIGINT NOT NULL,
    PRIMARY KEY (day, door, address)
);
