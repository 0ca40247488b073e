-- +goose Up
-- How much nodes may have, 0 for no limit, and how many identifiers were new on a day.
CREATE TABLE node_quota (
    node_id       TEXT PRIMARY KEY REFERENCES node (id) ON DELETE CASCADE,
    identifiers   BIGINT NOT NULL,
    registrations BIGINT NOT NULL,
    requests      BIGINT NOT NULL,
    prefixes      BIGINT NOT NULL,
    day           TEXT NOT NULL,
    registered    BIGINT NOT NULL,
    version       BIGINT NOT NULL
);
