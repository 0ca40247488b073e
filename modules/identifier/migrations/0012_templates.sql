-- +goose Up
-- Metadata templates: a row is a version. What is published never changes.
CREATE TABLE template (
    id              TEXT PRIMARY KEY,
    code            TEXT NOT NULL,
    version         BIGINT NOT NULL,
    organisation_id TEXT NOT NULL,
    operator_zh     TEXT NOT NULL,
    operator_en     TEXT NOT NULL,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    industry        TEXT NOT NULL,
    state           TEXT NOT NULL,
    items           TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    published_at    BIGINT NOT NULL DEFAULT 0,
    revision        BIGINT NOT NULL DEFAULT 1,
    UNIQUE (code, version)
);
CREATE INDEX template_organisation ON template (organisation_id);
-- The template that rows of an import follow; empty where each may name its own.
ALTER TABLE import ADD COLUMN template_id TEXT NOT NULL DEFAULT '';
