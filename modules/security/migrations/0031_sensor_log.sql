-- +goose Up
-- What other sensors of an enterprise wrote, as a probe read it; digest, position and size
-- say which line of the original it was.
CREATE TABLE security_sensor_log (
    id         TEXT PRIMARY KEY,
    sensor_id  TEXT NOT NULL,
    spool      TEXT NOT NULL,
    sequence   BIGINT NOT NULL,
    item       BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    feed       TEXT NOT NULL,
    format     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    code       TEXT NOT NULL,
    severity   BIGINT NOT NULL,
    title      TEXT NOT NULL,
    detail     TEXT NOT NULL,
    host       TEXT NOT NULL,
    client     TEXT NOT NULL,
    server     TEXT NOT NULL,
    port       BIGINT NOT NULL,
    protocol   TEXT NOT NULL,
    digest     TEXT NOT NULL,
    position   BIGINT NOT NULL,
    size       BIGINT NOT NULL,
    UNIQUE (sensor_id, spool, sequence, item)
);
CREATE INDEX security_sensor_log_at ON security_sensor_log (sensor_id, at);

-- How far each file of logs was read, and what its lines were.
CREATE TABLE security_sensor_feed (
    sensor_id TEXT NOT NULL,
    name      TEXT NOT NULL,
    spool     TEXT NOT NULL,
    sequence  BIGINT NOT NULL,
    format    TEXT NOT NULL,
    position  BIGINT NOT NULL,
    lines     BIGINT NOT NULL,
    told      BIGINT NOT NULL,
    unread    BIGINT NOT NULL,
    too_long  BIGINT NOT NULL,
    dropped   BIGINT NOT NULL,
    gone      BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (sensor_id, name)
);
