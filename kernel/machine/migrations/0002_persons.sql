-- +goose Up
-- The numbers of those who are named, so that a person can be found and erased.
-- Rows from before have the name only.
ALTER TABLE machine ADD COLUMN created_by_id TEXT NOT NULL DEFAULT '';
ALTER TABLE machine ADD COLUMN revoked_by_id TEXT NOT NULL DEFAULT '';
