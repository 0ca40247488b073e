-- +goose Up
-- What can be found. The index in memory follows by position; stamp says which
-- of two messages about one object is the newer.
CREATE TABLE document (
    key           TEXT PRIMARY KEY,
    position      BIGINT NOT NULL,
    stamp         BIGINT NOT NULL,
    removed       BOOLEAN NOT NULL,
    room          TEXT NOT NULL,
    noun          TEXT NOT NULL,
    title_zh      TEXT NOT NULL,
    title_en      TEXT NOT NULL,
    tags          TEXT NOT NULL,
    body          TEXT NOT NULL,
    path          TEXT NOT NULL,
    permission    TEXT NOT NULL,
    organisations TEXT NOT NULL,
    city          BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX document_by_position ON document (position);
CREATE INDEX document_kind ON document (room, noun);
CREATE TABLE document_position (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    n   BIGINT NOT NULL
);
INSERT INTO document_position (one, n) VALUES (1, 0);
-- Which kinds were read whole, and when.
CREATE TABLE walked (
    room TEXT NOT NULL,
    noun TEXT NOT NULL,
    at   BIGINT NOT NULL,
    PRIMARY KEY (room, noun)
);
