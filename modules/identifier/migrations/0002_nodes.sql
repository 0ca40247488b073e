-- +goose Up
-- Where nodes that are hosted here speak the protocol: the key that signs answers,
-- and the serial of the site, which grows when the site changes.
CREATE TABLE door (
    name     TEXT PRIMARY KEY,
    key      TEXT NOT NULL,
    serial   BIGINT NOT NULL,
    site     TEXT NOT NULL
);
-- Nodes, whether they are hosted here or run elsewhere.
CREATE TABLE node (
    id              TEXT PRIMARY KEY,
    role            TEXT NOT NULL,
    prefix          TEXT NOT NULL UNIQUE,
    above_id        TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    operator_zh     TEXT NOT NULL,
    operator_en     TEXT NOT NULL,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    industry        TEXT NOT NULL,
    district        TEXT NOT NULL,
    contact_name    TEXT NOT NULL,
    contact_phone   TEXT NOT NULL,
    contact_email   TEXT NOT NULL,
    hosting         TEXT NOT NULL,
    door            TEXT NOT NULL,
    site            TEXT NOT NULL DEFAULT '',
    public_key      TEXT NOT NULL DEFAULT '',
    state           TEXT NOT NULL,
    reason          TEXT NOT NULL DEFAULT '',
    valid_until     BIGINT NOT NULL DEFAULT 0,
    synthetic       BOOLEAN NOT NULL DEFAULT FALSE,
    created_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX node_organisation ON node (organisation_id);
CREATE INDEX node_above ON node (above_id);
