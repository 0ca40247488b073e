-- +goose Up
-- Feeds of threat intelligence (情报订阅): collections of TAXII 2.1 that are read on a schedule.
-- root is the URL of the API root; secret is sealed. cursor: what was added after it was not
-- read yet, as TAXII writes times. fault: the class of what went wrong last, empty: nothing.
CREATE TABLE security_intel_feed (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,
    root           TEXT NOT NULL,
    collection     TEXT NOT NULL,
    auth           TEXT NOT NULL,
    username       TEXT NOT NULL,
    secret         TEXT NOT NULL,
    secret_version BIGINT NOT NULL,
    every_minutes  BIGINT NOT NULL,
    days           BIGINT NOT NULL,
    paused         BOOLEAN NOT NULL,
    cursor         TEXT NOT NULL,
    next_at        BIGINT NOT NULL,
    lease_until    BIGINT NOT NULL,
    run_at         BIGINT NOT NULL,
    good_at        BIGINT NOT NULL,
    failures       BIGINT NOT NULL,
    fault          TEXT NOT NULL,
    fault_text     TEXT NOT NULL,
    objects        BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    actor          TEXT NOT NULL,
    actor_name     TEXT NOT NULL,
    version        BIGINT NOT NULL
);
CREATE INDEX security_intel_feed_due ON security_intel_feed (paused, next_at);

-- The times that a feed was read; the newest are kept.
CREATE TABLE security_intel_run (
    id         TEXT PRIMARY KEY,
    feed_id    TEXT NOT NULL,
    at         BIGINT NOT NULL,
    took_ms    BIGINT NOT NULL,
    pages      BIGINT NOT NULL,
    fresh      BIGINT NOT NULL,
    newer      BIGINT NOT NULL,
    known      BIGINT NOT NULL,
    refused    BIGINT NOT NULL,
    refusal    TEXT NOT NULL,
    unmatched  BIGINT NOT NULL,
    fault      TEXT NOT NULL,
    fault_text TEXT NOT NULL
);
CREATE INDEX security_intel_run_of ON security_intel_run (feed_id, at);
