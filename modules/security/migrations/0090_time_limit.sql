-- +goose Up
-- Times that the city sets itself for an obligation of a level, in place of the default's: minutes
-- by the wall, or working days; steps are shares of the time, as JSON. What is confirmed holds from
-- the first moment of from_day on, or from its confirmation where that was later; version numbers
-- those of an obligation and level, and is 0 before. None is changed or deleted afterwards.
CREATE TABLE security_time_limit (
    id             TEXT PRIMARY KEY,
    obligation     TEXT NOT NULL,
    level          BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    minutes        BIGINT NOT NULL,
    working_days   BIGINT NOT NULL,
    steps          TEXT NOT NULL,
    from_day       TEXT NOT NULL,
    basis_zh       TEXT NOT NULL,
    basis_en       TEXT NOT NULL,
    reason         TEXT NOT NULL,
    actor          TEXT NOT NULL,
    actor_name     TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    confirmed      BOOLEAN NOT NULL,
    confirmed_at   BIGINT NOT NULL,
    confirmer      TEXT NOT NULL,
    confirmer_name TEXT NOT NULL,
    returned_at    BIGINT NOT NULL,
    returner       TEXT NOT NULL,
    returner_name  TEXT NOT NULL,
    return_reason  TEXT NOT NULL
);
CREATE UNIQUE INDEX security_time_limit_version ON security_time_limit (obligation, level, version) WHERE version > 0;
-- One proposal of an obligation and level waits at a time.
CREATE UNIQUE INDEX security_time_limit_waits ON security_time_limit (obligation, level) WHERE version = 0 AND returned_at = 0;
