-- +goose Up
-- What lists are filtered and sorted by. Rows are small: a list counts all that pass.
CREATE TABLE entry (
    id                 TEXT PRIMARY KEY,
    code               TEXT NOT NULL,
    organisation_id    TEXT NOT NULL DEFAULT '',
    name_zh            TEXT NOT NULL,
    name_en            TEXT NOT NULL,
    -- Names and code in small letters, which lists search: one column costs a third of three.
    words              TEXT NOT NULL,
    district           TEXT NOT NULL,
    industry           TEXT NOT NULL,
    size               TEXT NOT NULL,
    status             TEXT NOT NULL,
    reason             TEXT NOT NULL DEFAULT '',
    origin             TEXT NOT NULL,
    synthetic          BOOLEAN NOT NULL DEFAULT FALSE,
    -- Who may see what the enterprise may hide and lists filter by: public, partners, bureau.
    see_size           TEXT NOT NULL,
    see_qualifications TEXT NOT NULL,
    submitted_at       BIGINT NOT NULL,
    decided_at         BIGINT NOT NULL DEFAULT 0,
    decided_by         TEXT NOT NULL DEFAULT '',
    decided_name       TEXT NOT NULL DEFAULT '',
    created_at         BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL,
    version            BIGINT NOT NULL DEFAULT 1
);
-- A code is that of one entry, beside those that were refused.
CREATE UNIQUE INDEX entry_code ON entry (code) WHERE status <> 'refused';
-- An organisation has one entry, beside those that were refused.
CREATE UNIQUE INDEX entry_organisation ON entry (organisation_id) WHERE organisation_id <> '' AND status <> 'refused';
-- Lists walk in the order that was asked for. An index of status would have SQLite gather
-- all accepted entries by it and sort them.
CREATE INDEX entry_name ON entry (name_zh, id);
CREATE INDEX entry_by_code ON entry (code, id);
CREATE INDEX entry_industry ON entry (industry, id);
CREATE INDEX entry_created ON entry (created_at, id);
CREATE INDEX entry_waiting ON entry (submitted_at, id) WHERE status = 'submitted';
-- What lists count by, without the rows.
CREATE INDEX entry_facets ON entry (district, id, industry, status, organisation_id, size, see_size, see_qualifications);
-- The rest of an entry, as JSON: profile and who may see its groups.
CREATE TABLE entry_profile (
    entry_id TEXT PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
    profile  TEXT NOT NULL,
    consent  TEXT NOT NULL
);
-- People without an account whom an enterprise names.
CREATE TABLE entry_contact (
    entry_id TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    number   BIGINT NOT NULL,
    name     TEXT NOT NULL,
    post     TEXT NOT NULL,
    phone    TEXT NOT NULL,
    email    TEXT NOT NULL,
    PRIMARY KEY (entry_id, number)
);
-- Qualifications as lists filter by them and as the end of their validity is told.
CREATE TABLE entry_qualification (
    entry_id    TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    id          TEXT NOT NULL,
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    told        TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (entry_id, id)
);
CREATE INDEX entry_qualification_kind ON entry_qualification (kind, entry_id, valid_until);
CREATE INDEX entry_qualification_until ON entry_qualification (valid_until);
CREATE TABLE entry_evidence (
    id               TEXT PRIMARY KEY,
    entry_id         TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    qualification_id TEXT NOT NULL,
    name             TEXT NOT NULL,
    media_type       TEXT NOT NULL,
    size             BIGINT NOT NULL,
    sha256           TEXT NOT NULL,
    actor            TEXT NOT NULL,
    actor_name       TEXT NOT NULL,
    at               BIGINT NOT NULL,
    removed_at       BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX entry_evidence_entry ON entry_evidence (entry_id, at);
-- What became of an entry. fields are names of fields with commas between them.
CREATE TABLE entry_step (
    entry_id TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    number   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    actor    TEXT NOT NULL,
    name     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    fields   TEXT NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (entry_id, number)
);
-- Who was given something of an entry that is not public, by day.
CREATE TABLE entry_access (
    entry_id        TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    day             TEXT NOT NULL,
    actor           TEXT NOT NULL,
    way             TEXT NOT NULL,
    fields          TEXT NOT NULL,
    name            TEXT NOT NULL,
    organisation_zh TEXT NOT NULL,
    organisation_en TEXT NOT NULL,
    times           BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    PRIMARY KEY (entry_id, day, actor, way, fields)
);
