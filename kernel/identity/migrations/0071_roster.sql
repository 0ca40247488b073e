-- +goose Up
-- An invitation that opens an account which was prepared by an import.
ALTER TABLE invitation ADD COLUMN prepared BOOLEAN NOT NULL DEFAULT FALSE;
