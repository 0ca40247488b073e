-- +goose Up
-- Prefixes of companies in GS1, whose identifications a node resolves.
CREATE TABLE gs1_company_prefix (
    prefix  TEXT PRIMARY KEY,
    node_id TEXT NOT NULL REFERENCES node (id) ON DELETE CASCADE
);
CREATE INDEX gs1_company_prefix_node ON gs1_company_prefix (node_id);
