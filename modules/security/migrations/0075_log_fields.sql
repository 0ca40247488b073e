-- +goose Up
-- What transactions in logs say (DNS, TLS, HTTP, files), as JSON: [{"name", "value"}], empty of
-- all other logs.
ALTER TABLE security_sensor_log ADD COLUMN fields TEXT NOT NULL DEFAULT '';

-- Transactions that a probe did not tell: repeated ones, and more than it tells.
ALTER TABLE security_sensor_feed ADD COLUMN repeated BIGINT NOT NULL DEFAULT 0;
ALTER TABLE security_sensor_feed ADD COLUMN limited BIGINT NOT NULL DEFAULT 0;

-- Batches of logs with transactions that rules have not looked at yet.
CREATE TABLE security_detection_log (
    sensor_id TEXT NOT NULL,
    spool     TEXT NOT NULL,
    sequence  BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (sensor_id, spool, sequence)
);
CREATE INDEX security_detection_log_at ON security_detection_log (at);
