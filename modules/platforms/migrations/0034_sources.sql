-- +goose Up
-- What the city asks a platform's own programs for. A source that brought
-- figures stays when it is removed: submissions name it.
CREATE TABLE source (
    id               TEXT PRIMARY KEY,
    platform_id      TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    name             TEXT NOT NULL,
    spec             TEXT NOT NULL,
    secret           TEXT NOT NULL DEFAULT '',
    secret_version   BIGINT NOT NULL DEFAULT 0,
    paused           TEXT NOT NULL DEFAULT '',
    version          BIGINT NOT NULL DEFAULT 1,
    created_at       BIGINT NOT NULL,
    removed_at       BIGINT NOT NULL DEFAULT 0,
    next_at          BIGINT NOT NULL,
    lease            TEXT NOT NULL DEFAULT '',
    lease_until      BIGINT NOT NULL DEFAULT 0,
    done_at          BIGINT NOT NULL DEFAULT 0,
    good_at          BIGINT NOT NULL DEFAULT 0,
    failures         BIGINT NOT NULL DEFAULT 0,
    mapping_failures BIGINT NOT NULL DEFAULT 0,
    job_id           TEXT NOT NULL DEFAULT ''
);
CREATE INDEX source_platform ON source (platform_id);
CREATE INDEX source_due ON source (next_at) WHERE removed_at = 0 AND paused = '';
CREATE TABLE source_run (
    id          TEXT PRIMARY KEY,
    source_id   TEXT NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    platform_id TEXT NOT NULL,
    at          BIGINT NOT NULL,
    ms          DOUBLE PRECISION NOT NULL,
    asked       TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    fault       TEXT NOT NULL,
    detail      TEXT NOT NULL,
    status      BIGINT NOT NULL,
    period      TEXT NOT NULL,
    rows        BIGINT NOT NULL,
    accepted    BIGINT NOT NULL,
    rejected    BIGINT NOT NULL,
    receipt     TEXT NOT NULL,
    faults      TEXT NOT NULL,
    dated       BOOLEAN NOT NULL,
    skew_ms     BIGINT NOT NULL
);
CREATE INDEX source_run_source ON source_run (source_id, id);
CREATE INDEX source_run_skew ON source_run (platform_id, id) WHERE dated;
CREATE INDEX submission_pull ON submission (key_id, position) WHERE channel = 'pull';
