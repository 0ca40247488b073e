-- +goose Up
CREATE TABLE pilot_reviewer (
    call_id     TEXT NOT NULL REFERENCES pilot_call (id),
    person_id   TEXT NOT NULL,
    person_name TEXT NOT NULL,
    alias       TEXT NOT NULL,
    fields      TEXT NOT NULL,
    capacity    BIGINT NOT NULL,
    PRIMARY KEY (call_id, person_id)
);
CREATE TABLE pilot_review (
    id             TEXT PRIMARY KEY,
    call_id        TEXT NOT NULL,
    application_id TEXT NOT NULL REFERENCES pilot_application (id) ON DELETE CASCADE,
    person_id      TEXT NOT NULL,
    expert         BOOLEAN NOT NULL,
    state          TEXT NOT NULL,
    marks          TEXT NOT NULL,
    note           TEXT NOT NULL DEFAULT '',
    assigned_at    BIGINT NOT NULL,
    submitted_at   BIGINT NOT NULL DEFAULT 0,
    version        BIGINT NOT NULL DEFAULT 1,
    UNIQUE (application_id, person_id)
);
CREATE INDEX pilot_review_person ON pilot_review (person_id);
CREATE INDEX pilot_review_call ON pilot_review (call_id);
-- Who works for whom, holds what, and did what with whom. A party is person:<id>, a
-- unified social credit code, or organisation:<id>.
CREATE TABLE pilot_relation (
    id         TEXT PRIMARY KEY,
    from_party TEXT NOT NULL,
    from_name  TEXT NOT NULL,
    to_party   TEXT NOT NULL,
    to_name    TEXT NOT NULL,
    kind       TEXT NOT NULL,
    share      DOUBLE PRECISION NOT NULL DEFAULT 0,
    since_on   TEXT NOT NULL DEFAULT '',
    until_on   TEXT NOT NULL DEFAULT '',
    source     TEXT NOT NULL,
    person_id  TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX pilot_relation_person ON pilot_relation (person_id);
CREATE TABLE pilot_objection (
    id               TEXT PRIMARY KEY,
    call_id          TEXT NOT NULL REFERENCES pilot_call (id),
    application_id   TEXT NOT NULL REFERENCES pilot_application (id) ON DELETE CASCADE,
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
CREATE INDEX pilot_objection_call ON pilot_objection (call_id);
CREATE TABLE pilot_listing (
    id              TEXT PRIMARY KEY,
    call_id         TEXT NOT NULL REFERENCES pilot_call (id),
    application_id  TEXT NOT NULL UNIQUE REFERENCES pilot_application (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL,
    year            BIGINT NOT NULL,
    number          TEXT NOT NULL UNIQUE,
    published_on    TEXT NOT NULL,
    checked         TEXT NOT NULL DEFAULT '',
    removed_on      TEXT NOT NULL DEFAULT '',
    why             TEXT NOT NULL DEFAULT '',
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE TABLE pilot_inspection (
    id         TEXT PRIMARY KEY,
    listing_id TEXT NOT NULL REFERENCES pilot_listing (id) ON DELETE CASCADE,
    year       BIGINT NOT NULL,
    outcome    TEXT NOT NULL,
    reason     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    UNIQUE (listing_id, year)
);
