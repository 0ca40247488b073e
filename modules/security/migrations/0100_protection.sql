-- +goose Up
-- A period of special protection (重保期): everybody who takes part reports once a day, by due_time
-- (HH:MM, in the city's time). begun_day is the last day whose reports are asked for; empty: none.
CREATE TABLE security_protection (
    id         TEXT PRIMARY KEY,
    title      TEXT NOT NULL,
    note       TEXT NOT NULL,
    from_day   TEXT NOT NULL,
    until_day  TEXT NOT NULL,
    due_time   TEXT NOT NULL,
    synthetic  BOOLEAN NOT NULL,
    begun_day  TEXT NOT NULL DEFAULT '',
    ended_at   BIGINT NOT NULL DEFAULT 0,
    reason     TEXT NOT NULL DEFAULT '',
    ender      TEXT NOT NULL DEFAULT '',
    ender_name TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX security_protection_open ON security_protection (from_day) WHERE ended_at = 0;
-- Who takes part.
CREATE TABLE security_protection_party (
    period_id       TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    organisation_zh TEXT NOT NULL,
    organisation_en TEXT NOT NULL,
    PRIMARY KEY (period_id, organisation_id)
);
CREATE INDEX security_protection_party_own ON security_protection_party (organisation_id);
-- What one of them owes for one day, with what it reported last. state is owed, nothing, something
-- or cancelled; closed_at is when nobody is reminded of it any more; 0: not yet.
CREATE TABLE security_protection_duty (
    id              TEXT PRIMARY KEY,
    period_id       TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    organisation_zh TEXT NOT NULL,
    organisation_en TEXT NOT NULL,
    day             TEXT NOT NULL,
    begun_at        BIGINT NOT NULL,
    due_at          BIGINT NOT NULL,
    state           TEXT NOT NULL,
    late            BOOLEAN NOT NULL DEFAULT FALSE,
    said_at         BIGINT NOT NULL DEFAULT 0,
    events          BIGINT NOT NULL DEFAULT 0,
    handled         BIGINT NOT NULL DEFAULT 0,
    what            TEXT NOT NULL DEFAULT '',
    incident_id     TEXT NOT NULL DEFAULT '',
    incident_number TEXT NOT NULL DEFAULT '',
    reports         BIGINT NOT NULL DEFAULT 0,
    escalated_at    BIGINT NOT NULL DEFAULT 0,
    closed_at       BIGINT NOT NULL DEFAULT 0,
    actor           TEXT NOT NULL DEFAULT '',
    actor_name      TEXT NOT NULL DEFAULT '',
    version         BIGINT NOT NULL DEFAULT 1
);
-- No day is begun twice.
CREATE UNIQUE INDEX security_protection_duty_day ON security_protection_duty (period_id, day, organisation_id);
CREATE INDEX security_protection_duty_own ON security_protection_duty (organisation_id, due_at);
CREATE INDEX security_protection_duty_open ON security_protection_duty (due_at) WHERE state = 'owed' AND closed_at = 0;
-- Each report as it was handed in; a correction is another one.
CREATE TABLE security_protection_report (
    id              TEXT PRIMARY KEY,
    duty_id         TEXT NOT NULL,
    number          BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    late            BOOLEAN NOT NULL,
    happened        BOOLEAN NOT NULL,
    events          BIGINT NOT NULL,
    handled         BIGINT NOT NULL,
    what            TEXT NOT NULL,
    incident_id     TEXT NOT NULL,
    incident_number TEXT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL
);
CREATE UNIQUE INDEX security_protection_report_of ON security_protection_report (duty_id, number);
