-- +goose Up
-- What a node holds, which no other may: its prefix; its own id once its application
-- was refused, so that the prefix is free again.
ALTER TABLE node RENAME COLUMN prefix TO claim;
ALTER TABLE node ADD COLUMN prefix TEXT NOT NULL DEFAULT '';
UPDATE node SET prefix = claim;
UPDATE node SET claim = id WHERE state = 'refused';
