-- +goose Up
-- What an enterprise needs, and the agreement that comes of it: one at a time.
CREATE TABLE need (
    id              TEXT PRIMARY KEY,
    entry_id        TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL,
    code            TEXT NOT NULL,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    district        TEXT NOT NULL,
    industry        TEXT NOT NULL,
    synthetic       BOOLEAN NOT NULL DEFAULT FALSE,
    title           TEXT NOT NULL,
    body            TEXT NOT NULL, -- what is asked for, as JSON
    scenario        TEXT NOT NULL,
    confidential    BOOLEAN NOT NULL,
    state           TEXT NOT NULL,
    reply_until     BIGINT NOT NULL DEFAULT 0,
    reason          TEXT NOT NULL DEFAULT '',
    proposal_id     TEXT NOT NULL DEFAULT '', -- that was chosen
    confirm_until   BIGINT NOT NULL DEFAULT 0,
    terms           TEXT NOT NULL DEFAULT '',
    digest          TEXT NOT NULL DEFAULT '',
    agreed_at       BIGINT NOT NULL DEFAULT 0,
    closed_at       BIGINT NOT NULL DEFAULT 0,
    rate_until      BIGINT NOT NULL DEFAULT 0,
    disputed        BOOLEAN NOT NULL DEFAULT FALSE, -- once; the bureau sees it from then on
    created_at      BIGINT NOT NULL,
    created_by      TEXT NOT NULL,
    created_name    TEXT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX need_organisation ON need (organisation_id);
CREATE INDEX need_created ON need (created_at, id);
CREATE INDEX need_due ON need (state, reply_until);
CREATE TABLE need_invitation (
    need_id         TEXT NOT NULL REFERENCES need (id) ON DELETE CASCADE,
    provider_id     TEXT NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL,
    state           TEXT NOT NULL,
    reason          TEXT NOT NULL DEFAULT '',
    sent_at         BIGINT NOT NULL,
    due_at          BIGINT NOT NULL,
    answered_at     BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (need_id, provider_id)
);
CREATE INDEX need_invitation_organisation ON need_invitation (organisation_id, need_id);
-- What enterprises made of suggested providers, with the features of the match then: what
-- the weights are learned of.
CREATE TABLE need_verdict (
    need_id     TEXT NOT NULL REFERENCES need (id) ON DELETE CASCADE,
    provider_id TEXT NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
    wanted      BOOLEAN NOT NULL,
    features    TEXT NOT NULL,
    at          BIGINT NOT NULL,
    PRIMARY KEY (need_id, provider_id)
);
CREATE TABLE need_weights (
    at            BIGINT PRIMARY KEY,
    weights       TEXT NOT NULL,
    pairs         BIGINT NOT NULL,
    held_out      BIGINT NOT NULL,
    fixed_right   BIGINT NOT NULL, -- in thousandths
    learned_right BIGINT NOT NULL
);
CREATE TABLE need_proposal (
    id              TEXT PRIMARY KEY,
    need_id         TEXT NOT NULL REFERENCES need (id) ON DELETE CASCADE,
    provider_id     TEXT NOT NULL REFERENCES provider (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL,
    state           TEXT NOT NULL,
    offer           TEXT NOT NULL, -- as JSON
    at              BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX need_proposal_once ON need_proposal (need_id, provider_id);
CREATE INDEX need_proposal_organisation ON need_proposal (organisation_id, need_id);
CREATE TABLE need_milestone (
    need_id      TEXT NOT NULL REFERENCES need (id) ON DELETE CASCADE,
    number       BIGINT NOT NULL,
    title        TEXT NOT NULL,
    due_on       TEXT NOT NULL,
    share        BIGINT NOT NULL, -- percent of the price
    state        TEXT NOT NULL,
    note         TEXT NOT NULL DEFAULT '',
    reason       TEXT NOT NULL DEFAULT '',
    delivered_at BIGINT NOT NULL DEFAULT 0,
    decided_at   BIGINT NOT NULL DEFAULT 0,
    told         TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (need_id, number)
);
CREATE TABLE need_rating (
    need_id    TEXT NOT NULL REFERENCES need (id) ON DELETE CASCADE,
    side       TEXT NOT NULL, -- who rates
    provider_id TEXT NOT NULL,
    stars      BIGINT NOT NULL,
    text       TEXT NOT NULL,
    at         BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    PRIMARY KEY (need_id, side)
);
CREATE INDEX need_rating_provider ON need_rating (provider_id, side);
CREATE TABLE need_dispute (
    need_id      TEXT NOT NULL REFERENCES need (id) ON DELETE CASCADE,
    number       BIGINT NOT NULL,
    side         TEXT NOT NULL,
    text         TEXT NOT NULL,
    at           BIGINT NOT NULL,
    actor        TEXT NOT NULL,
    actor_name   TEXT NOT NULL,
    reply        TEXT NOT NULL DEFAULT '', -- of the other side
    decision     TEXT NOT NULL DEFAULT '',
    reason       TEXT NOT NULL DEFAULT '',
    decided_at   BIGINT NOT NULL DEFAULT 0,
    decided_by   TEXT NOT NULL DEFAULT '',
    decided_name TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (need_id, number)
);
-- What became of a need. provider_id: only the enterprise and this provider are shown it.
CREATE TABLE need_step (
    need_id     TEXT NOT NULL REFERENCES need (id) ON DELETE CASCADE,
    number      BIGINT NOT NULL,
    provider_id TEXT NOT NULL DEFAULT '',
    at          BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    name        TEXT NOT NULL,
    side        TEXT NOT NULL,
    kind        TEXT NOT NULL,
    reason      TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (need_id, number)
);
