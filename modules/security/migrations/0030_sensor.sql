-- +goose Up
-- Sensors of enterprises (在线监测). consent: asked (registered by the city, the enterprise
-- has not answered), none, figures, detail. totals is what the probe counted last, as JSON.
CREATE TABLE security_sensor (
    id              TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    organisation_zh TEXT NOT NULL,
    organisation_en TEXT NOT NULL,
    machine_id      TEXT NOT NULL,
    name            TEXT NOT NULL,
    place           TEXT NOT NULL,
    consent         TEXT NOT NULL,
    by_city         BOOLEAN NOT NULL,
    version_of      TEXT NOT NULL,
    input           TEXT NOT NULL,
    live            BOOLEAN NOT NULL,
    seen_at         BIGINT NOT NULL,
    packet_at       BIGINT NOT NULL,
    lag_ms          BIGINT NOT NULL,
    skew_ms         BIGINT NOT NULL,
    not_after       BIGINT NOT NULL,
    totals          TEXT NOT NULL,
    repeated        BIGINT NOT NULL,
    refused         BIGINT NOT NULL,
    refusal         TEXT NOT NULL,
    refused_at      BIGINT NOT NULL,
    pairs           BIGINT NOT NULL,
    pairs_full      BIGINT NOT NULL,
    retired_at      BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    actor           TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    version         BIGINT NOT NULL
);
CREATE UNIQUE INDEX security_sensor_machine ON security_sensor (organisation_id, machine_id);

-- Who said when what the city may see.
CREATE TABLE security_sensor_consent (
    id         TEXT PRIMARY KEY,
    sensor_id  TEXT NOT NULL,
    consent    TEXT NOT NULL,
    at         BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    actor_name TEXT NOT NULL
);
CREATE INDEX security_sensor_consent_of ON security_sensor_consent (sensor_id, at);

-- Looks of others at the detail of a sensor, a row for a person and a day.
CREATE TABLE security_sensor_look (
    sensor_id       TEXT NOT NULL,
    day             TEXT NOT NULL,
    actor           TEXT NOT NULL,
    what            TEXT NOT NULL,
    actor_name      TEXT NOT NULL,
    organisation_zh TEXT NOT NULL,
    organisation_en TEXT NOT NULL,
    times           BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    PRIMARY KEY (sensor_id, day, actor, what)
);

-- How far a stream of a spool has come; received of last, the rest is missing.
CREATE TABLE security_sensor_stream (
    sensor_id TEXT NOT NULL,
    spool     TEXT NOT NULL,
    stream    TEXT NOT NULL,
    last      BIGINT NOT NULL,
    received  BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (sensor_id, spool, stream)
);

-- The ledger of batches.
CREATE TABLE security_sensor_batch (
    sensor_id   TEXT NOT NULL,
    spool       TEXT NOT NULL,
    stream      TEXT NOT NULL,
    sequence    BIGINT NOT NULL,
    digest      TEXT NOT NULL,
    signature   TEXT NOT NULL,
    certificate TEXT NOT NULL,
    rows_in     BIGINT NOT NULL,
    made_at     BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    repeats     BIGINT NOT NULL,
    PRIMARY KEY (sensor_id, spool, stream, sequence)
);
CREATE INDEX security_sensor_batch_received ON security_sensor_batch (received_at);

-- Units of one kind between two in one span of time.
CREATE TABLE security_sensor_aggregate (
    sensor_id  TEXT NOT NULL,
    at         BIGINT NOT NULL,
    span       BIGINT NOT NULL,
    client     TEXT NOT NULL,
    server     TEXT NOT NULL,
    protocol   TEXT NOT NULL,
    port       BIGINT NOT NULL,
    unit       BIGINT NOT NULL,
    class      TEXT NOT NULL,
    function   TEXT NOT NULL,
    requests   BIGINT NOT NULL,
    responses  BIGINT NOT NULL,
    exceptions BIGINT NOT NULL,
    octets     BIGINT NOT NULL,
    PRIMARY KEY (sensor_id, at, span, client, server, protocol, port, unit, class, function)
);
CREATE INDEX security_sensor_aggregate_age ON security_sensor_aggregate (span, at);

-- Records in full; what is the JSON of the record as it came.
CREATE TABLE security_sensor_record (
    id         TEXT PRIMARY KEY,
    sensor_id  TEXT NOT NULL,
    spool      TEXT NOT NULL,
    sequence   BIGINT NOT NULL,
    item       BIGINT NOT NULL,
    run        TEXT NOT NULL,
    flow       BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    why        TEXT NOT NULL,
    client     TEXT NOT NULL,
    server     TEXT NOT NULL,
    port       BIGINT NOT NULL,
    protocol   TEXT NOT NULL,
    function   TEXT NOT NULL,
    class      TEXT NOT NULL,
    unit       BIGINT NOT NULL,
    from_client BOOLEAN NOT NULL,
    corrected  BOOLEAN NOT NULL,
    exception  TEXT NOT NULL,
    what       TEXT NOT NULL,
    UNIQUE (sensor_id, spool, sequence, item)
);
CREATE INDEX security_sensor_record_at ON security_sensor_record (sensor_id, at);
CREATE INDEX security_sensor_record_flow ON security_sensor_record (sensor_id, spool, run, flow);

-- Who speaks with whom, and since when.
CREATE TABLE security_sensor_pair (
    id        TEXT PRIMARY KEY,
    sensor_id TEXT NOT NULL,
    client    TEXT NOT NULL,
    server    TEXT NOT NULL,
    protocol  TEXT NOT NULL,
    port      BIGINT NOT NULL,
    unit      BIGINT NOT NULL,
    class     TEXT NOT NULL,
    first_at  BIGINT NOT NULL,
    last_at   BIGINT NOT NULL,
    units     BIGINT NOT NULL,
    UNIQUE (sensor_id, client, server, protocol, port, unit, class)
);
CREATE INDEX security_sensor_pair_first ON security_sensor_pair (sensor_id, first_at);

-- What devices said of themselves.
CREATE TABLE security_sensor_fact (
    id        TEXT PRIMARY KEY,
    sensor_id TEXT NOT NULL,
    mac       TEXT NOT NULL,
    vlan      BIGINT NOT NULL,
    addr      TEXT NOT NULL,
    source    TEXT NOT NULL,
    unit      BIGINT NOT NULL,
    kind      TEXT NOT NULL,
    value     TEXT NOT NULL,
    first_at  BIGINT NOT NULL,
    last_at   BIGINT NOT NULL,
    times     BIGINT NOT NULL,
    UNIQUE (sensor_id, mac, vlan, addr, source, unit, kind, value)
);
