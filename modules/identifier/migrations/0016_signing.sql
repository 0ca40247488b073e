-- +goose Up
-- What a node that is hosted here signs its identifiers with (rsa, sm2; empty is not),
-- and the public key of one that is alone and signs, a key record in base64.
ALTER TABLE node ADD COLUMN signs TEXT NOT NULL DEFAULT '';
ALTER TABLE node ADD COLUMN signing_key TEXT NOT NULL DEFAULT '';
-- The keys that nodes sign with: id is that of the node and the algorithm.
CREATE TABLE signer (
    id      TEXT PRIMARY KEY,
    node_id TEXT NOT NULL REFERENCES node (id) ON DELETE CASCADE,
    key     TEXT NOT NULL
);
CREATE INDEX signer_node ON signer (node_id);
