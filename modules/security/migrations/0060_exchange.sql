-- +goose Up
-- What is exchanged by TAXII 2.1: objects of STIX, octet for octet. version_us is the
-- version in microseconds since 1970, by which versions of one object are ordered.
CREATE TABLE security_object (
    position        BIGINT PRIMARY KEY,
    collection      TEXT NOT NULL,
    object_id       TEXT NOT NULL,
    type            TEXT NOT NULL,
    spec_version    TEXT NOT NULL,
    version         TEXT NOT NULL,
    version_us      BIGINT NOT NULL,
    raw             TEXT NOT NULL,
    added_us        BIGINT NOT NULL,
    organisation_id TEXT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL
);
CREATE UNIQUE INDEX security_object_version ON security_object (collection, object_id, spec_version, version_us);
CREATE INDEX security_object_added ON security_object (collection, added_us);
CREATE INDEX security_object_by ON security_object (collection, organisation_id);
-- Who may read an object of a collection in which not everybody reads everything; the
-- organisation is empty where everybody may.
CREATE TABLE security_object_reader (
    collection      TEXT NOT NULL,
    object_id       TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    PRIMARY KEY (collection, object_id, organisation_id)
);
-- What became of objects that were written.
CREATE TABLE security_exchange_status (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    told            TEXT NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX security_exchange_status_created ON security_exchange_status (created_at);
-- The last position and time that were given: both only grow, in the order of commits.
CREATE TABLE security_exchange_last (
    id       BIGINT PRIMARY KEY,
    position BIGINT NOT NULL,
    added_us BIGINT NOT NULL
);
INSERT INTO security_exchange_last (id, position, added_us) VALUES (1, 0, 0);
