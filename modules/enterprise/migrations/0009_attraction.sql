-- +goose Up
-- A company from elsewhere that may come to the city, and how far it is. next_on is a day;
-- told is the day of which the owner was reminded.
CREATE TABLE lead (
    id           TEXT PRIMARY KEY,
    name_zh      TEXT NOT NULL,
    name_en      TEXT NOT NULL,
    words        TEXT NOT NULL,
    origin       TEXT NOT NULL,
    industry     TEXT NOT NULL,
    chain        TEXT NOT NULL,
    gap          TEXT NOT NULL,
    source       TEXT NOT NULL,
    stage        TEXT NOT NULL,
    reason       TEXT NOT NULL DEFAULT '',
    investment   DOUBLE PRECISION NOT NULL DEFAULT 0,
    owner_id     TEXT NOT NULL,
    owner_name   TEXT NOT NULL,
    next_on      TEXT NOT NULL DEFAULT '',
    told         TEXT NOT NULL DEFAULT '',
    entry_id     TEXT NOT NULL DEFAULT '',
    code         TEXT NOT NULL DEFAULT '',
    landed_on    TEXT NOT NULL DEFAULT '',
    synthetic    BOOLEAN NOT NULL DEFAULT FALSE,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);
-- One enterprise was attracted once.
CREATE UNIQUE INDEX lead_entry ON lead (entry_id) WHERE entry_id <> '' AND stage = 'landed';
CREATE INDEX lead_updated ON lead (updated_at, id);
CREATE INDEX lead_next ON lead (next_on) WHERE next_on <> '';
CREATE TABLE lead_step (
    lead_id TEXT NOT NULL REFERENCES lead (id) ON DELETE CASCADE,
    number  BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    name    TEXT NOT NULL,
    kind    TEXT NOT NULL,
    day     TEXT NOT NULL,
    note    TEXT NOT NULL,
    PRIMARY KEY (lead_id, number)
);
CREATE TABLE lead_evidence (
    id         TEXT PRIMARY KEY,
    lead_id    TEXT NOT NULL REFERENCES lead (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size       BIGINT NOT NULL,
    sha256     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX lead_evidence_lead ON lead_evidence (lead_id);
