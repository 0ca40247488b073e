-- +goose Up
-- What batches of aggregates say and nobody looked at yet; written with the batch, gone with what was found.
CREATE TABLE security_detection_talk (
    sensor_id TEXT NOT NULL,
    spool     TEXT NOT NULL,
    sequence  BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    talks     TEXT NOT NULL,
    PRIMARY KEY (sensor_id, spool, sequence)
);
CREATE INDEX security_detection_talk_at ON security_detection_talk (at);

-- Communication baselines (通信基线). state: learning, review, enforced, paused, ended. edition
-- is the one in force, 0: none. holding: what deviates from it is an alert. round counts the
-- times of learning; published is the round that the edition comes of.
CREATE TABLE security_baseline (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    organisation_zh TEXT NOT NULL,
    organisation_en TEXT NOT NULL,
    name            TEXT NOT NULL,
    state           TEXT NOT NULL,
    round           BIGINT NOT NULL,
    published       BIGINT NOT NULL,
    edition         BIGINT NOT NULL,
    holding         BOOLEAN NOT NULL,
    learn_from      BIGINT NOT NULL,
    learn_to        BIGINT NOT NULL,
    paused_to       BIGINT NOT NULL,
    lines           BIGINT NOT NULL,
    beyond          BIGINT NOT NULL,
    unsure          BIGINT NOT NULL,
    deviations      BIGINT NOT NULL,
    deviations_beyond BIGINT NOT NULL,
    heard_at        BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    version         BIGINT NOT NULL
);
CREATE INDEX security_baseline_of ON security_baseline (organisation_id, created_at);
CREATE INDEX security_baseline_due ON security_baseline (state, learn_to);

-- A sensor is in one baseline at most.
CREATE TABLE security_baseline_sensor (
    sensor_id   TEXT PRIMARY KEY,
    baseline_id TEXT NOT NULL
);
CREATE INDEX security_baseline_sensor_of ON security_baseline_sensor (baseline_id);

-- What was learned, and what a person said of it. verdict: open, accepted, rejected, grouped
-- (a wider line, group_id, stands for it). port and unit are -1, function is '*' where a wider
-- line means any. covers is how many lines a wider one stands for.
CREATE TABLE security_baseline_line (
    id          TEXT PRIMARY KEY,
    baseline_id TEXT NOT NULL,
    round       BIGINT NOT NULL,
    client      TEXT NOT NULL,
    server      TEXT NOT NULL,
    protocol    TEXT NOT NULL,
    port        BIGINT NOT NULL,
    unit        BIGINT NOT NULL,
    class       TEXT NOT NULL,
    function    TEXT NOT NULL,
    first_at    BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    units       BIGINT NOT NULL,
    learned_at  BIGINT NOT NULL,
    verdict     TEXT NOT NULL,
    known       BOOLEAN NOT NULL,
    note        TEXT NOT NULL,
    group_id    TEXT NOT NULL,
    covers      BIGINT NOT NULL,
    judged_at   BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL,
    UNIQUE (baseline_id, round, client, server, protocol, port, unit, class, function)
);
CREATE INDEX security_baseline_line_group ON security_baseline_line (group_id);

-- Conversations that had no room among the lines, by their hash.
CREATE TABLE security_baseline_over (
    baseline_id TEXT NOT NULL,
    round       BIGINT NOT NULL,
    hash        TEXT NOT NULL,
    PRIMARY KEY (baseline_id, round, hash)
);

-- Editions, which never change. digest is over the entries in their order.
CREATE TABLE security_baseline_edition (
    baseline_id TEXT NOT NULL,
    number      BIGINT NOT NULL,
    round       BIGINT NOT NULL,
    entries     BIGINT NOT NULL,
    added       BIGINT NOT NULL,
    removed     BIGINT NOT NULL,
    digest      TEXT NOT NULL,
    reason      TEXT NOT NULL,
    at          BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL,
    PRIMARY KEY (baseline_id, number)
);

-- What an edition allows: from the edition since on, and before the edition until (0: there is none yet).
CREATE TABLE security_baseline_entry (
    id          TEXT PRIMARY KEY,
    baseline_id TEXT NOT NULL,
    client      TEXT NOT NULL,
    server      TEXT NOT NULL,
    protocol    TEXT NOT NULL,
    port        BIGINT NOT NULL,
    unit        BIGINT NOT NULL,
    class       TEXT NOT NULL,
    function    TEXT NOT NULL,
    since       BIGINT NOT NULL,
    until       BIGINT NOT NULL
);
CREATE INDEX security_baseline_entry_of ON security_baseline_entry (baseline_id, since, until);

-- What deviated. window_id: maintenance in which it was seen last, and raised no alert then.
-- accepted: the edition that allows it, 0: none.
CREATE TABLE security_baseline_deviation (
    id          TEXT PRIMARY KEY,
    baseline_id TEXT NOT NULL,
    sensor_id   TEXT NOT NULL,
    client      TEXT NOT NULL,
    server      TEXT NOT NULL,
    protocol    TEXT NOT NULL,
    port        BIGINT NOT NULL,
    unit        BIGINT NOT NULL,
    class       TEXT NOT NULL,
    function    TEXT NOT NULL,
    rule        TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    edition     BIGINT NOT NULL,
    first_at    BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    units       BIGINT NOT NULL,
    window_id   TEXT NOT NULL,
    accepted    BIGINT NOT NULL,
    UNIQUE (baseline_id, sensor_id, client, server, protocol, port, unit, class, function)
);
CREATE INDEX security_baseline_deviation_alert ON security_baseline_deviation (fingerprint);

-- Maintenance windows (检修窗口). hosts is a JSON list of clients; none: any.
CREATE TABLE security_baseline_window (
    id          TEXT PRIMARY KEY,
    baseline_id TEXT NOT NULL,
    from_at     BIGINT NOT NULL,
    to_at       BIGINT NOT NULL,
    hosts       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL
);
CREATE INDEX security_baseline_window_of ON security_baseline_window (baseline_id, to_at);

-- What was done with a baseline. actor is empty where the platform did it.
CREATE TABLE security_baseline_step (
    id          TEXT PRIMARY KEY,
    baseline_id TEXT NOT NULL,
    at          BIGINT NOT NULL,
    state       TEXT NOT NULL,
    edition     BIGINT NOT NULL,
    reason      TEXT NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL
);
CREATE INDEX security_baseline_step_of ON security_baseline_step (baseline_id, at);
