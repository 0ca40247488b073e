-- +goose Up
-- Downloads of more rows than one person takes away alone: who asks, who approves, and
-- the one download that an approval is for.
CREATE TABLE export_request (
    id              TEXT PRIMARY KEY,
    person_id       TEXT NOT NULL,
    organisation_id TEXT NOT NULL, -- for which they ask: it says which rows they see
    path            TEXT NOT NULL,
    query           TEXT NOT NULL, -- what narrows the list, in one order
    row_count       BIGINT NOT NULL, -- when it was asked
    reason          TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('open', 'approved', 'returned', 'withdrawn', 'used')),
    asked_at        BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL, -- of the request, then of the approval
    decided_by      TEXT NOT NULL DEFAULT '', -- person
    decided_at      BIGINT NOT NULL DEFAULT 0,
    answer          TEXT NOT NULL DEFAULT '',
    used_at         BIGINT NOT NULL DEFAULT 0,
    used_rows       BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX export_request_person ON export_request (person_id, asked_at);
CREATE INDEX export_request_state ON export_request (state, asked_at);
