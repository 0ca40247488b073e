-- +goose Up
-- A notice may be written because of an incident.
ALTER TABLE security_notice ADD COLUMN incident_id TEXT NOT NULL DEFAULT '';
CREATE INDEX security_notice_incident ON security_notice (incident_id);
