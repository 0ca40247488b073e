-- +goose Up
-- Whose trace an event belongs to: W3C trace context, empty for none.
ALTER TABLE kernel_outbox ADD COLUMN trace TEXT NOT NULL DEFAULT '';
