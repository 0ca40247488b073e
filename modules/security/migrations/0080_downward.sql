-- +goose Up
-- Channels of files to lower levels and enterprises behind a gateway (下发) beside those to upper
-- levels. recipients: the organisations that its files are for, as a JSON list.
ALTER TABLE security_upper ADD COLUMN direction TEXT NOT NULL DEFAULT 'up';
ALTER TABLE security_upper ADD COLUMN recipients TEXT NOT NULL DEFAULT '[]';

-- Reports are of a notice of the city, or acknowledge one of an upper level (received_id, and
-- notice_id is null). direction: of their channel, which may be gone. acknowledged_at: when the other side acknowledged what went in a file.
CREATE TABLE security_upward_next (
    id              TEXT PRIMARY KEY,
    upper_id        TEXT NOT NULL,
    upper_name      TEXT NOT NULL,
    direction       TEXT NOT NULL DEFAULT 'up',
    notice_id       TEXT REFERENCES security_notice (id),
    received_id     TEXT NOT NULL DEFAULT '',
    number          TEXT NOT NULL,
    revision        BIGINT NOT NULL,
    act             TEXT NOT NULL,
    tlp             TEXT NOT NULL,
    object_id       TEXT NOT NULL,
    object_version  TEXT NOT NULL,
    objects         TEXT NOT NULL,
    told            TEXT NOT NULL,
    cause           TEXT NOT NULL,
    strict          BOOLEAN NOT NULL,
    follows         BOOLEAN NOT NULL,
    state           TEXT NOT NULL,
    tries           BIGINT NOT NULL,
    next_at         BIGINT NOT NULL,
    until_at        BIGINT NOT NULL,
    status_id       TEXT NOT NULL,
    fault           TEXT NOT NULL,
    fault_text      TEXT NOT NULL,
    released_at     BIGINT NOT NULL,
    sent_at         BIGINT NOT NULL,
    ended_at        BIGINT NOT NULL,
    acknowledged_at BIGINT NOT NULL DEFAULT 0,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    version         BIGINT NOT NULL,
    file            BIGINT NOT NULL DEFAULT 0,
    UNIQUE (upper_id, object_id, object_version)
);
INSERT INTO security_upward_next (id, upper_id, upper_name, notice_id, number, revision, act, tlp, object_id, object_version, objects, told, cause, strict, follows, state, tries, next_at, until_at, status_id, fault, fault_text, released_at, sent_at, ended_at, actor, actor_name, version, file)
    SELECT id, upper_id, upper_name, notice_id, number, revision, act, tlp, object_id, object_version, objects, told, cause, strict, follows, state, tries, next_at, until_at, status_id, fault, fault_text, released_at, sent_at, ended_at, actor, actor_name, version, file FROM security_upward;
DROP TABLE security_upward;
ALTER TABLE security_upward_next RENAME TO security_upward;
CREATE INDEX security_upward_notice ON security_upward (notice_id, id);
CREATE INDEX security_upward_received ON security_upward (received_id, id) WHERE received_id <> '';
CREATE INDEX security_upward_open ON security_upward (upper_id, next_at) WHERE state IN ('waiting', 'pending');
