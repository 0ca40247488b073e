-- +goose Up
-- Packages that were made for the escrow body, one of each secondary node a day.
CREATE TABLE escrow_package (
    node_id   TEXT NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    day       TEXT NOT NULL,
    name      TEXT NOT NULL,
    kind      TEXT NOT NULL,
    base      TEXT NOT NULL,
    position  BIGINT NOT NULL,
    made_at   BIGINT NOT NULL,
    records   BIGINT NOT NULL,
    removed   BIGINT NOT NULL,
    slices    BIGINT NOT NULL,
    size      BIGINT NOT NULL,
    manifest  TEXT NOT NULL,
    state     TEXT NOT NULL,
    fault     TEXT NOT NULL,
    PRIMARY KEY (node_id, day)
);
