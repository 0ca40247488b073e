-- +goose Up
-- How many of the units of an aggregate have a direction that is a guess; -1: not known, of a
-- release before this was kept.
ALTER TABLE security_sensor_aggregate ADD COLUMN guesses BIGINT NOT NULL DEFAULT -1;
