-- +goose Up
-- Upper levels (上级单位): collections of TAXII 2.1 that notices of the city are reported to. root
-- is the URL of the API root; secret is sealed. most_tlp: what is stricter is never reported.
-- levels: notices of these levels are reported without a person's release, as a JSON list.
-- next_at: when it is tried next after something went wrong with the whole way. fault: the class
-- of what went wrong last, empty: nothing.
CREATE TABLE security_upper (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,
    root           TEXT NOT NULL,
    collection     TEXT NOT NULL,
    auth           TEXT NOT NULL,
    username       TEXT NOT NULL,
    secret         TEXT NOT NULL,
    secret_version BIGINT NOT NULL,
    most_tlp       TEXT NOT NULL,
    levels         TEXT NOT NULL,
    paused         BOOLEAN NOT NULL,
    next_at        BIGINT NOT NULL,
    lease_until    BIGINT NOT NULL,
    run_at         BIGINT NOT NULL,
    good_at        BIGINT NOT NULL,
    failures       BIGINT NOT NULL,
    fault          TEXT NOT NULL,
    fault_text     TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    actor          TEXT NOT NULL,
    actor_name     TEXT NOT NULL,
    version        BIGINT NOT NULL
);

-- Reports of notices to upper levels (上报): one version of a notice to one of them. objects is
-- what is sent, octet for octet, as a JSON list; told is what became of each, as a JSON list.
-- strict: who released it may release what is for few. follows: later versions go by
-- themselves. until: when it is given up.
CREATE TABLE security_upward (
    id             TEXT PRIMARY KEY,
    upper_id       TEXT NOT NULL,
    upper_name     TEXT NOT NULL,
    notice_id      TEXT NOT NULL REFERENCES security_notice (id),
    number         TEXT NOT NULL,
    revision       BIGINT NOT NULL,
    act            TEXT NOT NULL,
    tlp            TEXT NOT NULL,
    object_id      TEXT NOT NULL,
    object_version TEXT NOT NULL,
    objects        TEXT NOT NULL,
    told           TEXT NOT NULL,
    cause          TEXT NOT NULL,
    strict         BOOLEAN NOT NULL,
    follows        BOOLEAN NOT NULL,
    state          TEXT NOT NULL,
    tries          BIGINT NOT NULL,
    next_at        BIGINT NOT NULL,
    until_at       BIGINT NOT NULL,
    status_id      TEXT NOT NULL,
    fault          TEXT NOT NULL,
    fault_text     TEXT NOT NULL,
    released_at    BIGINT NOT NULL,
    sent_at        BIGINT NOT NULL,
    ended_at       BIGINT NOT NULL,
    actor          TEXT NOT NULL,
    actor_name     TEXT NOT NULL,
    version        BIGINT NOT NULL,
    UNIQUE (upper_id, object_id, object_version)
);
CREATE INDEX security_upward_notice ON security_upward (notice_id, id);
CREATE INDEX security_upward_open ON security_upward (upper_id, next_at) WHERE state IN ('waiting', 'pending');
