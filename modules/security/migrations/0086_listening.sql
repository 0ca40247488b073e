-- +goose Up
-- Since when the city listens to sensors without having been away, and when it looked last; one row.
CREATE TABLE security_detection_listening (
    id    BIGINT PRIMARY KEY,
    since BIGINT NOT NULL,
    last  BIGINT NOT NULL
);
