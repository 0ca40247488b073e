-- +goose Up
-- An edition of a ladder that the bureau defined. content is all of it as JSON. What is
-- published never changes; a ladder has one draft at most.
CREATE TABLE cultivation_edition (
    ladder         TEXT NOT NULL,
    edition        BIGINT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('draft', 'published')),
    effective_from TEXT NOT NULL,
    content        TEXT NOT NULL,
    changed_at     BIGINT NOT NULL,
    actor          TEXT NOT NULL,
    actor_name     TEXT NOT NULL,
    published_at   BIGINT NOT NULL DEFAULT 0,
    publisher      TEXT NOT NULL DEFAULT '',
    publisher_name TEXT NOT NULL DEFAULT '',
    version        BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (ladder, edition)
);
CREATE UNIQUE INDEX cultivation_edition_draft ON cultivation_edition (ladder) WHERE state = 'draft';
-- Ladders, of the release too, that nobody is held against any more.
CREATE TABLE cultivation_retired (
    ladder     TEXT PRIMARY KEY,
    reason     TEXT NOT NULL,
    at         BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL
);
-- The ladder as it was when a year was assessed: a later run of the year goes by it.
ALTER TABLE cultivation_run ADD COLUMN content TEXT NOT NULL DEFAULT '';
-- Results say by themselves which rung of which edition they are of, and what came out by criterion.
ALTER TABLE cultivation_result ADD COLUMN edition BIGINT NOT NULL DEFAULT 1;
ALTER TABLE cultivation_result ADD COLUMN rung_zh TEXT NOT NULL DEFAULT '';
ALTER TABLE cultivation_result ADD COLUMN rung_en TEXT NOT NULL DEFAULT '';
ALTER TABLE cultivation_result ADD COLUMN criteria TEXT NOT NULL DEFAULT '[]';
