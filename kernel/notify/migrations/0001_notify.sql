-- +goose Up
CREATE TABLE notice (
    id              TEXT PRIMARY KEY,
    kind            TEXT NOT NULL,
    gravity         TEXT NOT NULL,
    title_zh        TEXT NOT NULL,
    title_en        TEXT NOT NULL,
    body_zh         TEXT NOT NULL,
    body_en         TEXT NOT NULL,
    link            TEXT NOT NULL,
    secret          TEXT NOT NULL DEFAULT '',
    by_name         TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    at              BIGINT NOT NULL
);
CREATE INDEX notice_at ON notice (at);
-- What each person was told; under one key once.
CREATE TABLE inbox (
    person_id TEXT NOT NULL,
    key       TEXT NOT NULL,
    notice_id TEXT NOT NULL REFERENCES notice (id) ON DELETE CASCADE,
    at        BIGINT NOT NULL,
    read_at   BIGINT NOT NULL DEFAULT 0,
    shown     BOOLEAN NOT NULL DEFAULT TRUE,
    PRIMARY KEY (person_id, key)
);
CREATE INDEX inbox_person ON inbox (person_id, at);
CREATE INDEX inbox_unread ON inbox (person_id) WHERE read_at = 0 AND shown = TRUE;
CREATE INDEX inbox_notice ON inbox (notice_id);
CREATE TABLE preference (
    person_id TEXT NOT NULL,
    kind      TEXT NOT NULL,
    inbox     BOOLEAN NOT NULL,
    mail      TEXT NOT NULL,
    PRIMARY KEY (person_id, kind)
);
-- Times are minutes of the day in the city's time zone; equal ones mean no quiet hours.
CREATE TABLE wish (
    person_id   TEXT PRIMARY KEY,
    language    TEXT NOT NULL DEFAULT '',
    quiet_from  BIGINT NOT NULL DEFAULT 0,
    quiet_to    BIGINT NOT NULL DEFAULT 0,
    digest_hour BIGINT NOT NULL DEFAULT -1
);
-- Where an organisation is told: webhooks and robots of group chats.
CREATE TABLE channel (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    type            TEXT NOT NULL,
    name            TEXT NOT NULL,
    host            TEXT NOT NULL,
    url             TEXT NOT NULL,
    secret          TEXT NOT NULL,
    former          TEXT NOT NULL DEFAULT '',
    former_until    BIGINT NOT NULL DEFAULT 0,
    language        TEXT NOT NULL,
    kinds           TEXT NOT NULL,
    enabled         BOOLEAN NOT NULL DEFAULT TRUE,
    created_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX channel_organisation ON channel (organisation_id);
-- Everything that leaves the house, and what became of it.
CREATE TABLE delivery (
    id              TEXT PRIMARY KEY,
    notice_id       TEXT NOT NULL DEFAULT '',
    kind            TEXT NOT NULL,
    way             TEXT NOT NULL,
    channel_id      TEXT NOT NULL DEFAULT '',
    person_id       TEXT NOT NULL DEFAULT '',
    organisation_id TEXT NOT NULL DEFAULT '',
    address         TEXT NOT NULL,
    language        TEXT NOT NULL,
    state           TEXT NOT NULL,
    attempts        BIGINT NOT NULL DEFAULT 0,
    next_at         BIGINT NOT NULL,
    tried_at        BIGINT NOT NULL DEFAULT 0,
    done_at         BIGINT NOT NULL DEFAULT 0,
    reason          TEXT NOT NULL DEFAULT '',
    digest_id       TEXT NOT NULL DEFAULT '',
    created_at      BIGINT NOT NULL
);
CREATE INDEX delivery_due ON delivery (way, next_at) WHERE state = 'waiting';
CREATE INDEX delivery_digest ON delivery (person_id) WHERE state = 'daily';
CREATE INDEX delivery_channel ON delivery (channel_id, tried_at);
CREATE INDEX delivery_created ON delivery (created_at);
CREATE INDEX delivery_of_digest ON delivery (digest_id);
