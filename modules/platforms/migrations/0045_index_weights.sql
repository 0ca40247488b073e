-- +goose Up
-- The figures that the weights of a run were computed from, where they come by entropy.
CREATE TABLE index_weight_input (
    run_id   TEXT NOT NULL REFERENCES index_run (id) ON DELETE CASCADE,
    month_at BIGINT NOT NULL,
    inputs   TEXT NOT NULL,
    PRIMARY KEY (run_id, month_at)
);
