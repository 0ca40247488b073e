-- +goose Up
-- What the engineering of a plant says should be there. newest counts revisions, released is
-- the one that counts, 0: none. ended: what it says counts no more.
CREATE TABLE security_asset_plan (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES security_inventory (organisation_id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    note            TEXT NOT NULL,
    ended           BOOLEAN NOT NULL,
    newest          BIGINT NOT NULL,
    released        BIGINT NOT NULL,
    synthetic       BOOLEAN NOT NULL,
    created_at      BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    version         BIGINT NOT NULL,
    UNIQUE (organisation_id, name)
);
-- A state of a plan as a file said it; released_at is 0 as long as nobody released it.
CREATE TABLE security_asset_plan_revision (
    plan_id       TEXT NOT NULL REFERENCES security_asset_plan (id) ON DELETE CASCADE,
    number        BIGINT NOT NULL,
    file          TEXT NOT NULL,
    note          TEXT NOT NULL,
    things        BIGINT NOT NULL,
    imported_at   BIGINT NOT NULL,
    actor         TEXT NOT NULL,
    actor_name    TEXT NOT NULL,
    released_at   BIGINT NOT NULL,
    releaser      TEXT NOT NULL,
    releaser_name TEXT NOT NULL,
    PRIMARY KEY (plan_id, number)
);
-- What a revision says, line by line of its file; facts are JSON.
CREATE TABLE security_asset_plan_row (
    plan_id TEXT NOT NULL,
    number  BIGINT NOT NULL,
    line    BIGINT NOT NULL,
    name    TEXT NOT NULL,
    facts   TEXT NOT NULL,
    PRIMARY KEY (plan_id, number, line),
    FOREIGN KEY (plan_id, number) REFERENCES security_asset_plan_revision (plan_id, number) ON DELETE CASCADE
);
