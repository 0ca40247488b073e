-- +goose Up
-- What the tables 1 and 6 ask of who operates a node, beside what the register of
-- organisations has. Numbers of documents are sealed.
CREATE TABLE particulars (
    node_id               TEXT PRIMARY KEY REFERENCES node (id) ON DELETE CASCADE,
    facts                 TEXT NOT NULL,
    legal_name            TEXT NOT NULL,
    legal_document_kind   TEXT NOT NULL,
    legal_document        TEXT NOT NULL,
    legal_phone           TEXT NOT NULL,
    legal_email           TEXT NOT NULL,
    legal_fax             TEXT NOT NULL,
    contact_document_kind TEXT NOT NULL,
    contact_document      TEXT NOT NULL,
    changed_at            BIGINT NOT NULL,
    version               BIGINT NOT NULL
);
-- Applications of a node, which the tables 5 and 10 list.
CREATE TABLE application (
    id                TEXT PRIMARY KEY,
    node_id           TEXT NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    name              TEXT NOT NULL,
    kind              BIGINT NOT NULL,
    introduction      TEXT NOT NULL,
    users             BIGINT NOT NULL,
    recursive_address TEXT NOT NULL,
    recursive_port    BIGINT NOT NULL,
    developer         TEXT NOT NULL,
    created_at        BIGINT NOT NULL,
    version           BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX application_node ON application (node_id);
