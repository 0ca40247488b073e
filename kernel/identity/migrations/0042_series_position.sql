-- +goose Up
-- How far each projection has come in a time-series store that replicas share.
CREATE TABLE series_position (
    room     TEXT NOT NULL,
    mark     TEXT NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (room, mark)
);
