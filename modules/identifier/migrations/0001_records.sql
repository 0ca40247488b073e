-- +goose Up
-- Handles with their values, when the room keeps them in this database and not
-- in a directory (internal/record). Names of handles are octets: they sort the
-- same on both engines, and may hold what a text may not.
CREATE TABLE record (
    folded BYTEA PRIMARY KEY,
    handle BYTEA NOT NULL,
    change BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    body   BYTEA NOT NULL
);
-- Prefixes whose home a node is.
CREATE TABLE record_home (
    folded BYTEA PRIMARY KEY,
    prefix BYTEA NOT NULL,
    node   TEXT NOT NULL,
    change BIGINT NOT NULL
);
-- How many records a prefix has.
CREATE TABLE record_count (
    prefix BYTEA PRIMARY KEY,
    n      BIGINT NOT NULL
);
-- Every change, in the order of commits: whoever commits holds the head's row.
CREATE TABLE record_log (
    number    BIGINT PRIMARY KEY,
    at        BIGINT NOT NULL,
    written   BIGINT NOT NULL,
    action    BIGINT NOT NULL,
    handle    BYTEA NOT NULL,
    by_whom   BYTEA NOT NULL,
    from_here BYTEA NOT NULL,
    via       BYTEA NOT NULL
);
CREATE TABLE record_head (
    one     BIGINT PRIMARY KEY CHECK (one = 1),
    last    BIGINT NOT NULL,
    written BIGINT NOT NULL
);
INSERT INTO record_head (one, last, written) VALUES (1, 0, 0);
-- How far something that follows a source has come.
CREATE TABLE record_mark (
    name     TEXT PRIMARY KEY,
    position BIGINT NOT NULL
);
