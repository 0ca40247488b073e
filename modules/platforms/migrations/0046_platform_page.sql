-- +goose Up
-- What became of a platform's entry: who registered it, moved it to another status or
-- edited it, when and why. about is the status before and after, or the fields that were
-- edited; what they were is in the audit log.
CREATE TABLE platform_step (
    platform_id TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    number      BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    name        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    before      TEXT NOT NULL,
    after       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    PRIMARY KEY (platform_id, number)
);
-- Who registered the platforms that are there already is in the audit log only.
INSERT INTO platform_step (platform_id, number, at, actor, name, kind, before, after, reason)
SELECT p.id, 1, p.created_at, '', '', 'registered', '', '', '' FROM platform p;
-- Documents of a platform: licences, contracts, plans. One that is removed is listed no
-- more; that it was there stays known.
CREATE TABLE platform_document (
    id          TEXT PRIMARY KEY,
    platform_id TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    media_type  TEXT NOT NULL,
    size        BIGINT NOT NULL,
    sha256      TEXT NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL,
    at          BIGINT NOT NULL,
    removed_at  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX platform_document_platform ON platform_document (platform_id, at);
