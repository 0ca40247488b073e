-- +goose Up
-- How many platforms are to be fostered in a year; the years are those of the plan.
CREATE TABLE foster_goal (
    year   BIGINT PRIMARY KEY,
    goal   BIGINT NOT NULL
);
CREATE TABLE foster_call (
    id         TEXT PRIMARY KEY,
    year       BIGINT NOT NULL,
    title_zh   TEXT NOT NULL,
    title_en   TEXT NOT NULL,
    text       TEXT NOT NULL,
    classes    TEXT NOT NULL,
    opens_at   BIGINT NOT NULL,
    closes_at  BIGINT NOT NULL,
    reviewers  BIGINT NOT NULL,
    pass_mark  DOUBLE PRECISION NOT NULL,
    awards     BIGINT NOT NULL,
    criteria   TEXT NOT NULL,
    state      TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
-- What was submitted stands in submission, as its digest was made of it.
CREATE TABLE foster_application (
    id               TEXT PRIMARY KEY,
    call_id          TEXT NOT NULL REFERENCES foster_call (id),
    platform_id      TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    organisation_id  TEXT NOT NULL,
    state            TEXT NOT NULL,
    answers          TEXT NOT NULL,
    reason           TEXT NOT NULL DEFAULT '',
    supplement_until BIGINT NOT NULL DEFAULT 0,
    submitted_at     BIGINT NOT NULL DEFAULT 0,
    digest           TEXT NOT NULL DEFAULT '',
    submission       TEXT NOT NULL DEFAULT '',
    decided_at       BIGINT NOT NULL DEFAULT 0,
    created_at       BIGINT NOT NULL,
    version          BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX foster_application_once ON foster_application (call_id, platform_id) WHERE state <> 'withdrawn';
CREATE INDEX foster_application_platform ON foster_application (platform_id);
CREATE TABLE foster_file (
    id             TEXT PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES foster_application (id) ON DELETE CASCADE,
    name           TEXT NOT NULL,
    media_type     TEXT NOT NULL,
    size           BIGINT NOT NULL,
    sha256         TEXT NOT NULL,
    actor          TEXT NOT NULL,
    actor_name     TEXT NOT NULL,
    at             BIGINT NOT NULL
);
CREATE INDEX foster_file_application ON foster_file (application_id);
CREATE TABLE foster_review (
    id             TEXT PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES foster_application (id) ON DELETE CASCADE,
    person_id      TEXT NOT NULL,
    person_name    TEXT NOT NULL,
    state          TEXT NOT NULL,
    marks          TEXT NOT NULL,
    note           TEXT NOT NULL DEFAULT '',
    assigned_at    BIGINT NOT NULL,
    submitted_at   BIGINT NOT NULL DEFAULT 0,
    version        BIGINT NOT NULL DEFAULT 1,
    UNIQUE (application_id, person_id)
);
CREATE INDEX foster_review_person ON foster_review (person_id);
-- Whether an award is in force follows from its notice, its objections and its withdrawal.
CREATE TABLE foster_award (
    id              TEXT PRIMARY KEY,
    application_id  TEXT NOT NULL UNIQUE REFERENCES foster_application (id) ON DELETE CASCADE,
    platform_id     TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL,
    year            BIGINT NOT NULL,
    certificate     TEXT NOT NULL UNIQUE,
    awarded_on      TEXT NOT NULL,
    valid_until     TEXT NOT NULL,
    notice_from     BIGINT NOT NULL,
    notice_until    BIGINT NOT NULL,
    withdrawn_on    TEXT NOT NULL DEFAULT '',
    why             TEXT NOT NULL DEFAULT '',
    checked         TEXT NOT NULL DEFAULT '',
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX foster_award_platform ON foster_award (platform_id);
CREATE TABLE foster_objection (
    id               TEXT PRIMARY KEY,
    award_id         TEXT NOT NULL REFERENCES foster_award (id) ON DELETE CASCADE,
    organisation_id  TEXT NOT NULL,
    author           TEXT NOT NULL,
    author_name      TEXT NOT NULL,
    text             TEXT NOT NULL,
    at               BIGINT NOT NULL,
    state            TEXT NOT NULL,
    answer           TEXT NOT NULL DEFAULT '',
    answered_by      TEXT NOT NULL DEFAULT '',
    answered_by_name TEXT NOT NULL DEFAULT '',
    answered_at      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX foster_objection_award ON foster_objection (award_id);
CREATE TABLE foster_check (
    id         TEXT PRIMARY KEY,
    award_id   TEXT NOT NULL REFERENCES foster_award (id) ON DELETE CASCADE,
    year       BIGINT NOT NULL,
    outcome    TEXT NOT NULL,
    reason     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    UNIQUE (award_id, year)
);
