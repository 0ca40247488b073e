-- +goose Up
-- When an aggregate came, where that was much later than what it is of: a capture that was read
-- afterwards is kept as long as what was seen live. 0: about at the time of its own.
ALTER TABLE security_sensor_aggregate ADD COLUMN received_at BIGINT NOT NULL DEFAULT 0;

-- Batches that are over their time, of which records or logs are kept that open alerts refer to;
-- they are looked at again at a time.
CREATE TABLE security_sensor_kept (
    sensor_id TEXT NOT NULL,
    spool     TEXT NOT NULL,
    stream    TEXT NOT NULL,
    sequence  BIGINT NOT NULL,
    again_at  BIGINT NOT NULL,
    PRIMARY KEY (sensor_id, spool, stream, sequence)
);
CREATE INDEX security_sensor_kept_again ON security_sensor_kept (again_at);
