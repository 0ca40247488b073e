-- +goose Up
-- What an advisory says of a product in use, whosever it is: use_key is the digest of
-- vendor, product, model, order number and version.
CREATE TABLE security_verdict (
    use_key     TEXT NOT NULL,
    advisory_id TEXT NOT NULL REFERENCES security_advisory (id) ON DELETE CASCADE,
    answer      TEXT NOT NULL,
    threat      DOUBLE PRECISION NOT NULL,
    digest      TEXT NOT NULL,
    detail      TEXT NOT NULL,
    PRIMARY KEY (use_key, advisory_id)
);
CREATE INDEX security_verdict_advisory ON security_verdict (advisory_id, use_key);
-- What an advisory means for an asset. told: its enterprise was told that it is affected. state says what the enterprise decided.
CREATE TABLE security_exposure (
    asset_id        TEXT NOT NULL REFERENCES security_asset (id) ON DELETE CASCADE,
    advisory_id     TEXT NOT NULL REFERENCES security_advisory (id) ON DELETE CASCADE,
    id              TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    use_key         TEXT NOT NULL,
    answer          TEXT NOT NULL,
    priority        BIGINT NOT NULL,
    digest          TEXT NOT NULL,
    state           TEXT NOT NULL,
    decision_id     TEXT NOT NULL,
    told            BOOLEAN NOT NULL,
    since           BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1,
    PRIMARY KEY (asset_id, advisory_id)
);
CREATE UNIQUE INDEX security_exposure_id ON security_exposure (id);
CREATE INDEX security_exposure_organisation ON security_exposure (organisation_id, state, priority);
CREATE INDEX security_exposure_untold ON security_exposure (organisation_id, advisory_id) WHERE NOT told;
CREATE INDEX security_exposure_decision ON security_exposure (decision_id) WHERE decision_id <> '';
CREATE INDEX security_exposure_advisory ON security_exposure (advisory_id, organisation_id);
-- What an enterprise decided: mended, accepted until a day, or not applicable; for one asset,
-- for all of the same product, or for all of its assets.
CREATE TABLE security_decision (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    advisory_id     TEXT NOT NULL REFERENCES security_advisory (id) ON DELETE CASCADE,
    asset_id        TEXT NOT NULL,
    reach           TEXT NOT NULL,
    vendor_key      TEXT NOT NULL,
    product         TEXT NOT NULL,
    model           TEXT NOT NULL,
    kind            TEXT NOT NULL,
    reason          TEXT NOT NULL,
    digest          TEXT NOT NULL,
    until_at        BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    ended_at        BIGINT NOT NULL DEFAULT 0,
    ended_why       TEXT NOT NULL DEFAULT ''
);
CREATE INDEX security_decision_advisory ON security_decision (organisation_id, advisory_id) WHERE ended_at = 0;
CREATE INDEX security_decision_until ON security_decision (until_at) WHERE ended_at = 0 AND until_at > 0;
