-- +goose Up
-- What an enterprise asks the bureau about its entry: that something is corrected, or that
-- the entry is deleted. It outlives the entry, which it therefore does not reference.
-- changes and outcome are JSON; told is which reminder the bureau was sent.
CREATE TABLE entry_request (
    id              TEXT PRIMARY KEY,
    entry_id        TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    kind            TEXT NOT NULL,
    code            TEXT NOT NULL,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    changes         TEXT NOT NULL,
    text            TEXT NOT NULL,
    state           TEXT NOT NULL,
    answer          TEXT NOT NULL DEFAULT '',
    outcome         TEXT NOT NULL DEFAULT '',
    filed_at        BIGINT NOT NULL,
    filed_by        TEXT NOT NULL,
    filed_name      TEXT NOT NULL,
    due_at          BIGINT NOT NULL,
    told            TEXT NOT NULL DEFAULT '',
    decided_at      BIGINT NOT NULL DEFAULT 0,
    decided_by      TEXT NOT NULL DEFAULT '',
    decided_name    TEXT NOT NULL DEFAULT '',
    version         BIGINT NOT NULL DEFAULT 1
);
-- An organisation asks one thing at a time about an entry.
CREATE UNIQUE INDEX entry_request_open ON entry_request (entry_id, organisation_id) WHERE state = 'open';
CREATE INDEX entry_request_organisation ON entry_request (organisation_id, filed_at);
CREATE INDEX entry_request_filed ON entry_request (filed_at, id);
CREATE INDEX entry_request_due ON entry_request (due_at) WHERE state = 'open';
-- What a correction changed: fields with what they said before and say since, as JSON.
ALTER TABLE entry_step ADD COLUMN changes TEXT NOT NULL DEFAULT '';
-- The code of an entry that was deleted is free again.
DROP INDEX entry_code;
CREATE UNIQUE INDEX entry_code ON entry (code) WHERE status <> 'refused' AND status <> 'removed';
