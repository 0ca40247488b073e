-- +goose Up
-- Code rules of a node. A rule is never changed: it is stopped, and another is made.
CREATE TABLE code_rule (
    id          TEXT PRIMARY KEY,
    node_id     TEXT NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    name_zh     TEXT NOT NULL,
    name_en     TEXT NOT NULL,
    template_id TEXT NOT NULL,
    rule        TEXT NOT NULL,
    stopped     BOOLEAN NOT NULL DEFAULT FALSE,
    created_at  BIGINT NOT NULL
);
CREATE INDEX code_rule_node ON code_rule (node_id);
-- The last serial number that was given out; none is given out twice.
CREATE TABLE code_serial (
    rule_id TEXT NOT NULL REFERENCES code_rule (id) ON DELETE CASCADE,
    scope   TEXT NOT NULL,
    last    BIGINT NOT NULL,
    PRIMARY KEY (rule_id, scope)
);
