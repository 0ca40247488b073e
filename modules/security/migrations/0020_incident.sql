-- +goose Up
-- A case that is worked on. Times are milliseconds since 1970; 0 is not known, or not yet.
-- facts and closing are JSON. level is what a person confirmed, proposed what the rule proposes.
CREATE TABLE security_incident (
    id              TEXT PRIMARY KEY,
    number          TEXT NOT NULL UNIQUE,
    organisation_id TEXT NOT NULL,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    district        TEXT NOT NULL,
    industry        TEXT NOT NULL,
    bureau_id       TEXT NOT NULL,
    origin          TEXT NOT NULL,
    title           TEXT NOT NULL,
    summary         TEXT NOT NULL,
    category        TEXT NOT NULL,
    kind            TEXT NOT NULL,
    tlp             TEXT NOT NULL,
    state           TEXT NOT NULL,
    resolution      TEXT NOT NULL,
    level           BIGINT NOT NULL,
    level_setter    TEXT NOT NULL,
    proposed        BIGINT NOT NULL,
    importance      TEXT NOT NULL,
    loss            TEXT NOT NULL,
    harm            TEXT NOT NULL,
    occurred_at     BIGINT NOT NULL,
    discovered_at   BIGINT NOT NULL,
    aware_at        BIGINT NOT NULL,
    reported_at     BIGINT NOT NULL,
    received_at     BIGINT NOT NULL,
    triaged_at      BIGINT NOT NULL,
    confirmed_at    BIGINT NOT NULL,
    contained_at    BIGINT NOT NULL,
    eradicated_at   BIGINT NOT NULL,
    recovered_at    BIGINT NOT NULL,
    closed_at       BIGINT NOT NULL,
    reviewed_at     BIGINT NOT NULL,
    report_due_at   BIGINT NOT NULL,
    report_met_at   BIGINT NOT NULL,
    reported_upward TEXT NOT NULL,
    handler         TEXT NOT NULL,
    handler_name    TEXT NOT NULL,
    merged_into     TEXT NOT NULL,
    merged_from     TEXT NOT NULL,
    facts           TEXT NOT NULL,
    closing         TEXT NOT NULL,
    closing_writer  TEXT NOT NULL,
    review          TEXT NOT NULL,
    response        BIGINT NOT NULL,
    response_at     BIGINT NOT NULL,
    reopened        BIGINT NOT NULL,
    drill           TEXT NOT NULL,
    synthetic       BOOLEAN NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL
);
CREATE INDEX security_incident_organisation ON security_incident (organisation_id, created_at);
CREATE INDEX security_incident_state ON security_incident (state, created_at);

-- What happened, as it happened and by whom it was written down. task and guest say whose
-- part it is of; what has neither is the enterprise's and the city's only.
CREATE TABLE security_incident_event (
    id              TEXT PRIMARY KEY,
    incident_id     TEXT NOT NULL REFERENCES security_incident (id) ON DELETE CASCADE,
    at              BIGINT NOT NULL,
    written_at      BIGINT NOT NULL,
    kind            TEXT NOT NULL,
    from_state      TEXT NOT NULL,
    to_state        TEXT NOT NULL,
    text            TEXT NOT NULL,
    part_of         TEXT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    organisation_zh TEXT NOT NULL,
    organisation_en TEXT NOT NULL
);
CREATE INDEX security_incident_event_at ON security_incident_event (incident_id, at, id);

CREATE TABLE security_incident_task (
    id              TEXT PRIMARY KEY,
    incident_id     TEXT NOT NULL REFERENCES security_incident (id) ON DELETE CASCADE,
    number          BIGINT NOT NULL,
    playbook        TEXT NOT NULL,
    title_zh        TEXT NOT NULL,
    title_en        TEXT NOT NULL,
    what_zh         TEXT NOT NULL,
    what_en         TEXT NOT NULL,
    done_zh         TEXT NOT NULL,
    done_en         TEXT NOT NULL,
    evidence_zh     TEXT NOT NULL,
    evidence_en     TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    organisation_zh TEXT NOT NULL,
    organisation_en TEXT NOT NULL,
    assignee        TEXT NOT NULL,
    due_at          BIGINT NOT NULL,
    state           TEXT NOT NULL,
    note            TEXT NOT NULL,
    finished_at     BIGINT NOT NULL,
    reminded_at     BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX security_incident_task_of ON security_incident_task (incident_id, number);
CREATE INDEX security_incident_task_due ON security_incident_task (due_at) WHERE state = 'open' AND reminded_at = 0;

-- What was reported upward, as the person who did it says. Nothing is sent from here.
CREATE TABLE security_incident_report (
    id              TEXT PRIMARY KEY,
    incident_id     TEXT NOT NULL REFERENCES security_incident (id) ON DELETE CASCADE,
    number          BIGINT NOT NULL,
    obligation      TEXT NOT NULL,
    stage           TEXT NOT NULL,
    authority       TEXT NOT NULL,
    channel         TEXT NOT NULL,
    reporter        TEXT NOT NULL,
    sent_at         BIGINT NOT NULL,
    receipt         TEXT NOT NULL,
    text            TEXT NOT NULL,
    missing         TEXT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    organisation_zh TEXT NOT NULL,
    organisation_en TEXT NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX security_incident_report_of ON security_incident_report (incident_id, number);

-- Who else was let in, by whom and why, until when, and what their part is.
CREATE TABLE security_incident_guest (
    id              TEXT PRIMARY KEY,
    incident_id     TEXT NOT NULL REFERENCES security_incident (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL,
    organisation_zh TEXT NOT NULL,
    organisation_en TEXT NOT NULL,
    part            TEXT NOT NULL,
    reason          TEXT NOT NULL,
    until_at        BIGINT NOT NULL,
    ended_at        BIGINT NOT NULL,
    ended_why       TEXT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX security_incident_guest_of ON security_incident_guest (incident_id, created_at);
CREATE INDEX security_incident_guest_who ON security_incident_guest (organisation_id, until_at);

-- Who of another organisation looked, once a day and way.
CREATE TABLE security_incident_look (
    incident_id     TEXT NOT NULL REFERENCES security_incident (id) ON DELETE CASCADE,
    day             TEXT NOT NULL,
    actor           TEXT NOT NULL,
    way             TEXT NOT NULL,
    name            TEXT NOT NULL,
    organisation_zh TEXT NOT NULL,
    organisation_en TEXT NOT NULL,
    times           BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    PRIMARY KEY (incident_id, day, actor, way)
);

CREATE TABLE security_incident_evidence (
    id              TEXT PRIMARY KEY,
    incident_id     TEXT NOT NULL REFERENCES security_incident (id) ON DELETE CASCADE,
    organisation_id TEXT NOT NULL,
    name            TEXT NOT NULL,
    what            TEXT NOT NULL,
    media_type      TEXT NOT NULL,
    size            BIGINT NOT NULL,
    sha256          TEXT NOT NULL,
    malicious       BOOLEAN NOT NULL,
    hold            BOOLEAN NOT NULL,
    discarded_at    BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX security_incident_evidence_of ON security_incident_evidence (incident_id, created_at);

-- In whose hands evidence was: rows are only added.
CREATE TABLE security_incident_custody (
    id              TEXT PRIMARY KEY,
    evidence_id     TEXT NOT NULL REFERENCES security_incident_evidence (id) ON DELETE CASCADE,
    at              BIGINT NOT NULL,
    what            TEXT NOT NULL,
    why             TEXT NOT NULL,
    sha256          TEXT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    organisation_zh TEXT NOT NULL,
    organisation_en TEXT NOT NULL
);
CREATE INDEX security_incident_custody_of ON security_incident_custody (evidence_id, at, id);

-- What a review found is to be done.
CREATE TABLE security_incident_action (
    id              TEXT PRIMARY KEY,
    incident_id     TEXT NOT NULL REFERENCES security_incident (id) ON DELETE CASCADE,
    number          BIGINT NOT NULL,
    what            TEXT NOT NULL,
    responsible     TEXT NOT NULL,
    due             TEXT NOT NULL,
    state           TEXT NOT NULL,
    note            TEXT NOT NULL,
    finished_at     BIGINT NOT NULL,
    reminded_at     BIGINT NOT NULL
);
CREATE INDEX security_incident_action_of ON security_incident_action (incident_id, number);
CREATE INDEX security_incident_action_due ON security_incident_action (due) WHERE state = 'open' AND reminded_at = 0;
