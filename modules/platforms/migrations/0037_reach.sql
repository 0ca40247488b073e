-- +goose Up
-- How far platforms reach. Enterprises stand in lists by their mark: a hash of their
-- code under a key of the city's own, so that lists can be compared and not be read.
CREATE TABLE reach_key (
    id     TEXT PRIMARY KEY,
    secret TEXT NOT NULL
);
-- A list that was uploaded: the frame of a month, of no platform, or what a platform
-- serves in a month. Only the newest counts; one that another has replaced keeps how
-- many rows it had and the hash of its file.
CREATE TABLE reach_list (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    platform_id TEXT REFERENCES platform (id) ON DELETE CASCADE,
    month       TEXT NOT NULL,
    state       TEXT NOT NULL,
    enterprises BIGINT NOT NULL,
    file_name   TEXT NOT NULL,
    file_hash   TEXT NOT NULL,
    actor       TEXT NOT NULL,
    name        TEXT NOT NULL,
    made_at     BIGINT NOT NULL
);
CREATE INDEX reach_list_month ON reach_list (kind, platform_id, month);
CREATE TABLE reach_frame (
    list_id  TEXT NOT NULL REFERENCES reach_list (id) ON DELETE CASCADE,
    mark     TEXT NOT NULL,
    industry TEXT NOT NULL,
    size     TEXT NOT NULL,
    district TEXT NOT NULL,
    PRIMARY KEY (list_id, mark)
);
CREATE TABLE reach_use (
    list_id  TEXT NOT NULL REFERENCES reach_list (id) ON DELETE CASCADE,
    mark     TEXT NOT NULL,
    evidence TEXT NOT NULL,
    last_at  BIGINT NOT NULL,
    PRIMARY KEY (list_id, mark)
);
-- What was counted last in a month; a month that is over keeps its last count.
CREATE TABLE reach_month (
    month      TEXT PRIMARY KEY,
    counted_at BIGINT NOT NULL,
    synthetic  BOOLEAN NOT NULL,
    figure     TEXT NOT NULL
);
-- A survey by strata, as a document, with what it comes to.
CREATE TABLE reach_survey (
    id        TEXT PRIMARY KEY,
    name_zh   TEXT NOT NULL,
    name_en   TEXT NOT NULL,
    month     TEXT NOT NULL,
    strata    TEXT NOT NULL,
    file_hash TEXT NOT NULL,
    actor     TEXT NOT NULL,
    name      TEXT NOT NULL,
    made_at   BIGINT NOT NULL
);
