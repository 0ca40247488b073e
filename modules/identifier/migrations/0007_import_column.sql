-- +goose Up
-- Which column of a refused row is wrong, and why in Chinese. An import may be looked at before it
-- begins: it is held, and has no job yet.
ALTER TABLE import_fault ADD COLUMN column_name TEXT NOT NULL DEFAULT '';
ALTER TABLE import_fault ADD COLUMN message_zh TEXT NOT NULL DEFAULT '';
UPDATE import_fault SET message_zh = message;
CREATE INDEX import_state ON import (state, created_at);
