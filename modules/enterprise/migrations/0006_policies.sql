-- +goose Up
-- A policy. content is all of it as JSON; the other columns are what lists filter and sort by.
CREATE TABLE policy (
    id              TEXT PRIMARY KEY,
    state           TEXT NOT NULL,
    edition         BIGINT NOT NULL DEFAULT 0,
    number          TEXT NOT NULL,
    title_zh        TEXT NOT NULL,
    title_en        TEXT NOT NULL,
    issuer_zh       TEXT NOT NULL,
    issuer_en       TEXT NOT NULL,
    level           TEXT NOT NULL,
    kind            TEXT NOT NULL,
    district        TEXT NOT NULL DEFAULT '',
    effective_from  TEXT NOT NULL,
    effective_until TEXT NOT NULL DEFAULT '',
    successor       TEXT NOT NULL DEFAULT '',
    opens_at        BIGINT NOT NULL DEFAULT 0,
    closes_at       BIGINT NOT NULL DEFAULT 0,
    content         TEXT NOT NULL,
    words           TEXT NOT NULL,
    synthetic       BOOLEAN NOT NULL DEFAULT FALSE,
    created_at      BIGINT NOT NULL,
    published_at    BIGINT NOT NULL DEFAULT 0,
    updated_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX policy_published ON policy (published_at, id);
CREATE INDEX policy_valid ON policy (state, effective_until);
-- What a policy was, each time that it was published.
CREATE TABLE policy_edition (
    policy_id  TEXT NOT NULL REFERENCES policy (id) ON DELETE CASCADE,
    edition    BIGINT NOT NULL,
    content    TEXT NOT NULL,
    at         BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    PRIMARY KEY (policy_id, edition)
);
-- An application of an enterprise. What it was submitted with stands in submission, as its
-- digest was made of it. amount is in hundredths of 10 000 CNY, which is 100 CNY.
CREATE TABLE policy_application (
    id               TEXT PRIMARY KEY,
    policy_id        TEXT NOT NULL REFERENCES policy (id) ON DELETE CASCADE,
    edition          BIGINT NOT NULL,
    entry_id         TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    organisation_id  TEXT NOT NULL,
    name_zh          TEXT NOT NULL,
    name_en          TEXT NOT NULL,
    code             TEXT NOT NULL,
    district         TEXT NOT NULL,
    industry         TEXT NOT NULL,
    synthetic        BOOLEAN NOT NULL DEFAULT FALSE,
    state            TEXT NOT NULL,
    answers          TEXT NOT NULL,
    submission       TEXT NOT NULL DEFAULT '',
    digest           TEXT NOT NULL DEFAULT '',
    reason           TEXT NOT NULL DEFAULT '',
    advice           TEXT NOT NULL DEFAULT '',
    reviewed_by      TEXT NOT NULL DEFAULT '',
    reviewed_name    TEXT NOT NULL DEFAULT '',
    supplement_until BIGINT NOT NULL DEFAULT 0,
    submitted_at     BIGINT NOT NULL DEFAULT 0,
    decided_at       BIGINT NOT NULL DEFAULT 0,
    amount           BIGINT NOT NULL DEFAULT 0,
    announced_from   TEXT NOT NULL DEFAULT '',
    announced_until  TEXT NOT NULL DEFAULT '',
    created_at       BIGINT NOT NULL,
    version          BIGINT NOT NULL DEFAULT 1
);
-- One open application at a time of an enterprise for a policy.
CREATE UNIQUE INDEX policy_application_open ON policy_application (policy_id, entry_id) WHERE state <> 'withdrawn' AND state <> 'rejected';
CREATE INDEX policy_application_organisation ON policy_application (organisation_id);
CREATE INDEX policy_application_created ON policy_application (created_at, id);
CREATE TABLE policy_file (
    id             TEXT PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES policy_application (id) ON DELETE CASCADE,
    paper          TEXT NOT NULL,
    name           TEXT NOT NULL,
    media_type     TEXT NOT NULL,
    size           BIGINT NOT NULL,
    sha256         TEXT NOT NULL,
    actor          TEXT NOT NULL,
    actor_name     TEXT NOT NULL,
    at             BIGINT NOT NULL,
    removed_at     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX policy_file_application ON policy_file (application_id);
-- What became of an application.
CREATE TABLE policy_step (
    application_id TEXT NOT NULL REFERENCES policy_application (id) ON DELETE CASCADE,
    number         BIGINT NOT NULL,
    at             BIGINT NOT NULL,
    actor          TEXT NOT NULL,
    actor_name     TEXT NOT NULL,
    kind           TEXT NOT NULL,
    note           TEXT NOT NULL,
    digest         TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (application_id, number)
);
-- What was paid of a grant, on a day, with the number of the voucher.
CREATE TABLE policy_payment (
    id             TEXT PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES policy_application (id) ON DELETE CASCADE,
    day            TEXT NOT NULL,
    amount         BIGINT NOT NULL,
    voucher        TEXT NOT NULL,
    actor          TEXT NOT NULL,
    actor_name     TEXT NOT NULL,
    at             BIGINT NOT NULL
);
CREATE UNIQUE INDEX policy_payment_voucher ON policy_payment (application_id, voucher);
CREATE INDEX policy_payment_day ON policy_payment (day);
