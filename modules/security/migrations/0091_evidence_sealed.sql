-- +goose Up
-- Evidence has its SM3 (GB/T 32905) beside its SHA-256, both of the octets that came; empty: it came
-- before. sealed is the SHA-256 of what is kept in its place, sealed; empty: it is kept as it came.
ALTER TABLE security_incident_evidence ADD COLUMN sm3 TEXT NOT NULL DEFAULT '';
ALTER TABLE security_incident_evidence ADD COLUMN sealed TEXT NOT NULL DEFAULT '';
ALTER TABLE security_incident_custody ADD COLUMN sm3 TEXT NOT NULL DEFAULT '';
