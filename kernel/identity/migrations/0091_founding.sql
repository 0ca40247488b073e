-- +goose Up
-- An invitation may lead to an organisation that does not exist yet: accepting makes it.
-- Until then organisation_id is who invites.
ALTER TABLE invitation ADD COLUMN founds TEXT NOT NULL DEFAULT '';
ALTER TABLE invitation ADD COLUMN founds_uscc TEXT NOT NULL DEFAULT '';
CREATE INDEX invitation_founds ON invitation (founds_uscc, state) WHERE founds_uscc <> '';
CREATE INDEX organisation_uscc ON organisation (uscc) WHERE uscc <> '';
