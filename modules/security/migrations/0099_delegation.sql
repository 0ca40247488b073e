-- +goose Up
-- Who of an addressee sees to an assignment (转办): person:<ID>; empty: whoever answers notices there.
ALTER TABLE security_assignment ADD COLUMN delegate TEXT NOT NULL DEFAULT '';
ALTER TABLE security_assignment ADD COLUMN delegate_name TEXT NOT NULL DEFAULT '';
ALTER TABLE security_assignment ADD COLUMN delegated_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX security_assignment_delegate ON security_assignment (delegate) WHERE delegate <> '';
-- Which rota (of another room) is that of security: one row. And what who is on duty leaves to
-- who comes next (交接班), taken over by that person.
CREATE TABLE security_duty (
    id         BIGINT PRIMARY KEY,
    rota       TEXT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    set_at     BIGINT NOT NULL
);
CREATE TABLE security_handover (
    id         TEXT PRIMARY KEY,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    at         BIGINT NOT NULL,
    note       TEXT NOT NULL,
    taker      TEXT NOT NULL DEFAULT '',
    taker_name TEXT NOT NULL DEFAULT '',
    taken_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX security_handover_at ON security_handover (at);
