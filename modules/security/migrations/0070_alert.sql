-- +goose Up
-- Batches of records that no rule has looked at yet; written with the batch, gone with what was found.
CREATE TABLE security_detection_due (
    sensor_id TEXT NOT NULL,
    spool     TEXT NOT NULL,
    sequence  BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (sensor_id, spool, sequence)
);
CREATE INDEX security_detection_due_at ON security_detection_due (at);

-- What was looked at, of each sensor: unsure are records whose direction is a guess.
CREATE TABLE security_detection_sensor (
    sensor_id TEXT PRIMARY KEY,
    events    BIGINT NOT NULL,
    unsure    BIGINT NOT NULL,
    refused   BIGINT NOT NULL,
    late      BIGINT NOT NULL,
    evicted   BIGINT NOT NULL,
    judged_at BIGINT NOT NULL
);

-- Alerts (告警). state: new, looking, real, false_alarm, suppressed. rank: 1 is the gravest
-- level. reasons and records are JSON: what matched, and by which records, the newest last.
CREATE TABLE security_alert (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    organisation_zh TEXT NOT NULL,
    organisation_en TEXT NOT NULL,
    sensor_id       TEXT NOT NULL,
    sensor_name     TEXT NOT NULL,
    fingerprint     TEXT NOT NULL,
    rule_id         TEXT NOT NULL,
    rule_zh         TEXT NOT NULL,
    rule_en         TEXT NOT NULL,
    pack            TEXT NOT NULL,
    kind            TEXT NOT NULL,
    level           TEXT NOT NULL,
    rank            BIGINT NOT NULL,
    technique       TEXT NOT NULL,
    client          TEXT NOT NULL,
    server          TEXT NOT NULL,
    unit            TEXT NOT NULL,
    why_zh          TEXT NOT NULL,
    why_en          TEXT NOT NULL,
    reasons         TEXT NOT NULL,
    records         TEXT NOT NULL,
    times           BIGINT NOT NULL,
    first_at        BIGINT NOT NULL,
    last_at         BIGINT NOT NULL,
    state           TEXT NOT NULL,
    reason          TEXT NOT NULL,
    until_at        BIGINT NOT NULL,
    incident_id     TEXT NOT NULL,
    opened_at       BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL
);
CREATE INDEX security_alert_of ON security_alert (organisation_id, last_at);
CREATE INDEX security_alert_fingerprint ON security_alert (fingerprint, last_at);
CREATE INDEX security_alert_state ON security_alert (state, until_at);

-- What people did with an alert. actor is empty where the platform did it.
CREATE TABLE security_alert_step (
    id         TEXT PRIMARY KEY,
    alert_id   TEXT NOT NULL,
    at         BIGINT NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    until_at   BIGINT NOT NULL,
    incident_id TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL
);
CREATE INDEX security_alert_step_of ON security_alert_step (alert_id, at);

-- Rules that an enterprise switched off, or on again, with why; the newest counts.
CREATE TABLE security_rule_switch (
    organisation_id TEXT NOT NULL,
    rule_id         TEXT NOT NULL,
    off             BOOLEAN NOT NULL,
    reason          TEXT NOT NULL,
    at              BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    PRIMARY KEY (organisation_id, rule_id)
);
