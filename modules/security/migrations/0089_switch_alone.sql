-- +goose Up
-- Until when a rule is off by the word of one person; 0: until it is switched on. Those that were off before stay so.
ALTER TABLE security_rule_switch ADD COLUMN until_at BIGINT NOT NULL DEFAULT 0;
