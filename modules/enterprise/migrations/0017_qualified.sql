-- +goose Up
-- The directory by name is read without the rows themselves where a qualification is asked for, too.
DROP INDEX entry_name;
CREATE INDEX entry_name ON entry (name_zh, id, words, status, organisation_id, see_qualifications);
