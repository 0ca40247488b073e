-- +goose Up
-- What is doubted about reported figures. A finding is found again under the same
-- name; about is the period for findings of periods, and 0 for standing ones.
CREATE TABLE finding (
    id          TEXT PRIMARY KEY,
    platform_id TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    code        TEXT NOT NULL,
    other       TEXT NOT NULL,
    about       BIGINT NOT NULL,
    from_at     BIGINT NOT NULL,
    until_at    BIGINT NOT NULL,
    severity    TEXT NOT NULL,
    weight      BIGINT NOT NULL,
    state       TEXT NOT NULL,
    evidence    TEXT NOT NULL,
    found_at    BIGINT NOT NULL,
    changed_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL
);
CREATE UNIQUE INDEX finding_name ON finding (platform_id, kind, code, other, about);
CREATE INDEX finding_state ON finding (state, found_at);
-- Who did what about a finding, when and why; actor is empty for the checks.
CREATE TABLE finding_step (
    finding_id TEXT NOT NULL REFERENCES finding (id) ON DELETE CASCADE,
    number     BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    name       TEXT NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    PRIMARY KEY (finding_id, number)
);
-- What was due and came, by platform and day: the grade's inputs that findings do
-- not hold. The grade of a past day is kept as it was computed then.
CREATE TABLE quality_day (
    platform_id TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    day         BIGINT NOT NULL,
    definition  BIGINT NOT NULL,
    due         BIGINT NOT NULL,
    received    BIGINT NOT NULL,
    on_time     BIGINT NOT NULL,
    reports     BIGINT NOT NULL,
    score       DOUBLE PRECISION NOT NULL,
    grade       TEXT NOT NULL,
    computed_at BIGINT NOT NULL,
    PRIMARY KEY (platform_id, day)
);
