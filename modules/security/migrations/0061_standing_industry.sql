-- +goose Up
-- The industry that an enterprise says it is of (GB/T 4754); empty: it has not said.
ALTER TABLE security_standing ADD COLUMN industry TEXT NOT NULL DEFAULT '';
