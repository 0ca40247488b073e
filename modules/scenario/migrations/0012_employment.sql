-- +goose Up
-- Where persons belonged, by the city's register of organisations, as far as it makes them
-- partial: what ended is forgotten when it no longer does. Days are as 2026-01-31; an empty
-- since_on is not known, an empty until_on is still so. party is what the organisation is
-- called among relations, as it was when it was last seen.
CREATE TABLE pilot_employment (
    id              TEXT PRIMARY KEY,
    person_id       TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    party           TEXT NOT NULL,
    name            TEXT NOT NULL,
    since_on        TEXT NOT NULL,
    until_on        TEXT NOT NULL
);
CREATE INDEX pilot_employment_person ON pilot_employment (person_id);
CREATE UNIQUE INDEX pilot_employment_open ON pilot_employment (person_id, organisation_id) WHERE until_on = '';
CREATE INDEX pilot_employment_until ON pilot_employment (until_on);
