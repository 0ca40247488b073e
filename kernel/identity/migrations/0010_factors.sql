-- +goose Up
-- How a session was opened (RFC 8176), and when its holder last proved a factor.
ALTER TABLE session ADD COLUMN amr TEXT NOT NULL DEFAULT 'pwd';
ALTER TABLE session ADD COLUMN proven_at BIGINT NOT NULL DEFAULT 0;
-- Since when a person owes a second factor; 0 while nobody has looked.
ALTER TABLE person ADD COLUMN factor_since BIGINT NOT NULL DEFAULT 0;
CREATE TABLE totp (
    person_id    TEXT PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
    secret       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL DEFAULT 0,
    used_at      BIGINT NOT NULL DEFAULT 0,
    last_step    BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE passkey (
    id            TEXT PRIMARY KEY,
    person_id     TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    credential_id TEXT NOT NULL UNIQUE,
    credential    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    used_at       BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX passkey_person ON passkey (person_id);
CREATE TABLE recovery_code (
    person_id TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    hash      TEXT NOT NULL,
    used_at   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (person_id, hash)
);
-- What a browser was asked and has not answered yet; each is answered once.
CREATE TABLE ceremony (
    id         TEXT PRIMARY KEY,
    purpose    TEXT NOT NULL,
    person_id  TEXT NOT NULL,
    data       TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX ceremony_expires ON ceremony (expires_at);
-- Browsers from which a person has signed in before.
CREATE TABLE device (
    person_id    TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    secret_hash  TEXT NOT NULL,
    network      TEXT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, secret_hash)
);
CREATE INDEX device_secret ON device (secret_hash);
