-- +goose Up
-- The numbers of those who are named, so that a person can be found and erased.
-- Rows from before have the name only.
ALTER TABLE rule ADD COLUMN created_by TEXT NOT NULL DEFAULT '';
ALTER TABLE rule ADD COLUMN approved_by TEXT NOT NULL DEFAULT '';
ALTER TABLE rule_history ADD COLUMN by_id TEXT NOT NULL DEFAULT '';
