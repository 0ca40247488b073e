-- +goose Up
-- When a file was fetched first; 0: not yet, and then it is not forgotten.
ALTER TABLE security_upward_file ADD COLUMN fetched_at BIGINT NOT NULL DEFAULT 0;
