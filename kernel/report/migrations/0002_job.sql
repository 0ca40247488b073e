-- +goose Up
-- Runs are jobs now: who works on them and how far they are is the job's.
DROP INDEX run_state;
ALTER TABLE run DROP COLUMN holder;
ALTER TABLE run DROP COLUMN held_until;
ALTER TABLE run DROP COLUMN tries;
ALTER TABLE run DROP COLUMN progress;
CREATE INDEX run_state ON run (state, asked_at) WHERE state IN ('waiting', 'running');
