-- +goose Up
-- Advisories of the city's own. draft is what people write, as JSON; revision is the one that
-- is published, 0 where none is yet.
CREATE TABLE security_own_advisory (
    id           TEXT PRIMARY KEY,
    number       TEXT NOT NULL UNIQUE,
    year         BIGINT NOT NULL,
    serial       BIGINT NOT NULL,
    state        TEXT NOT NULL,
    title        TEXT NOT NULL,
    tlp          TEXT NOT NULL,
    draft        TEXT NOT NULL,
    reason       TEXT NOT NULL,
    revision     BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    revised_at   BIGINT NOT NULL,
    actor        TEXT NOT NULL,
    actor_name   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    UNIQUE (year, serial)
);
-- What was published: the file as it is served, and its signature.
CREATE TABLE security_own_revision (
    advisory_id    TEXT NOT NULL REFERENCES security_own_advisory (id),
    number         BIGINT NOT NULL,
    file           TEXT NOT NULL,
    tlp            TEXT NOT NULL,
    title          TEXT NOT NULL,
    summary        TEXT NOT NULL,
    change         TEXT NOT NULL,
    document       TEXT NOT NULL,
    signature      TEXT NOT NULL,
    actor          TEXT NOT NULL,
    actor_name     TEXT NOT NULL,
    publisher      TEXT NOT NULL,
    publisher_name TEXT NOT NULL,
    at             BIGINT NOT NULL,
    PRIMARY KEY (advisory_id, number)
);
CREATE INDEX security_own_revision_file ON security_own_revision (file, number);
-- The key by which files are signed; the private part is sealed.
CREATE TABLE security_own_key (
    slot        TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    public      TEXT NOT NULL,
    private     TEXT NOT NULL,
    created_at  BIGINT NOT NULL
);
