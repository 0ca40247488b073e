-- +goose Up
-- A call for pilots (试点示范): what is asked, until when, and how it is judged.
CREATE TABLE pilot_call (
    id           TEXT PRIMARY KEY,
    year         BIGINT NOT NULL,
    title_zh     TEXT NOT NULL,
    title_en     TEXT NOT NULL,
    text         TEXT NOT NULL,
    fields       TEXT NOT NULL,
    blind        BOOLEAN NOT NULL,
    opens_at     BIGINT NOT NULL,
    closes_at    BIGINT NOT NULL,
    notice_days  BIGINT NOT NULL,
    reviewers    BIGINT NOT NULL,
    pass_mark    DOUBLE PRECISION NOT NULL,
    quota        BIGINT NOT NULL,
    criteria     TEXT NOT NULL,
    conditions   TEXT NOT NULL,
    ties         TEXT NOT NULL,
    state        TEXT NOT NULL,
    meeting      TEXT NOT NULL DEFAULT '',
    notice_from  BIGINT NOT NULL DEFAULT 0,
    notice_until BIGINT NOT NULL DEFAULT 0,
    synthetic    BOOLEAN NOT NULL DEFAULT FALSE,
    created_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);
-- document is what was submitted, with its salt, as the seal of the call commits to it.
CREATE TABLE pilot_application (
    id               TEXT PRIMARY KEY,
    call_id          TEXT NOT NULL REFERENCES pilot_call (id),
    organisation_id  TEXT NOT NULL,
    organisation_zh  TEXT NOT NULL,
    organisation_en  TEXT NOT NULL,
    uscc             TEXT NOT NULL,
    alias            TEXT NOT NULL,
    project          TEXT NOT NULL,
    fields           TEXT NOT NULL,
    state            TEXT NOT NULL,
    answers          TEXT NOT NULL,
    checks           TEXT NOT NULL DEFAULT '[]',
    reason           TEXT NOT NULL DEFAULT '',
    supplement       TEXT NOT NULL DEFAULT '',
    supplement_until BIGINT NOT NULL DEFAULT 0,
    supplemented_at  BIGINT NOT NULL DEFAULT 0,
    submitted_at     BIGINT NOT NULL DEFAULT 0,
    salt             TEXT NOT NULL DEFAULT '',
    document         TEXT NOT NULL DEFAULT '',
    addition         TEXT NOT NULL DEFAULT '',
    place            BIGINT NOT NULL DEFAULT 0,
    raw              DOUBLE PRECISION NOT NULL DEFAULT 0,
    calibrated       DOUBLE PRECISION NOT NULL DEFAULT 0,
    synthetic        BOOLEAN NOT NULL DEFAULT FALSE,
    created_at       BIGINT NOT NULL,
    version          BIGINT NOT NULL DEFAULT 1,
    UNIQUE (call_id, alias)
);
CREATE UNIQUE INDEX pilot_application_once ON pilot_application (call_id, organisation_id) WHERE state <> 'withdrawn';
CREATE INDEX pilot_application_organisation ON pilot_application (organisation_id);
CREATE TABLE pilot_file (
    id             TEXT PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES pilot_application (id) ON DELETE CASCADE,
    part           TEXT NOT NULL,
    name           TEXT NOT NULL,
    media_type     TEXT NOT NULL,
    size           BIGINT NOT NULL,
    sha256         TEXT NOT NULL,
    actor          TEXT NOT NULL,
    actor_name     TEXT NOT NULL,
    at             BIGINT NOT NULL
);
CREATE INDEX pilot_file_application ON pilot_file (application_id);
-- What a call had at its deadline, and what was added before the reviews: signed, and public.
CREATE TABLE pilot_seal (
    call_id    TEXT NOT NULL REFERENCES pilot_call (id),
    stage      TEXT NOT NULL,
    manifest   TEXT NOT NULL,
    statement  TEXT NOT NULL,
    signature  TEXT NOT NULL,
    public     TEXT NOT NULL,
    sealed_at  BIGINT NOT NULL,
    PRIMARY KEY (call_id, stage)
);
-- The documents that a seal commits to, apart from the rows that they are checked against.
CREATE TABLE pilot_sealed (
    call_id        TEXT NOT NULL,
    stage          TEXT NOT NULL,
    commitment     TEXT NOT NULL,
    application_id TEXT NOT NULL,
    document       TEXT NOT NULL,
    PRIMARY KEY (call_id, stage, commitment)
);
