-- +goose Up
-- Calendars of working days that the city brought: days are 2027-01-01 by JSON lists. What is
-- confirmed holds for its days, the one that was confirmed last before others.
CREATE TABLE security_calendar (
    id             TEXT PRIMARY KEY,
    from_day       TEXT NOT NULL,
    until_day      TEXT NOT NULL,
    source         TEXT NOT NULL,
    off            TEXT NOT NULL,
    work           TEXT NOT NULL,
    actor          TEXT NOT NULL,
    actor_name     TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    confirmed      BOOLEAN NOT NULL,
    confirmed_at   BIGINT NOT NULL,
    confirmer      TEXT NOT NULL,
    confirmer_name TEXT NOT NULL
);
