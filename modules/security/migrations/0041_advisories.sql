-- +goose Up
-- Advisories, each in its newest revision. numbers are the revision's, written so that they
-- sort. despite says why a document was taken that fails mandatory tests; findings are those.
CREATE TABLE security_advisory (
    id            TEXT PRIMARY KEY,
    namespace     TEXT NOT NULL,
    tracking_id   TEXT NOT NULL,
    revision      TEXT NOT NULL,
    csaf_version  TEXT NOT NULL,
    title         TEXT NOT NULL,
    summary       TEXT NOT NULL,
    publisher     TEXT NOT NULL,
    tlp           TEXT NOT NULL,
    status        TEXT NOT NULL,
    severity      TEXT NOT NULL,
    score         DOUBLE PRECISION NOT NULL,
    vendors       TEXT NOT NULL,
    products      BIGINT NOT NULL,
    cves          BIGINT NOT NULL,
    kev           BOOLEAN NOT NULL,
    epss          DOUBLE PRECISION NOT NULL,
    released_at   BIGINT NOT NULL,
    taken_at      BIGINT NOT NULL,
    actor         TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    despite       TEXT NOT NULL,
    findings      TEXT NOT NULL,
    hash          TEXT NOT NULL,
    stale         BOOLEAN NOT NULL,
    version       BIGINT NOT NULL DEFAULT 1,
    UNIQUE (namespace, tracking_id)
);
CREATE INDEX security_advisory_released ON security_advisory (released_at, id);
CREATE INDEX security_advisory_stale ON security_advisory (id) WHERE stale;
CREATE TABLE security_advisory_document (
    advisory_id TEXT PRIMARY KEY REFERENCES security_advisory (id) ON DELETE CASCADE,
    document    TEXT NOT NULL
);
CREATE TABLE security_advisory_cve (
    advisory_id TEXT NOT NULL REFERENCES security_advisory (id) ON DELETE CASCADE,
    cve         TEXT NOT NULL,
    PRIMARY KEY (advisory_id, cve)
);
CREATE INDEX security_advisory_cve_cve ON security_advisory_cve (cve);
CREATE TABLE security_advisory_vendor (
    advisory_id TEXT NOT NULL REFERENCES security_advisory (id) ON DELETE CASCADE,
    vendor_key  TEXT NOT NULL,
    vendor      TEXT NOT NULL,
    PRIMARY KEY (advisory_id, vendor_key)
);
CREATE INDEX security_advisory_vendor_key ON security_advisory_vendor (vendor_key);
-- What is known of a vulnerability beside advisories: exploited (KEV), likely to be (EPSS),
-- and how to decide (SSVC). Empty and negative: not known.
CREATE TABLE security_threat (
    cve           TEXT PRIMARY KEY,
    kev_added     TEXT NOT NULL DEFAULT '',
    kev_due       TEXT NOT NULL DEFAULT '',
    ransomware    BOOLEAN NOT NULL DEFAULT FALSE,
    epss          DOUBLE PRECISION NOT NULL DEFAULT -1,
    exploitation  TEXT NOT NULL DEFAULT '',
    automatable   TEXT NOT NULL DEFAULT '',
    impact        TEXT NOT NULL DEFAULT ''
);
-- Which edition of each source was taken last.
CREATE TABLE security_threat_source (
    source     TEXT PRIMARY KEY,
    edition    TEXT NOT NULL,
    entries    BIGINT NOT NULL,
    taken_at   BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL
);
