-- +goose Up
-- For which organisation a person acted last.
ALTER TABLE person ADD COLUMN acting_for TEXT NOT NULL DEFAULT '';
-- Who was asked to join an organisation. The secret of the link is kept as a hash only.
CREATE TABLE invitation (
    id                 TEXT PRIMARY KEY,
    organisation_id    TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
    role               TEXT NOT NULL,
    email              TEXT NOT NULL,
    language           TEXT NOT NULL,
    note               TEXT NOT NULL,
    state              TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'revoked')),
    secret_hash        TEXT NOT NULL UNIQUE,
    invited_by         TEXT NOT NULL,
    by_organisation_id TEXT NOT NULL,
    person_id          TEXT NOT NULL DEFAULT '',
    sent               BIGINT NOT NULL DEFAULT 1,
    sent_at            BIGINT NOT NULL,
    created_at         BIGINT NOT NULL,
    expires_at         BIGINT NOT NULL,
    decided_at         BIGINT NOT NULL DEFAULT 0,
    version            BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX invitation_organisation ON invitation (organisation_id, created_at);
CREATE INDEX invitation_person ON invitation (person_id) WHERE person_id <> '';
