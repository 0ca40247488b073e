-- +goose Up
-- Sets of rules in the Sigma format that an enterprise brought for itself, or the city for all whose
-- sensors are open to it. broken is JSON: what of the newest revision could not be compiled when it
-- was loaded.
CREATE TABLE security_rule_set (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    city            BOOLEAN NOT NULL,
    name            TEXT NOT NULL,
    revision        BIGINT NOT NULL,
    broken          TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    changed_at      BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL
);
CREATE INDEX security_rule_set_of ON security_rule_set (organisation_id, id);

-- What was brought when and by whom. files is JSON: [{"name", "text"}]; the newest are kept.
CREATE TABLE security_rule_revision (
    set_id     TEXT NOT NULL REFERENCES security_rule_set (id) ON DELETE CASCADE,
    revision   BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    note       TEXT NOT NULL,
    digest     TEXT NOT NULL,
    files      TEXT NOT NULL,
    rules      BIGINT NOT NULL,
    refused    BIGINT NOT NULL,
    added      BIGINT NOT NULL,
    changed    BIGINT NOT NULL,
    removed    BIGINT NOT NULL,
    PRIMARY KEY (set_id, revision)
);

-- The rules of the newest revision. rule_key is the same in all revisions: the id of the rule, or
-- its title. about is JSON: author, licence, tags and what else people read. silent: no source
-- delivers what it asks for. live: it was put in use; a switch may keep it off nevertheless.
CREATE TABLE security_own_rule (
    id         TEXT PRIMARY KEY,
    set_id     TEXT NOT NULL REFERENCES security_rule_set (id) ON DELETE CASCADE,
    rule_key   TEXT NOT NULL,
    digest     TEXT NOT NULL,
    title      TEXT NOT NULL,
    kind       TEXT NOT NULL,
    level      TEXT NOT NULL,
    rank       BIGINT NOT NULL,
    status     TEXT NOT NULL,
    author     TEXT NOT NULL,
    logsource  TEXT NOT NULL,
    file       TEXT NOT NULL,
    line       BIGINT NOT NULL,
    about      TEXT NOT NULL,
    silent     BOOLEAN NOT NULL,
    live       BOOLEAN NOT NULL,
    live_at    BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    UNIQUE (set_id, rule_key)
);

-- A set tried against what is kept. found is JSON: hits by rule with examples.
CREATE TABLE security_rule_trial (
    id              TEXT PRIMARY KEY,
    set_id          TEXT NOT NULL REFERENCES security_rule_set (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL,
    revision        BIGINT NOT NULL,
    state           TEXT NOT NULL,
    days            BIGINT NOT NULL,
    from_at         BIGINT NOT NULL,
    to_at           BIGINT NOT NULL,
    events          BIGINT NOT NULL,
    cut             BOOLEAN NOT NULL,
    found           TEXT NOT NULL,
    reason          TEXT NOT NULL,
    job_id          TEXT NOT NULL,
    at              BIGINT NOT NULL,
    ended_at        BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL
);
CREATE INDEX security_rule_trial_of ON security_rule_trial (set_id, id);

-- Of an alert of such a rule: whose it is, as JSON; empty of others.
ALTER TABLE security_alert ADD COLUMN origin TEXT NOT NULL DEFAULT '';
