-- +goose Up
-- Deliveries of events that failed: tried again by themselves for a while, then left to a person.
CREATE TABLE dead_letter (
    id         TEXT PRIMARY KEY,
    consumer   TEXT NOT NULL,
    event_id   TEXT NOT NULL,
    subject    TEXT NOT NULL,
    data       TEXT NOT NULL,
    emitted_at BIGINT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'dead', 'handled', 'discarded')),
    tries      BIGINT NOT NULL,
    error      TEXT NOT NULL,
    first_at   BIGINT NOT NULL,
    last_at    BIGINT NOT NULL,
    next_at    BIGINT NOT NULL,
    reason     TEXT NOT NULL DEFAULT '',
    decided_by TEXT NOT NULL DEFAULT '',
    decided_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE (consumer, event_id)
);
CREATE INDEX dead_letter_due ON dead_letter (state, next_at);
