-- +goose Up
-- Advisories of the demonstration: they are compared with assets of the demonstration only.
ALTER TABLE security_advisory ADD COLUMN synthetic BOOLEAN NOT NULL DEFAULT FALSE;
