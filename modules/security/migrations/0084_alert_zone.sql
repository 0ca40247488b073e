-- +goose Up
-- The zones of the two of an alert, as their owner declared them when it was opened; empty: none.
ALTER TABLE security_alert ADD COLUMN client_zone TEXT NOT NULL DEFAULT '';
ALTER TABLE security_alert ADD COLUMN server_zone TEXT NOT NULL DEFAULT '';
