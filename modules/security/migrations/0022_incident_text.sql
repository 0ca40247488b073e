-- +goose Up
-- What the list finds incidents by, in small letters. part is whose part the words are of: empty,
-- all that the enterprise and the city read; otherwise what the organisation let in reads.
CREATE TABLE security_incident_text (
    incident_id TEXT NOT NULL REFERENCES security_incident (id) ON DELETE CASCADE,
    part        TEXT NOT NULL,
    words       TEXT NOT NULL,
    PRIMARY KEY (incident_id, part)
);
