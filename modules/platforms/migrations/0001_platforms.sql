-- +goose Up
CREATE TABLE platform (
    id              TEXT PRIMARY KEY,
    code            TEXT NOT NULL UNIQUE,
    organisation_id TEXT NOT NULL,
    operator_zh     TEXT NOT NULL,
    operator_en     TEXT NOT NULL,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    class           TEXT NOT NULL,
    industry        TEXT NOT NULL,
    district        TEXT NOT NULL,
    contact_name    TEXT NOT NULL,
    contact_phone   TEXT NOT NULL,
    contact_email   TEXT NOT NULL,
    url             TEXT NOT NULL,
    description     TEXT NOT NULL,
    status          TEXT NOT NULL,
    status_reason   TEXT NOT NULL DEFAULT '',
    synthetic       BOOLEAN NOT NULL DEFAULT FALSE,
    tier            TEXT NOT NULL DEFAULT '',
    last_report_at  BIGINT NOT NULL DEFAULT 0,
    late_at         BIGINT NOT NULL DEFAULT 0,
    silent_at       BIGINT NOT NULL DEFAULT 0,
    created_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX platform_organisation ON platform (organisation_id);
CREATE TABLE platform_key (
    id           TEXT PRIMARY KEY,
    platform_id  TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    kind         TEXT NOT NULL,
    secret       TEXT NOT NULL,
    sandbox      BOOLEAN NOT NULL,
    created_at   BIGINT NOT NULL,
    created_by   TEXT NOT NULL,
    revoked_at   BIGINT NOT NULL DEFAULT 0,
    last_used_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX platform_key_platform ON platform_key (platform_id);
-- The ledger: what was accepted, before it was acknowledged.
CREATE TABLE submission (
    id          TEXT PRIMARY KEY,
    position    BIGINT NOT NULL UNIQUE,
    platform_id TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    key_id      TEXT NOT NULL,
    channel     TEXT NOT NULL,
    seq         BIGINT NOT NULL,
    body_hash   TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    sent_at     BIGINT NOT NULL,
    period      TEXT NOT NULL,
    revises     BIGINT NOT NULL,
    items       BIGINT NOT NULL,
    accepted    BIGINT NOT NULL,
    rejected    BIGINT NOT NULL,
    findings    TEXT NOT NULL,
    payload     BYTEA
);
CREATE UNIQUE INDEX submission_seq ON submission (platform_id, seq) WHERE seq > 0;
CREATE INDEX submission_platform ON submission (platform_id, received_at);
CREATE TABLE ledger_position (
    one      BIGINT PRIMARY KEY CHECK (one = 1),
    position BIGINT NOT NULL
);
INSERT INTO ledger_position (one, position) VALUES (1, 0);
-- Values of days and months, every revision of them.
CREATE TABLE fact (
    platform_id   TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    code          TEXT NOT NULL,
    dims          TEXT NOT NULL,
    period_at     BIGINT NOT NULL,
    revision      BIGINT NOT NULL,
    value         DOUBLE PRECISION NOT NULL,
    known_at      BIGINT NOT NULL,
    method        TEXT NOT NULL,
    submission_id TEXT NOT NULL,
    PRIMARY KEY (platform_id, code, dims, period_at, revision)
);
-- The newest value of each series.
CREATE TABLE latest (
    platform_id   TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    code          TEXT NOT NULL,
    dims          TEXT NOT NULL,
    at            BIGINT NOT NULL,
    value         DOUBLE PRECISION NOT NULL,
    revision      BIGINT NOT NULL,
    method        TEXT NOT NULL,
    submission_id TEXT NOT NULL,
    PRIMARY KEY (platform_id, code, dims)
);
CREATE INDEX latest_code ON latest (code);
