-- +goose Up
-- What somebody sets up does nothing until a second person confirms it: actor is who set it up
-- last. confirmed_at 0: it was never confirmed by a person. What was there before is in use.
ALTER TABLE security_upper ADD COLUMN confirmed BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE security_upper ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE security_upper ADD COLUMN confirmer TEXT NOT NULL DEFAULT '';
ALTER TABLE security_upper ADD COLUMN confirmer_name TEXT NOT NULL DEFAULT '';
ALTER TABLE security_ferry_source ADD COLUMN confirmed BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE security_ferry_source ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE security_ferry_source ADD COLUMN confirmer TEXT NOT NULL DEFAULT '';
ALTER TABLE security_ferry_source ADD COLUMN confirmer_name TEXT NOT NULL DEFAULT '';
