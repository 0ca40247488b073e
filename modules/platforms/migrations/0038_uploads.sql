-- +goose Up
-- Why a person corrects figures, and the newest file of a platform: the same one
-- again is the same upload.
ALTER TABLE submission ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE INDEX submission_csv ON submission (platform_id, position) WHERE channel = 'csv';
