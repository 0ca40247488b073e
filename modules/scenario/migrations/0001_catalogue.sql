-- +goose Up
-- A scenario: who owns it, and which of its versions stand. current is the number of
-- the version that is or was published, 0 of none; open is that of the version that is
-- being written or reviewed, 0 of none. position grows with every change of any
-- scenario: what is searched in memory is read on from it.
CREATE TABLE scenario (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL DEFAULT '',
    owner_zh        TEXT NOT NULL DEFAULT '',
    owner_en        TEXT NOT NULL DEFAULT '',
    status          TEXT NOT NULL,
    current         BIGINT NOT NULL DEFAULT 0,
    open            BIGINT NOT NULL DEFAULT 0,
    origin          TEXT NOT NULL,
    synthetic       BOOLEAN NOT NULL DEFAULT FALSE,
    reason          TEXT NOT NULL DEFAULT '',
    twin_id         TEXT NOT NULL DEFAULT '',
    first_published BIGINT NOT NULL DEFAULT 0,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1,
    position        BIGINT NOT NULL
);
CREATE UNIQUE INDEX scenario_position_of ON scenario (position);
CREATE INDEX scenario_published ON scenario (first_published) WHERE first_published > 0;
CREATE INDEX scenario_organisation ON scenario (organisation_id);
-- A version of a scenario. content is JSON: texts, classes, figures, providers and so on.
CREATE TABLE scenario_version (
    scenario_id  TEXT NOT NULL REFERENCES scenario (id) ON DELETE CASCADE,
    number       BIGINT NOT NULL,
    status       TEXT NOT NULL,
    edition      TEXT NOT NULL,
    content      TEXT NOT NULL,
    reason       TEXT NOT NULL DEFAULT '',
    author       TEXT NOT NULL,
    author_name  TEXT NOT NULL,
    written_at   BIGINT NOT NULL,
    decided_by   TEXT NOT NULL DEFAULT '',
    decided_name TEXT NOT NULL DEFAULT '',
    decided_at   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (scenario_id, number)
);
CREATE TABLE scenario_picture (
    id          TEXT PRIMARY KEY,
    scenario_id TEXT NOT NULL REFERENCES scenario (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    media_type  TEXT NOT NULL,
    size        BIGINT NOT NULL,
    sha256      TEXT NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX scenario_picture_of ON scenario_picture (scenario_id, at);
CREATE TABLE scenario_position (one BIGINT PRIMARY KEY CHECK (one = 1), n BIGINT NOT NULL);
INSERT INTO scenario_position (one, n) VALUES (1, 0);
-- Scenarios of the demonstration that were removed.
CREATE TABLE scenario_gone (id TEXT PRIMARY KEY, position BIGINT NOT NULL);
-- What was decided of two scenarios that are alike.
CREATE TABLE scenario_pair (
    id          TEXT PRIMARY KEY,
    kept_id     TEXT NOT NULL,
    other_id    TEXT NOT NULL,
    same        BOOLEAN NOT NULL,
    stamp       BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL,
    at          BIGINT NOT NULL,
    undone_at   BIGINT NOT NULL DEFAULT 0,
    undone_by   TEXT NOT NULL DEFAULT '',
    undone_name TEXT NOT NULL DEFAULT ''
);
-- Two scenarios have one decision that stands.
CREATE UNIQUE INDEX scenario_pair_of ON scenario_pair (kept_id, other_id) WHERE undone_at = 0;
-- A list that was released (年度清单). contents is what its digest is of.
CREATE TABLE scenario_list (
    id          TEXT PRIMARY KEY,
    year        BIGINT NOT NULL,
    number      BIGINT NOT NULL,
    entries     BIGINT NOT NULL,
    contents    TEXT NOT NULL,
    digest      TEXT NOT NULL,
    synthetic   BOOLEAN NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL,
    released_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX scenario_list_number ON scenario_list (year, number);
-- A scenario is in one list of a year.
CREATE TABLE scenario_listed (
    scenario_id TEXT NOT NULL,
    year        BIGINT NOT NULL,
    list_id     TEXT NOT NULL REFERENCES scenario_list (id),
    place       BIGINT NOT NULL,
    PRIMARY KEY (scenario_id, year)
);
