-- +goose Up
-- The outbox: events of committed changes, kept for replay after they are sent.
CREATE TABLE kernel_outbox (
    id      TEXT PRIMARY KEY,
    subject TEXT NOT NULL,
    data    TEXT NOT NULL,
    at      BIGINT NOT NULL,
    sent_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX kernel_outbox_unsent ON kernel_outbox (id) WHERE sent_at = 0;
CREATE INDEX kernel_outbox_sent ON kernel_outbox (sent_at);
-- The inbox: which messages each consumer has handled.
CREATE TABLE kernel_inbox (
    consumer TEXT NOT NULL,
    id       TEXT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (consumer, id)
);
CREATE INDEX kernel_inbox_at ON kernel_inbox (at);
-- Answers to requests that carried an Idempotency-Key, for a day.
CREATE TABLE kernel_idempotency (
    key          TEXT PRIMARY KEY,
    request_hash TEXT NOT NULL,
    status       BIGINT NOT NULL DEFAULT 0,
    body         TEXT NOT NULL DEFAULT '',
    at           BIGINT NOT NULL
);
CREATE INDEX kernel_idempotency_at ON kernel_idempotency (at);
