-- +goose Up
-- Whether somebody who administers all persons has entered the address: only then
-- is it enough to know a person by at another provider.
ALTER TABLE person ADD COLUMN email_vouched BOOLEAN NOT NULL DEFAULT FALSE;
