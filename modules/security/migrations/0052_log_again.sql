-- +goose Up
-- How often the same was written once more soon after a line of a log, and when last.
ALTER TABLE security_sensor_log ADD COLUMN again BIGINT NOT NULL DEFAULT 0;
ALTER TABLE security_sensor_log ADD COLUMN until BIGINT NOT NULL DEFAULT 0;
