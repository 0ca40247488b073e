-- +goose Up
-- What persons ask about their data: a copy, a correction, to be erased.
CREATE TABLE personal_request (
    id         TEXT PRIMARY KEY,
    person_id  TEXT NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('copy', 'correction', 'erasure')),
    state      TEXT NOT NULL CHECK (state IN ('open', 'doing', 'done', 'refused', 'withdrawn')),
    detail     TEXT NOT NULL,
    asked_at   BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    decided_by TEXT NOT NULL DEFAULT '',
    decided_at BIGINT NOT NULL DEFAULT 0,
    reason     TEXT NOT NULL DEFAULT '',
    done_at    BIGINT NOT NULL DEFAULT 0,
    version    BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX personal_request_person ON personal_request (person_id, asked_at);
CREATE INDEX personal_request_state ON personal_request (state, due_at);
-- When somebody took a consent back.
ALTER TABLE consent ADD COLUMN withdrawn_at BIGINT NOT NULL DEFAULT 0;
-- Since when a person is being erased: from then on nothing about them is told anew.
ALTER TABLE person ADD COLUMN erasing_at BIGINT NOT NULL DEFAULT 0;
