-- +goose Up
-- A sheet of an enterprise. What it was submitted with stands in submission, as its
-- digest was made of it; level, score and axes follow from it and from the verdicts, and
-- are kept for lists and comparison. score is in thousandths.
CREATE TABLE diagnosis (
    id              TEXT PRIMARY KEY,
    entry_id        TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    district        TEXT NOT NULL,
    industry        TEXT NOT NULL,
    synthetic       BOOLEAN NOT NULL DEFAULT FALSE,
    template        TEXT NOT NULL,
    edition         BIGINT NOT NULL,
    state           TEXT NOT NULL,
    share           TEXT NOT NULL DEFAULT '',
    level           BIGINT NOT NULL DEFAULT 0,
    score           BIGINT NOT NULL DEFAULT 0,
    self_level      BIGINT NOT NULL DEFAULT 0,
    self_score      BIGINT NOT NULL DEFAULT 0,
    axes            TEXT NOT NULL DEFAULT '[]',
    submission      TEXT NOT NULL DEFAULT '',
    digest          TEXT NOT NULL DEFAULT '',
    begun_at        BIGINT NOT NULL,
    begun_by        TEXT NOT NULL,
    begun_name      TEXT NOT NULL,
    submitted_at    BIGINT NOT NULL DEFAULT 0,
    submitted_by    TEXT NOT NULL DEFAULT '',
    submitted_name  TEXT NOT NULL DEFAULT '',
    reviewed_at     BIGINT NOT NULL DEFAULT 0,
    version         BIGINT NOT NULL DEFAULT 1
);
-- One draft at a time of an enterprise and a questionnaire.
CREATE UNIQUE INDEX diagnosis_draft ON diagnosis (entry_id, template) WHERE state = 'draft';
CREATE INDEX diagnosis_newest ON diagnosis (template, entry_id, submitted_at);
CREATE INDEX diagnosis_organisation ON diagnosis (organisation_id);
-- Each question is saved by itself, so that several people answer at once. An empty
-- answer was taken back.
CREATE TABLE diagnosis_answer (
    diagnosis_id TEXT NOT NULL REFERENCES diagnosis (id) ON DELETE CASCADE,
    question     TEXT NOT NULL,
    answer       TEXT NOT NULL,
    version      BIGINT NOT NULL,
    actor        TEXT NOT NULL,
    actor_name   TEXT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (diagnosis_id, question)
);
CREATE TABLE diagnosis_evidence (
    id           TEXT PRIMARY KEY,
    diagnosis_id TEXT NOT NULL REFERENCES diagnosis (id) ON DELETE CASCADE,
    question     TEXT NOT NULL,
    name         TEXT NOT NULL,
    media_type   TEXT NOT NULL,
    size         BIGINT NOT NULL,
    sha256       TEXT NOT NULL,
    actor        TEXT NOT NULL,
    actor_name   TEXT NOT NULL,
    at           BIGINT NOT NULL,
    removed_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX diagnosis_evidence_sheet ON diagnosis_evidence (diagnosis_id);
-- Who reviews a sheet: one expert at a time.
CREATE TABLE diagnosis_review (
    diagnosis_id TEXT PRIMARY KEY REFERENCES diagnosis (id) ON DELETE CASCADE,
    person_id    TEXT NOT NULL,
    person_name  TEXT NOT NULL,
    state        TEXT NOT NULL,
    note         TEXT NOT NULL DEFAULT '',
    assigned_at  BIGINT NOT NULL,
    given_at     BIGINT NOT NULL DEFAULT 0,
    version      BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX diagnosis_review_person ON diagnosis_review (person_id);
-- What the expert says to an answer; the answer itself stays as it was.
CREATE TABLE diagnosis_verdict (
    diagnosis_id TEXT NOT NULL REFERENCES diagnosis_review (diagnosis_id) ON DELETE CASCADE,
    question     TEXT NOT NULL,
    kind         TEXT NOT NULL,
    answer       TEXT NOT NULL,
    reason       TEXT NOT NULL,
    person_id    TEXT NOT NULL,
    person_name  TEXT NOT NULL,
    at           BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    PRIMARY KEY (diagnosis_id, question)
);
