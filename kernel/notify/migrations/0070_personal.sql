-- +goose Up
-- Who caused a notice, so that it names them no more when they are erased.
ALTER TABLE notice ADD COLUMN by_id TEXT NOT NULL DEFAULT '';
