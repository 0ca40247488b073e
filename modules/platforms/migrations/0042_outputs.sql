-- +goose Up
-- What output of enterprises platforms say that they drove, by enterprise and year. A
-- correction is a further revision; of each platform, enterprise and year one revision
-- may wait for its review, and one may be accepted.
CREATE TABLE foster_output_file (
    id          TEXT PRIMARY KEY,
    platform_id TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    media_type  TEXT NOT NULL,
    size        BIGINT NOT NULL,
    sha256      TEXT NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX foster_output_file_platform ON foster_output_file (platform_id);
CREATE TABLE foster_output (
    id              TEXT PRIMARY KEY,
    platform_id     TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL,
    uscc            TEXT NOT NULL,
    year            BIGINT NOT NULL,
    revision        BIGINT NOT NULL,
    enterprise      TEXT NOT NULL,
    yuan            BIGINT NOT NULL,
    project         TEXT NOT NULL,
    basis           TEXT NOT NULL,
    reason          TEXT NOT NULL,
    file_id         TEXT NOT NULL REFERENCES foster_output_file (id),
    state           TEXT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    reported_at     BIGINT NOT NULL,
    decider         TEXT NOT NULL DEFAULT '',
    decider_name    TEXT NOT NULL DEFAULT '',
    decision        TEXT NOT NULL DEFAULT '',
    decided_at      BIGINT NOT NULL DEFAULT 0,
    version         BIGINT NOT NULL DEFAULT 1,
    UNIQUE (platform_id, uscc, year, revision)
);
CREATE UNIQUE INDEX foster_output_waits ON foster_output (platform_id, uscc, year) WHERE state = 'reported';
CREATE UNIQUE INDEX foster_output_accepted ON foster_output (platform_id, uscc, year) WHERE state = 'accepted';
CREATE INDEX foster_output_enterprise ON foster_output (uscc, year);
