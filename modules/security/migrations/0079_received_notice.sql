-- +goose Up
-- Notices of upper levels (上级通报) that came by signed files, each in its newest version.
-- object_id, object_version: the report of STIX; acknowledged_version: the version that somebody
-- acknowledged last, empty: none; passed_version: the version that was passed on by a notice of
-- the city. file: number of the file that brought the newest version. revision: how many versions
-- came. level 0: it says none. valid_until 0: it says none.
CREATE TABLE security_received_notice (
    id                   TEXT PRIMARY KEY,
    source_id            TEXT NOT NULL,
    source_name          TEXT NOT NULL,
    object_id            TEXT NOT NULL,
    object_version       TEXT NOT NULL,
    acknowledged_version TEXT NOT NULL,
    passed_version       TEXT NOT NULL,
    revision             BIGINT NOT NULL,
    file                 BIGINT NOT NULL,
    number               TEXT NOT NULL,
    kind                 TEXT NOT NULL,
    colour               TEXT NOT NULL,
    title                TEXT NOT NULL,
    body                 TEXT NOT NULL,
    level                BIGINT NOT NULL,
    category             TEXT NOT NULL,
    tlp                  TEXT NOT NULL,
    exercise             BOOLEAN NOT NULL,
    lifted               BOOLEAN NOT NULL,
    revoked              BOOLEAN NOT NULL,
    issued_at            BIGINT NOT NULL,
    valid_until          BIGINT NOT NULL,
    received_at          BIGINT NOT NULL,
    changed_at           BIGINT NOT NULL,
    acknowledged_at      BIGINT NOT NULL,
    passed_at            BIGINT NOT NULL,
    settled_at           BIGINT NOT NULL,
    state                TEXT NOT NULL,
    reason               TEXT NOT NULL,
    notice_id            TEXT NOT NULL,
    actor                TEXT NOT NULL,
    actor_name           TEXT NOT NULL,
    version              BIGINT NOT NULL,
    UNIQUE (source_id, object_id)
);
CREATE INDEX security_received_notice_state ON security_received_notice (state, received_at);

-- The notice of an upper level that a notice passes on; empty: none.
ALTER TABLE security_notice ADD COLUMN origin_id TEXT NOT NULL DEFAULT '';

-- upper: files of an upper level, whose reports are received as notices. pair_id: the channel in
-- the other direction (security_upper), by which notices of an upper level are acknowledged, or
-- to which a lower level's acknowledgements belong; empty: none.
ALTER TABLE security_ferry_source ADD COLUMN upper BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE security_ferry_source ADD COLUMN pair_id TEXT NOT NULL DEFAULT '';
-- How many notices of an upper level, or acknowledgements of a lower one, a file brought.
ALTER TABLE security_ferry_file ADD COLUMN notices BIGINT NOT NULL DEFAULT 0;
ALTER TABLE security_ferry_file ADD COLUMN receipts BIGINT NOT NULL DEFAULT 0;
