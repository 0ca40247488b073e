-- +goose Up
-- Signed heads of the audit log; anchored_at says when the second party's copy was written.
CREATE TABLE audit_checkpoint (
    seq         BIGINT PRIMARY KEY,
    hash        TEXT NOT NULL,
    at          BIGINT NOT NULL,
    key_id      TEXT NOT NULL,
    suite       TEXT NOT NULL,
    public      TEXT NOT NULL,
    signature   TEXT NOT NULL,
    anchored_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX audit_checkpoint_waiting ON audit_checkpoint (seq) WHERE anchored_at = 0;
