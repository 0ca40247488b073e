-- +goose Up
-- Which silence was told: the silent_at of the notice that went out.
ALTER TABLE platform ADD COLUMN told_silent_at BIGINT NOT NULL DEFAULT 0;
UPDATE platform SET told_silent_at = silent_at;
