-- +goose Up
-- How many identifiers there are by when they were registered, of every node.
CREATE INDEX identifier_created ON identifier (created_at, node_id);
