-- +goose Up
-- What an enterprise says of itself beside its assets. It is there from the first asset on.
CREATE TABLE security_inventory (
    organisation_id TEXT PRIMARY KEY,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    district        TEXT NOT NULL,
    industry        TEXT NOT NULL,
    synthetic       BOOLEAN NOT NULL,
    consent_id      TEXT NOT NULL DEFAULT '',
    consent_until   BIGINT NOT NULL DEFAULT 0,
    updated_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
-- Assets as they are declared. addresses are MAC, IP and segment, as JSON. stale: what
-- advisories say of it has to be asked again.
CREATE TABLE security_asset (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES security_inventory (organisation_id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    role            TEXT NOT NULL,
    vendor          TEXT NOT NULL,
    vendor_key      TEXT NOT NULL,
    product         TEXT NOT NULL,
    model           TEXT NOT NULL,
    order_number    TEXT NOT NULL,
    firmware        TEXT NOT NULL,
    serial          TEXT NOT NULL,
    addresses       TEXT NOT NULL,
    zone            TEXT NOT NULL,
    zone_level      BIGINT NOT NULL,
    criticality     BIGINT NOT NULL,
    reach           TEXT NOT NULL,
    responsible     TEXT NOT NULL,
    site            TEXT NOT NULL,
    note            TEXT NOT NULL,
    state           TEXT NOT NULL,
    merged_into     TEXT NOT NULL DEFAULT '',
    synthetic       BOOLEAN NOT NULL,
    stale           BOOLEAN NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX security_asset_organisation ON security_asset (organisation_id, state, name);
CREATE INDEX security_asset_stale ON security_asset (id) WHERE stale;
CREATE INDEX security_asset_use ON security_asset (vendor_key, product, model, order_number, firmware) WHERE state = 'active';
-- What an asset is known again by, of active ones; rank is the order of keys.
CREATE TABLE security_asset_key (
    asset_id        TEXT NOT NULL REFERENCES security_asset (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL,
    rank            BIGINT NOT NULL,
    value           TEXT NOT NULL,
    PRIMARY KEY (asset_id, value)
);
CREATE INDEX security_asset_key_value ON security_asset_key (organisation_id, value);
-- What was changed, by whom, field by field as JSON.
CREATE TABLE security_asset_step (
    asset_id   TEXT NOT NULL REFERENCES security_asset (id) ON DELETE CASCADE,
    number     BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    kind       TEXT NOT NULL,
    fields     TEXT NOT NULL,
    PRIMARY KEY (asset_id, number)
);
-- Two assets that are one. before and other_before are what they were, as JSON.
CREATE TABLE security_asset_merge (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    survivor_id     TEXT NOT NULL REFERENCES security_asset (id) ON DELETE CASCADE,
    other_id        TEXT NOT NULL REFERENCES security_asset (id) ON DELETE CASCADE,
    before          TEXT NOT NULL,
    version         BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    undone_at       BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX security_asset_merge_organisation ON security_asset_merge (organisation_id, at);
-- Pairs of which the enterprise said that they are two; the smaller ID first.
CREATE TABLE security_asset_distinct (
    first_id  TEXT NOT NULL REFERENCES security_asset (id) ON DELETE CASCADE,
    second_id TEXT NOT NULL REFERENCES security_asset (id) ON DELETE CASCADE,
    PRIMARY KEY (first_id, second_id)
);
-- That an enterprise lets the city see its assets one by one.
CREATE TABLE security_consent (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES security_inventory (organisation_id) ON DELETE CASCADE,
    purpose         TEXT NOT NULL,
    given_at        BIGINT NOT NULL,
    until_at        BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    withdrawn_at    BIGINT NOT NULL DEFAULT 0,
    withdrawer      TEXT NOT NULL DEFAULT '',
    withdrawn_by_name TEXT NOT NULL DEFAULT '',
    withdrawn_why TEXT NOT NULL DEFAULT ''
);
CREATE INDEX security_consent_organisation ON security_consent (organisation_id, given_at);
-- Who of others was given assets of an enterprise, by day.
CREATE TABLE security_asset_access (
    organisation_id TEXT NOT NULL REFERENCES security_inventory (organisation_id) ON DELETE CASCADE,
    day             TEXT NOT NULL,
    actor           TEXT NOT NULL,
    way             TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    reader_zh       TEXT NOT NULL,
    reader_en       TEXT NOT NULL,
    assets          BIGINT NOT NULL,
    times           BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, day, actor, way)
);
