-- +goose Up
-- Which entries the bureau invited the enterprise to keep, and when it did last. What became
-- of the invitation, the register of organisations knows.
CREATE TABLE entry_invited (
    entry_id TEXT PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
    at       BIGINT NOT NULL
);
