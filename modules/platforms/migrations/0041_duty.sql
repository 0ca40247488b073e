-- +goose Up
-- Who is on duty. spec is the rota as JSON, without its persons.
CREATE TABLE rota (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    spec            TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
-- Persons of rotas and policies, in the order of their turns; part is the layer or the step.
CREATE TABLE duty_member (
    owner_id    TEXT NOT NULL,
    part        BIGINT NOT NULL,
    place       BIGINT NOT NULL,
    person_id   TEXT NOT NULL,
    person_name TEXT NOT NULL,
    PRIMARY KEY (owner_id, part, place)
);
CREATE INDEX duty_member_person ON duty_member (person_id);
CREATE TABLE rota_override (
    id          TEXT PRIMARY KEY,
    rota_id     TEXT NOT NULL REFERENCES rota (id) ON DELETE CASCADE,
    person_id   TEXT NOT NULL,
    person_name TEXT NOT NULL,
    from_at     BIGINT NOT NULL,
    to_at       BIGINT NOT NULL,
    reason      TEXT NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE INDEX rota_override_rota ON rota_override (rota_id, to_at);
-- What follows when nobody takes care of an alert. spec is the policy as JSON, without its persons.
CREATE TABLE escalation_policy (
    id         TEXT PRIMARY KEY,
    spec       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
-- Alerts that escalate: how many steps were told since when, and when the next is due.
CREATE TABLE alert_escalation (
    alert_id  TEXT PRIMARY KEY REFERENCES alert (id) ON DELETE CASCADE,
    policy_id TEXT NOT NULL,
    since     BIGINT NOT NULL,
    claimed   BOOLEAN NOT NULL,
    done      BIGINT NOT NULL,
    due_at    BIGINT NOT NULL
);
-- The step of a notice as JSON; empty for notices of routes.
ALTER TABLE alert_notice ADD COLUMN escalation TEXT NOT NULL DEFAULT '';
-- Which persons a notice was for, about which alert, by which rota; gap says why nobody was told.
CREATE TABLE alert_told (
    notice_id   TEXT NOT NULL REFERENCES alert_notice (id) ON DELETE CASCADE,
    alert_id    TEXT NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
    place       BIGINT NOT NULL,
    rota_zh     TEXT NOT NULL,
    rota_en     TEXT NOT NULL,
    person_id   TEXT NOT NULL,
    person_name TEXT NOT NULL,
    gap         TEXT NOT NULL,
    PRIMARY KEY (notice_id, alert_id, place)
);
CREATE INDEX alert_told_alert ON alert_told (alert_id);
