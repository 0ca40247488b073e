-- +goose Up
-- Who offers services to the city's enterprises. profile is what was accepted, or, before
-- anything was, what was applied with; filed is what waits for the bureau beside it.
CREATE TABLE provider (
    id              TEXT PRIMARY KEY,
    entry_id        TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL,
    code            TEXT NOT NULL,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    district        TEXT NOT NULL,
    industry        TEXT NOT NULL,
    synthetic       BOOLEAN NOT NULL DEFAULT FALSE,
    state           TEXT NOT NULL,
    filing          TEXT NOT NULL DEFAULT '',
    filing_returned BOOLEAN NOT NULL DEFAULT FALSE,
    reason          TEXT NOT NULL DEFAULT '',
    profile         TEXT NOT NULL,
    filed           TEXT NOT NULL DEFAULT '',
    promise         BIGINT NOT NULL, -- hours
    valid_until     BIGINT NOT NULL DEFAULT 0,
    told_until      BIGINT NOT NULL DEFAULT 0,
    filed_at        BIGINT NOT NULL,
    accepted_at     BIGINT NOT NULL DEFAULT 0,
    decided_at      BIGINT NOT NULL DEFAULT 0,
    decided_by      TEXT NOT NULL DEFAULT '',
    decided_name    TEXT NOT NULL DEFAULT '',
    version         BIGINT NOT NULL DEFAULT 1
);
-- An enterprise is a provider once, beside what was refused.
CREATE UNIQUE INDEX provider_entry ON provider (entry_id) WHERE state <> 'refused';
CREATE INDEX provider_organisation ON provider (organisation_id);
CREATE INDEX provider_name ON provider (name_zh, id);
-- What lists filter by: kind is scenario, industry, technology or district.
CREATE TABLE provider_tag (
    provider_id TEXT NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    code        TEXT NOT NULL,
    PRIMARY KEY (provider_id, kind, code)
);
CREATE INDEX provider_tag_code ON provider_tag (kind, code, provider_id);
CREATE TABLE provider_evidence (
    id          TEXT PRIMARY KEY,
    provider_id TEXT NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
    case_id     TEXT NOT NULL,
    name        TEXT NOT NULL,
    media_type  TEXT NOT NULL,
    size        BIGINT NOT NULL,
    sha256      TEXT NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL,
    at          BIGINT NOT NULL,
    removed_at  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX provider_evidence_provider ON provider_evidence (provider_id);
-- What a provider was asked, and when it answered: by this, and nothing else, it is online.
CREATE TABLE provider_request (
    id          TEXT PRIMARY KEY,
    provider_id TEXT NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL DEFAULT '',
    asked_at    BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    answered_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX provider_request_provider ON provider_request (provider_id, asked_at);
CREATE INDEX provider_request_subject ON provider_request (subject, provider_id);
