-- +goose Up
-- Who of an addressee sees to an assignment (转办): person:<ID>; empty: whoever answers notices there.
ALTER TABLE security_assignment ADD COLUMN delegate TEXT NOT NULL DEFAULT '';
ALTER TABLE security_assignment ADD COLUMN delegate_name TEXT NOT NULL DEFAULT '';
ALTER TABLE security_assignment ADD COLUMN delegated_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX security_assignment_delegate ON security_assignment (delegate) WHERE delegate <> '';
-- A shift of duty at the city (值班): whoever has it is told first what is overdue. handed_note is
-- what they leave to who comes next (交接班), taken by that person.
CREATE TABLE security_shift (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    person          TEXT NOT NULL,
    person_name     TEXT NOT NULL,
    from_at         BIGINT NOT NULL,
    until_at        BIGINT NOT NULL,
    handed_note     TEXT NOT NULL DEFAULT '',
    handed_at       BIGINT NOT NULL DEFAULT 0,
    taken_at        BIGINT NOT NULL DEFAULT 0,
    taker           TEXT NOT NULL DEFAULT '',
    taker_name      TEXT NOT NULL DEFAULT '',
    created_at      BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX security_shift_time ON security_shift (until_at, from_at);
