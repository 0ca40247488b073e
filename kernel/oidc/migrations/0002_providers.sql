-- +goose Up
-- Providers of others by whose word people sign in here.
CREATE TABLE provider (
    id            TEXT PRIMARY KEY,
    name_zh       TEXT NOT NULL,
    name_en       TEXT NOT NULL,
    issuer        TEXT NOT NULL UNIQUE,
    client_id     TEXT NOT NULL,
    secret        TEXT NOT NULL,
    domains       TEXT NOT NULL,
    second_factor BOOLEAN NOT NULL,
    acr_values    TEXT NOT NULL,
    enabled       BOOLEAN NOT NULL,
    created_at    BIGINT NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1
);
-- Who of a provider is which person here.
CREATE TABLE link (
    id          TEXT PRIMARY KEY,
    provider_id TEXT NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
    subject     TEXT NOT NULL,
    person_id   TEXT NOT NULL,
    name        TEXT NOT NULL,
    at          BIGINT NOT NULL,
    used_at     BIGINT NOT NULL DEFAULT 0,
    UNIQUE (provider_id, subject)
);
CREATE INDEX link_person ON link (person_id);
-- Browsers that were sent to a provider and are not back yet.
CREATE TABLE departure (
    hash        TEXT PRIMARY KEY,
    provider_id TEXT NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
    browser     TEXT NOT NULL,
    nonce       TEXT NOT NULL,
    verifier    TEXT NOT NULL,
    person_id   TEXT NOT NULL,
    session_id  TEXT NOT NULL,
    next        TEXT NOT NULL,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX departure_expires ON departure (expires_at);
