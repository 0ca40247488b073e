-- +goose Up
-- How somebody wants to see a list: its filters, search, sort and columns.
CREATE TABLE view (
    id              TEXT PRIMARY KEY,
    list            TEXT NOT NULL,
    name            TEXT NOT NULL,
    query           TEXT NOT NULL,
    person_id       TEXT NOT NULL,
    person_name     TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    shared          BOOLEAN NOT NULL,
    at              BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX view_person ON view (person_id, list);
CREATE INDEX view_organisation ON view (organisation_id, list) WHERE shared;
-- The view that a list opens with, for each person and organisation.
CREATE TABLE first_view (
    person_id       TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    list            TEXT NOT NULL,
    view_id         TEXT NOT NULL REFERENCES view (id) ON DELETE CASCADE,
    PRIMARY KEY (person_id, organisation_id, list)
);
