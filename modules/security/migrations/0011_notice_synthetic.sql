-- +goose Up
-- Notices of the demonstration: they go to its enterprises only, and count in nothing that is real.
ALTER TABLE security_notice ADD COLUMN synthetic BOOLEAN NOT NULL DEFAULT FALSE;
