-- +goose Up
-- Sensors of enterprises of the demonstration.
ALTER TABLE security_sensor ADD COLUMN synthetic BOOLEAN NOT NULL DEFAULT FALSE;
