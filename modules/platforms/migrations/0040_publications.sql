-- +goose Up
-- Monitoring reports of a month or a quarter, of the city or of one platform: each
-- version as it was made, with what it was made of. subject is the platform, or empty.
-- A version has no number while it is made; of what failed nothing stays but why.
CREATE TABLE bulletin (
    id            TEXT PRIMARY KEY,
    kind          TEXT NOT NULL,
    period        TEXT NOT NULL,
    from_at       BIGINT NOT NULL,
    until_at      BIGINT NOT NULL,
    subject       TEXT NOT NULL,
    platform_id   TEXT REFERENCES platform (id) ON DELETE CASCADE,
    number        BIGINT NOT NULL DEFAULT 0,
    state         TEXT NOT NULL,
    problem       TEXT NOT NULL DEFAULT '',
    reason        TEXT NOT NULL,
    changes       BIGINT NOT NULL DEFAULT 0,
    job_id        TEXT NOT NULL,
    actor         TEXT NOT NULL,
    name          TEXT NOT NULL,
    asked_at      BIGINT NOT NULL,
    made_at       BIGINT NOT NULL DEFAULT 0,
    synthetic     BOOLEAN NOT NULL DEFAULT FALSE,
    digest        TEXT NOT NULL DEFAULT '',
    files         TEXT NOT NULL DEFAULT '[]',
    key_id        TEXT NOT NULL DEFAULT '',
    suite         TEXT NOT NULL DEFAULT '',
    public        TEXT NOT NULL DEFAULT '',
    signature     TEXT NOT NULL DEFAULT '',
    releaser      TEXT NOT NULL DEFAULT '',
    releaser_name TEXT NOT NULL DEFAULT '',
    released_at   BIGINT NOT NULL DEFAULT 0,
    version       BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX bulletin_number ON bulletin (subject, kind, period, number) WHERE number > 0;
CREATE UNIQUE INDEX bulletin_making ON bulletin (subject, kind, period) WHERE state = 'making';
CREATE INDEX bulletin_platform ON bulletin (platform_id);
-- When reports are made by themselves: so many days after the period.
CREATE TABLE bulletin_plan (
    kind      TEXT PRIMARY KEY,
    enabled   BOOLEAN NOT NULL,
    days      BIGINT NOT NULL,
    platforms BOOLEAN NOT NULL,
    version   BIGINT NOT NULL DEFAULT 1
);
INSERT INTO bulletin_plan (kind, enabled, days, platforms) VALUES ('month', TRUE, 10, TRUE), ('quarter', TRUE, 15, TRUE);
-- Datasets that the bureau opens to everybody. spec is what the next edition will hold;
-- strangers see editions, each with its own copy, of datasets that are published.
CREATE TABLE open_dataset (
    id           TEXT PRIMARY KEY,
    slug         TEXT NOT NULL UNIQUE,
    spec         TEXT NOT NULL,
    title_zh     TEXT NOT NULL,
    title_en     TEXT NOT NULL,
    state        TEXT NOT NULL,
    reason       TEXT NOT NULL DEFAULT '',
    edition      BIGINT NOT NULL DEFAULT 0,
    actor        TEXT NOT NULL,
    name         TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    published_at BIGINT NOT NULL DEFAULT 0,
    changed_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);
CREATE TABLE open_edition (
    dataset_id TEXT NOT NULL REFERENCES open_dataset (id) ON DELETE CASCADE,
    number     BIGINT NOT NULL,
    spec       TEXT NOT NULL,
    note_zh    TEXT NOT NULL,
    note_en    TEXT NOT NULL,
    digest     TEXT NOT NULL,
    files      TEXT NOT NULL,
    rows       BIGINT NOT NULL,
    hidden     BIGINT NOT NULL,
    synthetic  BOOLEAN NOT NULL,
    made_at    BIGINT NOT NULL,
    PRIMARY KEY (dataset_id, number)
);
