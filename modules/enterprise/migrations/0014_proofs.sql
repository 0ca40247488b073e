-- +goose Up
-- Evidence beside a criterion of a rung in a year, and what an assessor said of it: a file,
-- or a qualification that the directory has. Titles are those of when it was given.
CREATE TABLE cultivation_proof (
    id               TEXT PRIMARY KEY,
    ladder           TEXT NOT NULL,
    year             BIGINT NOT NULL,
    edition          BIGINT NOT NULL,
    rung             TEXT NOT NULL,
    rung_zh          TEXT NOT NULL,
    rung_en          TEXT NOT NULL,
    criterion        TEXT NOT NULL,
    criterion_zh     TEXT NOT NULL,
    criterion_en     TEXT NOT NULL,
    entry_id         TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    organisation_id  TEXT NOT NULL,
    name_zh          TEXT NOT NULL,
    name_en          TEXT NOT NULL,
    synthetic        BOOLEAN NOT NULL DEFAULT FALSE,
    qualification_id TEXT NOT NULL DEFAULT '',
    name             TEXT NOT NULL,
    media_type       TEXT NOT NULL DEFAULT '',
    size             BIGINT NOT NULL DEFAULT 0,
    sha256           TEXT NOT NULL DEFAULT '',
    actor            TEXT NOT NULL,
    actor_name       TEXT NOT NULL,
    at               BIGINT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('waiting', 'accepted', 'refused', 'removed')),
    reason           TEXT NOT NULL DEFAULT '',
    judge            TEXT NOT NULL DEFAULT '',
    judge_name       TEXT NOT NULL DEFAULT '',
    judged_at        BIGINT NOT NULL DEFAULT 0,
    version          BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX cultivation_proof_entry ON cultivation_proof (entry_id, year);
CREATE INDEX cultivation_proof_year ON cultivation_proof (ladder, year);
CREATE INDEX cultivation_proof_state ON cultivation_proof (state, at);
