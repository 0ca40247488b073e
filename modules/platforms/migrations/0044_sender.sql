-- +goose Up
-- The name of the person whose table brought figures, as it was then: who corrects a
-- figure stays known. Who sends with a key is told by the key.
ALTER TABLE submission ADD COLUMN sender TEXT NOT NULL DEFAULT '';
CREATE INDEX submission_person ON submission (key_id) WHERE sender <> '';
