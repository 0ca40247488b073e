-- +goose Up
-- What an entry of the audit log tells beside who did what: which permission it
-- took, in which session and how that was proven, and what was changed (JSON).
-- Personal values in it are sealed like the names of those who acted.
ALTER TABLE audit_entry ADD COLUMN permission TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_entry ADD COLUMN session TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_entry ADD COLUMN factors TEXT NOT NULL DEFAULT '';
ALTER TABLE audit_entry ADD COLUMN changes TEXT NOT NULL DEFAULT '';
