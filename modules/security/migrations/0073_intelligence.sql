-- +goose Up
-- Threat intelligence (威胁情报): objects of STIX that a person or a feed took over, octet for
-- octet, the newest version of each. from_ref and to_ref are of relationships.
CREATE TABLE security_intel_object (
    object_id   TEXT PRIMARY KEY,
    type        TEXT NOT NULL,
    version_us  BIGINT NOT NULL,
    creator     TEXT NOT NULL,
    name        TEXT NOT NULL,
    from_ref    TEXT NOT NULL,
    to_ref      TEXT NOT NULL,
    tlp         TEXT NOT NULL,
    raw         TEXT NOT NULL,
    source      TEXT NOT NULL,
    origin      TEXT NOT NULL,
    taken_at    BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL
);
CREATE INDEX security_intel_object_from ON security_intel_object (from_ref);

-- Indicators among them. trouble: why it is not matched, empty: it is. confidence: -1 is not
-- told. expires_at is when it ends, by valid_until or by the life that its source was given.
-- serial grows with each change: what is compiled in memory follows by it. matched_at: when
-- what was stored before was held against it, 0: not yet.
CREATE TABLE security_indicator (
    id             TEXT PRIMARY KEY,
    object_id      TEXT NOT NULL UNIQUE,
    name           TEXT NOT NULL,
    description    TEXT NOT NULL,
    pattern        TEXT NOT NULL,
    pattern_type   TEXT NOT NULL,
    kind           TEXT NOT NULL,
    trouble        TEXT NOT NULL,
    trouble_text   TEXT NOT NULL,
    source         TEXT NOT NULL,
    origin         TEXT NOT NULL,
    confidence     BIGINT NOT NULL,
    tlp            TEXT NOT NULL,
    valid_from     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    revoked        BOOLEAN NOT NULL,
    silenced_at    BIGINT NOT NULL,
    silenced_why   TEXT NOT NULL,
    hits           BIGINT NOT NULL,
    hit_at         BIGINT NOT NULL,
    beyond         BIGINT NOT NULL,
    taken_at       BIGINT NOT NULL,
    matched_at     BIGINT NOT NULL,
    actor          TEXT NOT NULL,
    actor_name     TEXT NOT NULL,
    serial         BIGINT NOT NULL,
    version        BIGINT NOT NULL
);
CREATE INDEX security_indicator_serial ON security_indicator (serial);
CREATE INDEX security_indicator_taken ON security_indicator (taken_at);
CREATE INDEX security_indicator_ends ON security_indicator (expires_at);
CREATE INDEX security_indicator_waiting ON security_indicator (matched_at, serial);

-- The serial that was given last.
CREATE TABLE security_intel_last (
    id     BIGINT PRIMARY KEY,
    serial BIGINT NOT NULL
);
INSERT INTO security_intel_last (id, serial) VALUES (1, 0);

-- What an indicator was seen in: client and server are empty where a log names none.
CREATE TABLE security_intel_hit (
    id              TEXT PRIMARY KEY,
    indicator_id    TEXT NOT NULL,
    sensor_id       TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    client          TEXT NOT NULL,
    server          TEXT NOT NULL,
    path            TEXT NOT NULL,
    value           TEXT NOT NULL,
    fingerprint     TEXT NOT NULL,
    first_at        BIGINT NOT NULL,
    last_at         BIGINT NOT NULL,
    times           BIGINT NOT NULL,
    UNIQUE (indicator_id, sensor_id, client, server)
);
CREATE INDEX security_intel_hit_sensor ON security_intel_hit (sensor_id);

-- Sightings that are to be told, or were: told_at is when, 0: not yet; due: there is more to tell.
CREATE TABLE security_intel_sighting (
    indicator_id    TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    due             BOOLEAN NOT NULL,
    created_at      BIGINT NOT NULL,
    told_at         BIGINT NOT NULL,
    times           BIGINT NOT NULL,
    PRIMARY KEY (indicator_id, organisation_id)
);
CREATE INDEX security_intel_sighting_due ON security_intel_sighting (due, told_at);

-- Batches of logs that nobody held against indicators yet.
CREATE TABLE security_intel_due (
    sensor_id TEXT NOT NULL,
    spool     TEXT NOT NULL,
    sequence  BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (sensor_id, spool, sequence)
);
CREATE INDEX security_intel_due_at ON security_intel_due (at);

-- What was said of an indicator: silenced with why, or heard again.
CREATE TABLE security_intel_step (
    id           TEXT PRIMARY KEY,
    indicator_id TEXT NOT NULL,
    at           BIGINT NOT NULL,
    silenced     BOOLEAN NOT NULL,
    reason       TEXT NOT NULL,
    actor        TEXT NOT NULL,
    actor_name   TEXT NOT NULL
);
CREATE INDEX security_intel_step_of ON security_intel_step (indicator_id, at);
