-- +goose Up
-- A rule may be edited until its first number was given out.
ALTER TABLE code_rule ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
-- Many codes of a rule that were asked for at once.
CREATE TABLE code_batch (
    id         TEXT PRIMARY KEY,
    rule_id    TEXT NOT NULL REFERENCES code_rule (id) ON DELETE CASCADE,
    items      TEXT NOT NULL,
    wanted     BIGINT NOT NULL,
    made       BIGINT NOT NULL DEFAULT 0,
    taken      BIGINT NOT NULL DEFAULT 0,
    job_id     TEXT NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX code_batch_rule ON code_batch (rule_id);
-- The serial numbers of a batch, of which its codes are made again: those from first
-- on, without those whose codes were registered otherwise. Position is how many
-- codes of the batch came before.
CREATE TABLE code_range (
    batch_id TEXT NOT NULL REFERENCES code_batch (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    first    BIGINT NOT NULL,
    length   BIGINT NOT NULL,
    taken    TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (batch_id, position)
);
-- Sheets of labels, printed by a job.
CREATE TABLE label_sheet (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    title           TEXT NOT NULL,
    asked           TEXT NOT NULL,
    label_count     BIGINT NOT NULL,
    printed         BIGINT NOT NULL DEFAULT 0,
    skipped         TEXT NOT NULL DEFAULT '[]',
    left_out        BIGINT NOT NULL DEFAULT 0,
    file            TEXT NOT NULL DEFAULT '',
    file_size       BIGINT NOT NULL DEFAULT 0,
    job_id          TEXT NOT NULL,
    state           TEXT NOT NULL,
    reason          TEXT NOT NULL DEFAULT '',
    created_at      BIGINT NOT NULL,
    ended_at        BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX label_sheet_organisation ON label_sheet (organisation_id);
