-- +goose Up
-- What the city's search was told of nodes: a digest of the document, so that it is told
-- again only when it is another.
CREATE TABLE found (
    node_id TEXT PRIMARY KEY,
    digest  TEXT NOT NULL
);
