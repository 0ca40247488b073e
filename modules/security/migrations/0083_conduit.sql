-- +goose Up
-- Conduits (导管) of IEC 62443: from which zone of an enterprise into which one hosts may ask.
-- protocols is a sorted JSON list, empty: any. commands: writing, control, configuration and programs pass too.
CREATE TABLE security_conduit (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    client_zone     TEXT NOT NULL,
    server_zone     TEXT NOT NULL,
    protocols       TEXT NOT NULL,
    commands        BOOLEAN NOT NULL,
    note            TEXT NOT NULL,
    responsible     TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    version         BIGINT NOT NULL,
    UNIQUE (organisation_id, client_zone, server_zone, protocols)
);

-- How the conduits of an enterprise stand together: enforced, what none covers is an alert.
-- version counts changes of conduits too, so that what is enforced is what was looked at.
CREATE TABLE security_zone_plan (
    organisation_id TEXT PRIMARY KEY,
    enforced        BOOLEAN NOT NULL,
    reason          TEXT NOT NULL,
    at              BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    version         BIGINT NOT NULL
);
