-- +goose Up
-- A scenario: who owns it, and which of its versions stand. current is the number of
-- the version that is published, 0 of none; open is that of the version that is being
-- written or reviewed, 0 of none.
CREATE TABLE scenario (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL DEFAULT '',
    status          TEXT NOT NULL,
    current         BIGINT NOT NULL DEFAULT 0,
    open            BIGINT NOT NULL DEFAULT 0,
    synthetic       BOOLEAN NOT NULL DEFAULT FALSE,
    first_published BIGINT NOT NULL DEFAULT 0,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX scenario_published ON scenario (first_published) WHERE first_published > 0;
CREATE INDEX scenario_organisation ON scenario (organisation_id);
-- A version of a scenario. content is JSON: texts, classes, figures, providers and so on.
CREATE TABLE scenario_version (
    scenario_id    TEXT NOT NULL REFERENCES scenario (id) ON DELETE CASCADE,
    number         BIGINT NOT NULL,
    status         TEXT NOT NULL,
    edition        TEXT NOT NULL,
    title_zh       TEXT NOT NULL,
    title_en       TEXT NOT NULL,
    content        TEXT NOT NULL,
    reason         TEXT NOT NULL DEFAULT '',
    author         TEXT NOT NULL,
    author_name    TEXT NOT NULL,
    written_at     BIGINT NOT NULL,
    decided_by     TEXT NOT NULL DEFAULT '',
    decided_name   TEXT NOT NULL DEFAULT '',
    decided_at     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (scenario_id, number)
);
