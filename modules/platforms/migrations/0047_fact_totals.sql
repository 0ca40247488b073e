-- +goose Up
-- Curves, analyses and reports read totals over time, and everything that they tell of one
-- stands here: the facts themselves lie in the order in which they came, a page of the file each.
CREATE INDEX fact_total ON fact (platform_id, code, period_at, revision, value, known_at, submission_id) WHERE dims = '';
