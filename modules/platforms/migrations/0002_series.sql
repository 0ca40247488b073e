-- +goose Up
-- The series of each platform, numbered: payloads and newest values name a
-- series by its number, and the limit on series is how far the numbers go.
CREATE TABLE series (
    platform_id TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    number      BIGINT NOT NULL,
    code        TEXT NOT NULL,
    dims        TEXT NOT NULL,
    PRIMARY KEY (platform_id, number)
);
CREATE UNIQUE INDEX series_name ON series (platform_id, code, dims);
INSERT INTO series (platform_id, number, code, dims)
SELECT x.platform_id, ROW_NUMBER() OVER (PARTITION BY x.platform_id ORDER BY x.code, x.dims), x.code, x.dims FROM latest x;
-- The newest values of the series of a platform, many in a row; what was the
-- newest before this table was stays in latest, and so do all totals.
CREATE TABLE newest (
    platform_id TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    part        BIGINT NOT NULL,
    body        BYTEA NOT NULL,
    PRIMARY KEY (platform_id, part)
);
