-- +goose Up
-- Keys that are good only together with a certificate of a machine of the platform's
-- operator, and which certificate a submission came with.
ALTER TABLE platform_key ADD COLUMN certificate BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE submission ADD COLUMN machine_id TEXT NOT NULL DEFAULT '';
ALTER TABLE submission ADD COLUMN certificate TEXT NOT NULL DEFAULT '';
