-- +goose Up
-- What counts as one service, by version: the newest holds, and each service keeps the
-- window that it was recorded under.
CREATE TABLE service_rule (
    version     BIGINT PRIMARY KEY,
    window_days BIGINT NOT NULL,
    answer_days BIGINT NOT NULL,
    reviews     BOOLEAN NOT NULL,
    note        TEXT NOT NULL,
    at          BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    actor_name  TEXT NOT NULL
);
INSERT INTO service_rule (version, window_days, answer_days, reviews, note, at, actor, actor_name) VALUES (1, 90, 14, TRUE, '', 1795795200000, '', '');
-- One service to one enterprise. entry_id follows merges; code, name, district and
-- industry are those of when it was recorded. quarter is year times 10 and quarter.
-- counted and duplicate_of follow from the rest, and are kept for lists and figures.
CREATE TABLE service (
    id             TEXT PRIMARY KEY,
    entry_id       TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    code           TEXT NOT NULL,
    name_zh        TEXT NOT NULL,
    name_en        TEXT NOT NULL,
    district       TEXT NOT NULL,
    industry       TEXT NOT NULL,
    synthetic      BOOLEAN NOT NULL DEFAULT FALSE,
    provider       TEXT NOT NULL,
    provider_zh    TEXT NOT NULL,
    provider_en    TEXT NOT NULL,
    recorder_id    TEXT NOT NULL,
    matter         TEXT NOT NULL,
    about          TEXT NOT NULL,
    started_on     TEXT NOT NULL,
    ended_on       TEXT NOT NULL,
    quarter        BIGINT NOT NULL,
    state          TEXT NOT NULL,
    counted        BOOLEAN NOT NULL DEFAULT FALSE,
    duplicate_of   TEXT NOT NULL DEFAULT '',
    verdict        TEXT NOT NULL DEFAULT '',
    reason         TEXT NOT NULL DEFAULT '',
    origin         TEXT NOT NULL,
    source         TEXT NOT NULL DEFAULT '',
    rule           BIGINT NOT NULL,
    window_days    BIGINT NOT NULL,
    words          TEXT NOT NULL,
    recorded_at    BIGINT NOT NULL,
    recorded_by    TEXT NOT NULL,
    recorded_name  TEXT NOT NULL,
    due_at         BIGINT NOT NULL,
    answered_at    BIGINT NOT NULL DEFAULT 0,
    answered_by    TEXT NOT NULL DEFAULT '',
    answered_name  TEXT NOT NULL DEFAULT '',
    version        BIGINT NOT NULL DEFAULT 1
);
-- What happens inside is counted once, however often it is told.
CREATE UNIQUE INDEX service_source ON service (source) WHERE source <> '';
CREATE INDEX service_entry ON service (entry_id, provider, matter, started_on);
CREATE INDEX service_recorder ON service (recorder_id, started_on, id);
CREATE INDEX service_due ON service (due_at) WHERE state = 'waiting';
-- Lists walk in the order that was asked for, and count by the facets without the rows.
CREATE INDEX service_started ON service (started_on, id, words, recorder_id, entry_id);
CREATE INDEX service_name ON service (name_zh, id);
CREATE INDEX service_recorded ON service (recorded_at, id);
CREATE INDEX service_district ON service (district, started_on, id, counted, quarter, state, industry, matter);
CREATE INDEX service_industry ON service (industry, started_on, id, counted, quarter, state, district, matter);
CREATE INDEX service_matter ON service (matter, started_on, id, counted, quarter, state, district, industry);
CREATE INDEX service_provider ON service (provider, started_on, id, counted, quarter, state, district, industry, matter);
CREATE INDEX service_state ON service (state, started_on, id) WHERE state <> 'confirmed';
CREATE INDEX service_verdict ON service (verdict, started_on, id) WHERE verdict <> '';
CREATE INDEX service_facets ON service (quarter, counted, district, industry, matter, provider, state, verdict, entry_id, recorder_id, synthetic);
-- Evidence is uploaded first; one file may prove several services, as a list of who attended.
CREATE TABLE service_evidence (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    name            TEXT NOT NULL,
    media_type      TEXT NOT NULL,
    size            BIGINT NOT NULL,
    sha256          TEXT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    at              BIGINT NOT NULL
);
CREATE TABLE service_proof (
    service_id  TEXT NOT NULL REFERENCES service (id) ON DELETE CASCADE,
    evidence_id TEXT NOT NULL REFERENCES service_evidence (id),
    PRIMARY KEY (service_id, evidence_id)
);
CREATE INDEX service_proof_evidence ON service_proof (evidence_id);
-- Samples of what counts, drawn by a seed so that anybody draws the same again.
CREATE TABLE service_sample (
    id            TEXT PRIMARY KEY,
    first_quarter BIGINT NOT NULL,
    last_quarter  BIGINT NOT NULL,
    seed          TEXT NOT NULL,
    population    BIGINT NOT NULL,
    digest        TEXT NOT NULL,
    drawn_at      BIGINT NOT NULL,
    drawn_by      TEXT NOT NULL,
    drawn_name    TEXT NOT NULL
);
CREATE TABLE service_sampled (
    sample_id   TEXT NOT NULL REFERENCES service_sample (id) ON DELETE CASCADE,
    service_id  TEXT NOT NULL REFERENCES service (id) ON DELETE CASCADE,
    number      BIGINT NOT NULL,
    verdict     TEXT NOT NULL DEFAULT '',
    note        TEXT NOT NULL DEFAULT '',
    evidence_id TEXT NOT NULL DEFAULT '',
    at          BIGINT NOT NULL DEFAULT 0,
    actor       TEXT NOT NULL DEFAULT '',
    actor_name  TEXT NOT NULL DEFAULT '',
    version     BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (sample_id, service_id)
);
CREATE INDEX service_sampled_service ON service_sampled (service_id);
-- What moved to the survivor of a merge, so that undoing it moves the same back.
CREATE TABLE entry_merge_moved (
    merge_id  TEXT NOT NULL REFERENCES entry_merge (id) ON DELETE CASCADE,
    noun      TEXT NOT NULL,
    object_id TEXT NOT NULL,
    was       TEXT NOT NULL,
    PRIMARY KEY (merge_id, noun, object_id)
);
-- A search walks the names and looks into the words beside them, without the rows.
DROP INDEX entry_name;
CREATE INDEX entry_name ON entry (name_zh, id, words, status, organisation_id);
