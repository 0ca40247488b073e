-- +goose Up
-- Programs that sign people in here, or ask for tokens in their own name. Lists
-- have an item to a line.
CREATE TABLE client (
    id              TEXT PRIMARY KEY,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    confidential    BOOLEAN NOT NULL,
    secret_hash     TEXT NOT NULL DEFAULT '',
    secret_at       BIGINT NOT NULL DEFAULT 0,
    redirect_uris   TEXT NOT NULL,
    logout_uris     TEXT NOT NULL,
    grants          TEXT NOT NULL,
    scopes          TEXT NOT NULL,
    audiences       TEXT NOT NULL,
    algorithm       TEXT NOT NULL,
    own             BOOLEAN NOT NULL,
    enabled         BOOLEAN NOT NULL,
    created_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX client_organisation ON client (organisation_id);
-- What a program asked for with a browser that has yet to sign in or agree.
CREATE TABLE asked (
    id         TEXT PRIMARY KEY,
    client_id  TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    data       TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX asked_expires ON asked (expires_at);
-- What a person agreed that a program may know, until they take it back.
CREATE TABLE consent (
    person_id TEXT NOT NULL,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    scopes    TEXT NOT NULL,
    at        BIGINT NOT NULL,
    used_at   BIGINT NOT NULL,
    PRIMARY KEY (person_id, client_id)
);
-- A program let in once: all tokens that come of it stand and fall with it.
CREATE TABLE permit (
    id              TEXT PRIMARY KEY,
    client_id       TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    person_id       TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    session_id      TEXT NOT NULL,
    scopes          TEXT NOT NULL,
    nonce           TEXT NOT NULL,
    acr             TEXT NOT NULL,
    amr             TEXT NOT NULL,
    auth_at         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    ends_at         BIGINT NOT NULL,
    revoked_at      BIGINT NOT NULL DEFAULT 0,
    reason          TEXT NOT NULL DEFAULT ''
);
CREATE INDEX permit_person ON permit (person_id, client_id);
CREATE INDEX permit_client ON permit (client_id);
CREATE INDEX permit_session ON permit (session_id);
CREATE INDEX permit_ends ON permit (ends_at);
CREATE TABLE code (
    hash         TEXT PRIMARY KEY,
    permit_id    TEXT NOT NULL REFERENCES permit (id) ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,
    challenge    TEXT NOT NULL,
    expires_at   BIGINT NOT NULL,
    used_at      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX code_permit ON code (permit_id);
CREATE TABLE refresh_token (
    hash       TEXT PRIMARY KEY,
    permit_id  TEXT NOT NULL REFERENCES permit (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX refresh_token_permit ON refresh_token (permit_id);
-- Access tokens that were revoked one by one, while they would still be good.
CREATE TABLE revoked_token (
    id         TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_token_expires ON revoked_token (expires_at);
-- Devices that wait for a person to type their code.
CREATE TABLE device (
    hash       TEXT PRIMARY KEY,
    user_code  TEXT NOT NULL UNIQUE,
    client_id  TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    scopes     TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'allowed', 'refused', 'used')),
    permit_id  TEXT NOT NULL DEFAULT '',
    polled_at  BIGINT NOT NULL DEFAULT 0,
    pause      BIGINT NOT NULL,
    ip         TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX device_expires ON device (expires_at);
-- Keys that sign tokens. The newest of an algorithm signs, the others are published
-- while tokens that they signed may still be good.
CREATE TABLE signing_key (
    id         TEXT PRIMARY KEY,
    algorithm  TEXT NOT NULL,
    secret     TEXT NOT NULL,
    public     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX signing_key_current ON signing_key (algorithm) WHERE retired_at = 0;
