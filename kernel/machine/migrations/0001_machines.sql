-- +goose Up
-- A machine of an organisation, from before it enrols. Times are Unix
-- milliseconds, 0 for never.
CREATE TABLE machine (
    id               TEXT PRIMARY KEY,
    organisation_id  TEXT NOT NULL,
    organisation_zh  TEXT NOT NULL,
    organisation_en  TEXT NOT NULL,
    kind             TEXT NOT NULL,
    name             TEXT NOT NULL,
    note             TEXT NOT NULL DEFAULT '',
    created_at       BIGINT NOT NULL,
    created_by       TEXT NOT NULL,
    token_hash       TEXT NOT NULL UNIQUE, -- of the one-time token; its id once it is used up
    token_expires_at BIGINT NOT NULL,
    token_key        TEXT NOT NULL DEFAULT '', -- digest of the public key that used the token
    serial           TEXT NOT NULL DEFAULT '', -- of the newest certificate
    not_after        BIGINT NOT NULL DEFAULT 0,
    renew_at         BIGINT NOT NULL DEFAULT 0,
    enrolled_at      BIGINT NOT NULL DEFAULT 0,
    issued_at        BIGINT NOT NULL DEFAULT 0,
    seen_at          BIGINT NOT NULL DEFAULT 0,
    seen_ip          TEXT NOT NULL DEFAULT '',
    ahead_ms         BIGINT NOT NULL DEFAULT 0, -- the machine's clock before ours
    revoked_at       BIGINT NOT NULL DEFAULT 0,
    revoked_by       TEXT NOT NULL DEFAULT '',
    reason           TEXT NOT NULL DEFAULT '',
    told             TEXT NOT NULL DEFAULT '', -- the last notice: its kind and the serial
    version          BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX machine_organisation ON machine (organisation_id);
CREATE INDEX machine_end ON machine (not_after) WHERE revoked_at = 0;

CREATE TABLE certificate (
    serial     TEXT PRIMARY KEY, -- hexadecimal
    machine_id TEXT NOT NULL REFERENCES machine (id) ON DELETE CASCADE,
    digest     TEXT NOT NULL,    -- SHA-256 of the certificate
    key_digest TEXT NOT NULL,    -- SHA-256 of its public key
    pem        TEXT NOT NULL,
    issued_at  BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    not_after  BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0, -- first used
    revoked_at BIGINT NOT NULL DEFAULT 0,
    reason     BIGINT NOT NULL DEFAULT 0  -- RFC 5280, 5.3.1
);
CREATE INDEX certificate_machine ON certificate (machine_id, issued_at);
CREATE INDEX certificate_revoked ON certificate (revoked_at) WHERE revoked_at > 0;

-- The city's own certificate authority: one row.
CREATE TABLE authority (
    slot       TEXT PRIMARY KEY,
    pem        TEXT NOT NULL,
    key_sealed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    not_after  BIGINT NOT NULL,
    crl_number BIGINT NOT NULL DEFAULT 0,
    crl        TEXT NOT NULL DEFAULT '',
    crl_at     BIGINT NOT NULL DEFAULT 0,
    crl_stale  BOOLEAN NOT NULL DEFAULT TRUE -- something was revoked since
);
