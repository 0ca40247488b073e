-- +goose Up
-- What people say about objects of other rooms; kind is <room>.<noun>. A comment
-- of a thread stands behind its first one by position. What was removed keeps
-- its row, without what it said.
CREATE TABLE comment (
    id              TEXT PRIMARY KEY,
    kind            TEXT NOT NULL,
    object_id       TEXT NOT NULL,
    thread_id       TEXT NOT NULL,
    position        TEXT NOT NULL,
    author          TEXT NOT NULL,
    author_name     TEXT NOT NULL,
    organisation_zh TEXT NOT NULL,
    organisation_en TEXT NOT NULL,
    body            TEXT NOT NULL,
    at              BIGINT NOT NULL,
    edited_at       BIGINT NOT NULL DEFAULT 0,
    removed_at      BIGINT NOT NULL DEFAULT 0,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX comment_object ON comment (kind, object_id, position);
CREATE INDEX comment_thread ON comment (thread_id);
CREATE INDEX comment_author ON comment (author, at);
-- What a comment said before it was edited.
CREATE TABLE comment_version (
    comment_id TEXT NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    version    BIGINT NOT NULL,
    body       TEXT NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (comment_id, version)
);
CREATE TABLE mention (
    comment_id  TEXT NOT NULL REFERENCES comment (id) ON DELETE CASCADE,
    person_id   TEXT NOT NULL,
    person_name TEXT NOT NULL,
    PRIMARY KEY (comment_id, person_id)
);
-- Files at an object. One without a comment is its author's only, until they
-- say something with it.
CREATE TABLE attachment (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    object_id  TEXT NOT NULL,
    comment_id TEXT REFERENCES comment (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size       BIGINT NOT NULL,
    sha256     TEXT NOT NULL,
    author     TEXT NOT NULL,
    at         BIGINT NOT NULL
);
CREATE INDEX attachment_object ON attachment (kind, object_id);
CREATE INDEX attachment_comment ON attachment (comment_id);
CREATE INDEX attachment_author ON attachment (author, at);
CREATE INDEX attachment_sha256 ON attachment (sha256);
-- Content that no attachment has. It leaves when it still has none at the next look.
CREATE TABLE orphan (
    sha256  TEXT PRIMARY KEY,
    since   BIGINT NOT NULL,
    leaving BOOLEAN NOT NULL DEFAULT FALSE
);
