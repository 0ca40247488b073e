-- +goose Up
-- How enterprises stand, as it was worked out last; parts as JSON. shown is the figures
-- that a change is told by.
CREATE TABLE security_standing (
    organisation_id TEXT PRIMARY KEY,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    district        TEXT NOT NULL,
    synthetic       BOOLEAN NOT NULL,
    risk            DOUBLE PRECISION NOT NULL,
    confidence      DOUBLE PRECISION NOT NULL,
    findings        BIGINT NOT NULL,
    worst_zh        TEXT NOT NULL,
    worst_en        TEXT NOT NULL,
    parts           TEXT NOT NULL,
    weights         TEXT NOT NULL,
    worked_out_at   BIGINT NOT NULL
);
CREATE INDEX security_standing_risk ON security_standing (risk, organisation_id);
CREATE INDEX security_standing_district ON security_standing (district, risk);
-- How they stood at the end of each day of the city.
CREATE TABLE security_standing_day (
    organisation_id TEXT NOT NULL,
    day             TEXT NOT NULL,
    risk            DOUBLE PRECISION NOT NULL,
    confidence      DOUBLE PRECISION NOT NULL,
    district        TEXT NOT NULL,
    PRIMARY KEY (organisation_id, day)
);
CREATE INDEX security_standing_day_day ON security_standing_day (day, district);
