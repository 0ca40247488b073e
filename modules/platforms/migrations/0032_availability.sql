-- +goose Up
-- What of a platform is looked at from outside, and what is thought of it. A
-- target that was looked at stays when it is removed: its looks count.
CREATE TABLE probe_target (
    id          TEXT PRIMARY KEY,
    platform_id TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    spec        TEXT NOT NULL,
    enabled     BOOLEAN NOT NULL,
    created_at  BIGINT NOT NULL,
    removed_at  BIGINT NOT NULL DEFAULT 0,
    version     BIGINT NOT NULL DEFAULT 1,
    next_at     BIGINT NOT NULL,
    state       TEXT NOT NULL DEFAULT 'unknown',
    bad         BIGINT NOT NULL DEFAULT 0,
    since       BIGINT NOT NULL DEFAULT 0,
    first_bad   BIGINT NOT NULL DEFAULT 0,
    looked_at   BIGINT NOT NULL DEFAULT 0,
    ok          BOOLEAN NOT NULL DEFAULT FALSE,
    ms          DOUBLE PRECISION NOT NULL DEFAULT 0,
    status      BIGINT NOT NULL DEFAULT 0,
    until_at    BIGINT NOT NULL DEFAULT 0,
    fault       TEXT NOT NULL DEFAULT '',
    detail      TEXT NOT NULL DEFAULT '',
    told_until  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX probe_target_platform ON probe_target (platform_id);
CREATE INDEX probe_target_next ON probe_target (next_at);
-- The last looks of each target.
CREATE TABLE probe_look (
    target_id TEXT NOT NULL REFERENCES probe_target (id) ON DELETE CASCADE,
    at        BIGINT NOT NULL,
    ok        BOOLEAN NOT NULL,
    ms        DOUBLE PRECISION NOT NULL,
    status    BIGINT NOT NULL,
    fault     TEXT NOT NULL,
    detail    TEXT NOT NULL,
    stopped   BOOLEAN NOT NULL,
    PRIMARY KEY (target_id, at)
);
-- What the looks of a day, in China's time, came to. Times are of good looks.
CREATE TABLE probe_day (
    target_id   TEXT NOT NULL REFERENCES probe_target (id) ON DELETE CASCADE,
    platform_id TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    day         TEXT NOT NULL,
    looks       BIGINT NOT NULL,
    good        BIGINT NOT NULL,
    stopped     BIGINT NOT NULL,
    timed       BIGINT NOT NULL,
    ms_sum      DOUBLE PRECISION NOT NULL,
    ms_min      DOUBLE PRECISION NOT NULL,
    ms_max      DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (target_id, day)
);
CREATE INDEX probe_day_platform ON probe_day (platform_id, day);
CREATE TABLE incident (
    id          TEXT PRIMARY KEY,
    target_id   TEXT NOT NULL REFERENCES probe_target (id) ON DELETE CASCADE,
    platform_id TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    began_at    BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL DEFAULT 0,
    fault       TEXT NOT NULL,
    detail      TEXT NOT NULL
);
CREATE INDEX incident_platform ON incident (platform_id, began_at);
CREATE INDEX incident_target ON incident (target_id);
CREATE TABLE maintenance (
    id          TEXT PRIMARY KEY,
    platform_id TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    from_at     BIGINT NOT NULL,
    to_at       BIGINT NOT NULL,
    reason      TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX maintenance_platform ON maintenance (platform_id, to_at);
