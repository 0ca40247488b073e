-- +goose Up
-- A drill (演练): its notices are numbered apart, run faster if it says so, and count nowhere else.
CREATE TABLE security_drill (
    id            TEXT PRIMARY KEY,
    title         TEXT NOT NULL,
    plan          TEXT NOT NULL,
    pace          DOUBLE PRECISION NOT NULL,
    organisations TEXT NOT NULL,
    actor         TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    ended_at      BIGINT NOT NULL DEFAULT 0,
    version       BIGINT NOT NULL DEFAULT 1
);
-- A notice (通报) or a warning (预警) of the city. drill is the id of its drill; empty: it is real.
CREATE TABLE security_notice (
    id          TEXT PRIMARY KEY,
    drill       TEXT NOT NULL,
    drill_title TEXT NOT NULL,
    pace        DOUBLE PRECISION NOT NULL,
    kind        TEXT NOT NULL,
    colour      TEXT NOT NULL,
    title       TEXT NOT NULL,
    body        TEXT NOT NULL,
    ask         TEXT NOT NULL,
    level       BIGINT NOT NULL,
    category    TEXT NOT NULL,
    tlp         TEXT NOT NULL,
    audience    TEXT NOT NULL,
    state       TEXT NOT NULL,
    reason      TEXT NOT NULL DEFAULT '',
    review      TEXT NOT NULL DEFAULT '',
    revision    BIGINT NOT NULL DEFAULT 1,
    year        BIGINT NOT NULL DEFAULT 0,
    serial      BIGINT NOT NULL DEFAULT 0,
    number      TEXT NOT NULL DEFAULT '',
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL,
    issued_at   BIGINT NOT NULL DEFAULT 0,
    lifted_at   BIGINT NOT NULL DEFAULT 0,
    closed_at   BIGINT NOT NULL DEFAULT 0,
    reviewed_at BIGINT NOT NULL DEFAULT 0,
    created_at  BIGINT NOT NULL,
    version     BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX security_notice_number ON security_notice (number) WHERE serial > 0;
CREATE INDEX security_notice_drill ON security_notice (drill, issued_at);
-- What a notice said at a revision, and what is proposed to be said. One is proposed at a time.
CREATE TABLE security_notice_revision (
    id         TEXT PRIMARY KEY,
    notice_id  TEXT NOT NULL REFERENCES security_notice (id),
    number     BIGINT NOT NULL,
    act        TEXT NOT NULL,
    state      TEXT NOT NULL,
    text       TEXT NOT NULL,
    change     TEXT NOT NULL,
    reason     TEXT NOT NULL DEFAULT '',
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE UNIQUE INDEX security_notice_revision_proposed ON security_notice_revision (notice_id) WHERE state = 'proposed';
CREATE INDEX security_notice_revision_notice ON security_notice_revision (notice_id, at);
-- Who signed (签发) what: a notice before it is issued (of is its id), or a proposed revision (its id).
CREATE TABLE security_notice_signature (
    id         TEXT PRIMARY KEY,
    of_id      TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    UNIQUE (of_id, actor)
);
-- What one addressee owes under a notice.
CREATE TABLE security_assignment (
    id                TEXT PRIMARY KEY,
    notice_id         TEXT NOT NULL REFERENCES security_notice (id),
    organisation_id   TEXT NOT NULL,
    organisation_zh   TEXT NOT NULL,
    organisation_en   TEXT NOT NULL,
    district          TEXT NOT NULL,
    synthetic         BOOLEAN NOT NULL,
    drill             TEXT NOT NULL,
    state             TEXT NOT NULL,
    told              BIGINT NOT NULL DEFAULT 0,
    tried_at          BIGINT NOT NULL DEFAULT 0,
    delivered_at      BIGINT NOT NULL DEFAULT 0,
    acknowledged_at   BIGINT NOT NULL DEFAULT 0,
    acknowledged_late BOOLEAN NOT NULL DEFAULT FALSE,
    actor             TEXT NOT NULL DEFAULT '',
    actor_name        TEXT NOT NULL DEFAULT '',
    assessment        TEXT NOT NULL DEFAULT '',
    assessed          TEXT NOT NULL DEFAULT '',
    feedback_at       BIGINT NOT NULL DEFAULT 0,
    feedback_late     BOOLEAN NOT NULL DEFAULT FALSE,
    handled_at        BIGINT NOT NULL DEFAULT 0,
    handled_late      BOOLEAN NOT NULL DEFAULT FALSE,
    verified_at       BIGINT NOT NULL DEFAULT 0,
    returned          BIGINT NOT NULL DEFAULT 0,
    escalated_at      BIGINT NOT NULL DEFAULT 0,
    disputed          TEXT NOT NULL DEFAULT '',
    extension         TEXT NOT NULL DEFAULT '',
    noted             BIGINT NOT NULL DEFAULT 0,
    reason            TEXT NOT NULL DEFAULT '',
    version           BIGINT NOT NULL DEFAULT 1,
    UNIQUE (notice_id, organisation_id)
);
CREATE INDEX security_assignment_organisation ON security_assignment (organisation_id, delivered_at);
CREATE INDEX security_assignment_queued ON security_assignment (tried_at, id) WHERE state = 'queued';
-- What an addressee fed back, and what the city found of it.
CREATE TABLE security_feedback (
    id            TEXT PRIMARY KEY,
    assignment_id TEXT NOT NULL REFERENCES security_assignment (id),
    measures      TEXT NOT NULL,
    residual      TEXT NOT NULL,
    done          BOOLEAN NOT NULL,
    files         TEXT NOT NULL,
    actor         TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    at            BIGINT NOT NULL
);
CREATE INDEX security_feedback_assignment ON security_feedback (assignment_id, at);
-- Who did what, when and why, to a notice (assignment_id empty) or to an assignment.
CREATE TABLE security_course (
    id            TEXT PRIMARY KEY,
    notice_id     TEXT NOT NULL,
    assignment_id TEXT NOT NULL,
    act           TEXT NOT NULL,
    state         TEXT NOT NULL,
    reason        TEXT NOT NULL,
    data          TEXT NOT NULL,
    actor         TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    at            BIGINT NOT NULL
);
CREATE INDEX security_course_notice ON security_course (notice_id, assignment_id, at);
CREATE INDEX security_course_assignment ON security_course (assignment_id, at) WHERE assignment_id <> '';
-- Attachments of notices, and evidence of assignments.
CREATE TABLE security_notice_file (
    id            TEXT PRIMARY KEY,
    notice_id     TEXT NOT NULL,
    assignment_id TEXT NOT NULL,
    name          TEXT NOT NULL,
    media_type    TEXT NOT NULL,
    size          BIGINT NOT NULL,
    sha256        TEXT NOT NULL,
    actor         TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    at            BIGINT NOT NULL
);
CREATE INDEX security_notice_file_notice ON security_notice_file (notice_id, assignment_id, at);
