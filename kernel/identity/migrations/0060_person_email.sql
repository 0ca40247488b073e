-- +goose Up
-- Persons are found by the address that another provider has verified.
CREATE INDEX person_email ON person (LOWER(email)) WHERE email <> '';
