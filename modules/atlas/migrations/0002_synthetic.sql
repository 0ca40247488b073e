-- +goose Up
-- What was made up for a demonstration. What joins something that is made up counts as
-- such whatever stands here: edges of before need no other value.
ALTER TABLE edge ADD COLUMN synthetic BOOLEAN NOT NULL DEFAULT FALSE;
-- Words are forgotten where no edge is left at either end.
CREATE INDEX edge_src ON edge (src);
