-- +goose Up
-- Those that wait have an index of their own, in their order. With this one over both, SQLite
-- chose it and sorted all that waited for each handful.
DROP INDEX kernel_outbox_sent;
CREATE INDEX kernel_outbox_sent ON kernel_outbox (sent_at) WHERE sent_at > 0;
