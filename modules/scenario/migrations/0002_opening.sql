-- +goose Up
-- What an enterprise opens (场景开放). The rest, as JSON: what is confidential, milestones,
-- evaluations of both sides, effects.
CREATE TABLE scenario_opening (
    id              TEXT PRIMARY KEY,
    scenario_id     TEXT NOT NULL,
    scenario_zh     TEXT NOT NULL,
    scenario_en     TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    title           TEXT NOT NULL,
    what            TEXT NOT NULL,
    data            TEXT NOT NULL,
    site            TEXT NOT NULL,
    schedule        TEXT NOT NULL,
    budget_from     DOUBLE PRECISION NOT NULL,
    budget_to       DOUBLE PRECISION NOT NULL,
    confidential    TEXT NOT NULL,
    deadline        BIGINT NOT NULL,
    state           TEXT NOT NULL,
    reason          TEXT NOT NULL DEFAULT '',
    application_id  TEXT NOT NULL DEFAULT '',
    provider_id     TEXT NOT NULL DEFAULT '',
    provider_zh     TEXT NOT NULL DEFAULT '',
    provider_en     TEXT NOT NULL DEFAULT '',
    milestones      TEXT NOT NULL DEFAULT '[]',
    effects         TEXT NOT NULL DEFAULT '[]',
    own_verdict     TEXT NOT NULL DEFAULT '',
    their_verdict   TEXT NOT NULL DEFAULT '',
    synthetic       BOOLEAN NOT NULL DEFAULT FALSE,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    opened_at       BIGINT NOT NULL DEFAULT 0,
    chosen_at       BIGINT NOT NULL DEFAULT 0,
    completed_at    BIGINT NOT NULL DEFAULT 0,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX scenario_opening_opened ON scenario_opening (opened_at, id);
CREATE INDEX scenario_opening_of ON scenario_opening (scenario_id, completed_at);
CREATE INDEX scenario_opening_organisation ON scenario_opening (organisation_id);
-- What a provider applies with. Nobody but the provider reads it before the deadline.
CREATE TABLE scenario_application (
    id              TEXT PRIMARY KEY,
    opening_id      TEXT NOT NULL REFERENCES scenario_opening (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    approach        TEXT NOT NULL,
    team            TEXT NOT NULL,
    price           DOUBLE PRECISION NOT NULL,
    days            BIGINT NOT NULL,
    state           TEXT NOT NULL,
    digest          TEXT NOT NULL DEFAULT '',
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    submitted_at    BIGINT NOT NULL DEFAULT 0,
    created_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX scenario_application_of ON scenario_application (opening_id, organisation_id);
