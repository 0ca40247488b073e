-- +goose Up
CREATE TABLE plan (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    template        TEXT NOT NULL,
    title_zh        TEXT NOT NULL,
    title_en        TEXT NOT NULL,
    note_zh         TEXT NOT NULL,
    note_en         TEXT NOT NULL,
    source_zh       TEXT NOT NULL,
    source_en       TEXT NOT NULL,
    from_day        TEXT NOT NULL,
    to_day          TEXT NOT NULL,
    rules           TEXT NOT NULL,
    synthetic       BOOLEAN NOT NULL,
    created_at      BIGINT NOT NULL,
    created_by      TEXT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE TABLE plan_action (
    plan_id  TEXT NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
    code     TEXT NOT NULL,
    position BIGINT NOT NULL,
    title_zh TEXT NOT NULL,
    title_en TEXT NOT NULL,
    PRIMARY KEY (plan_id, code)
);
CREATE TABLE plan_measure (
    plan_id     TEXT NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
    code        TEXT NOT NULL,
    action_code TEXT NOT NULL,
    position    BIGINT NOT NULL,
    title_zh    TEXT NOT NULL,
    title_en    TEXT NOT NULL,
    source      TEXT NOT NULL,
    PRIMARY KEY (plan_id, code)
);
CREATE TABLE target (
    id         TEXT PRIMARY KEY,
    plan_id    TEXT NOT NULL REFERENCES plan (id) ON DELETE CASCADE,
    code       TEXT NOT NULL,
    measure    TEXT NOT NULL,
    position   BIGINT NOT NULL,
    title_zh   TEXT NOT NULL,
    title_en   TEXT NOT NULL,
    unit_zh    TEXT NOT NULL,
    unit_en    TEXT NOT NULL,
    direction  TEXT NOT NULL,
    goal       DOUBLE PRECISION NOT NULL,
    goal_high  DOUBLE PRECISION NOT NULL,
    baseline   DOUBLE PRECISION NOT NULL,
    from_day   TEXT NOT NULL,
    to_day     TEXT NOT NULL,
    owner_zh   TEXT NOT NULL,
    owner_en   TEXT NOT NULL,
    owner_id   TEXT NOT NULL,
    kind       TEXT NOT NULL,
    formula    TEXT NOT NULL,
    source     TEXT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1,
    UNIQUE (plan_id, code)
);
CREATE INDEX target_owner ON target (owner_id);
-- What was changed about a target, by whom and why.
CREATE TABLE target_change (
    id        TEXT PRIMARY KEY,
    target_id TEXT NOT NULL REFERENCES target (id) ON DELETE CASCADE,
    at        BIGINT NOT NULL,
    actor     TEXT NOT NULL,
    name      TEXT NOT NULL,
    field     TEXT NOT NULL,
    before    TEXT NOT NULL,
    after     TEXT NOT NULL,
    reason    TEXT NOT NULL
);
CREATE INDEX target_change_target ON target_change (target_id, at);
-- Every value a target ever had. valid_at is the time it is about, known_at
-- when it began to count (0: it does not count yet, or was returned).
CREATE TABLE target_value (
    id               TEXT PRIMARY KEY,
    target_id        TEXT NOT NULL REFERENCES target (id) ON DELETE CASCADE,
    number           DOUBLE PRECISION NOT NULL,
    valid_at         BIGINT NOT NULL,
    known_at         BIGINT NOT NULL,
    source           TEXT NOT NULL,
    state            TEXT NOT NULL,
    synthetic        BOOLEAN NOT NULL,
    formula          TEXT NOT NULL,
    note             TEXT NOT NULL,
    organisation_id  TEXT NOT NULL,
    reported_by      TEXT NOT NULL,
    reported_by_name TEXT NOT NULL,
    reported_at      BIGINT NOT NULL,
    reviewed_by      TEXT NOT NULL DEFAULT '',
    reviewed_by_name TEXT NOT NULL DEFAULT '',
    reviewed_at      BIGINT NOT NULL DEFAULT 0,
    decided_by       TEXT NOT NULL DEFAULT '',
    decided_by_name  TEXT NOT NULL DEFAULT '',
    decided_at       BIGINT NOT NULL DEFAULT 0,
    decision_note    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX target_value_history ON target_value (target_id, valid_at, known_at);
CREATE INDEX target_value_state ON target_value (state) WHERE source = 'reported';
CREATE TABLE evidence (
    id               TEXT PRIMARY KEY,
    organisation_id  TEXT NOT NULL,
    name             TEXT NOT NULL,
    media_type       TEXT NOT NULL,
    size             BIGINT NOT NULL,
    sha256           TEXT NOT NULL,
    uploaded_by      TEXT NOT NULL,
    uploaded_by_name TEXT NOT NULL,
    uploaded_at      BIGINT NOT NULL
);
CREATE TABLE value_evidence (
    value_id    TEXT NOT NULL REFERENCES target_value (id) ON DELETE CASCADE,
    evidence_id TEXT NOT NULL REFERENCES evidence (id),
    PRIMARY KEY (value_id, evidence_id)
);
CREATE INDEX value_evidence_evidence ON value_evidence (evidence_id);
CREATE TABLE milestone (
    id        TEXT PRIMARY KEY,
    target_id TEXT NOT NULL REFERENCES target (id) ON DELETE CASCADE,
    title_zh  TEXT NOT NULL,
    title_en  TEXT NOT NULL,
    due_day   TEXT NOT NULL,
    goal      DOUBLE PRECISION,
    done_at   BIGINT NOT NULL DEFAULT 0,
    version   BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX milestone_target ON milestone (target_id, due_day);
CREATE TABLE remark (
    id        TEXT PRIMARY KEY,
    target_id TEXT NOT NULL REFERENCES target (id) ON DELETE CASCADE,
    at        BIGINT NOT NULL,
    author    TEXT NOT NULL,
    name      TEXT NOT NULL,
    body      TEXT NOT NULL
);
CREATE INDEX remark_target ON remark (target_id, at);
CREATE TABLE reminder (
    id         TEXT PRIMARY KEY,
    target_id  TEXT NOT NULL REFERENCES target (id) ON DELETE CASCADE,
    note       TEXT NOT NULL,
    due_day    TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    name       TEXT NOT NULL,
    done_at    BIGINT NOT NULL DEFAULT 0,
    done_by    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX reminder_target ON reminder (target_id);
-- Who sees what: the plan's organisation all of it, an owner its own targets.
CREATE VIEW seen AS
SELECT p.id AS plan_id, '' AS target_id, p.organisation_id AS organisation_id FROM plan p
UNION ALL
SELECT t.plan_id, t.id, p.organisation_id FROM target t JOIN plan p ON p.id = t.plan_id
UNION ALL
SELECT t.plan_id, t.id, t.owner_id FROM target t WHERE t.owner_id <> '';
