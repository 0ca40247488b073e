-- +goose Up
-- Services that count, of a time, in the order of days: the page walks it and stops.
CREATE INDEX service_counted ON service (counted, started_on, id);
-- A search looks into all words: the fewer bytes beside them, the faster.
CREATE INDEX service_words ON service (words);
-- Of those that are one with another there are few.
CREATE INDEX service_duplicate ON service (quarter) WHERE duplicate_of <> '';
-- Lists in other orders than that of days walk past what is of another quarter, without the rows.
DROP INDEX service_name;
CREATE INDEX service_name ON service (name_zh, id, quarter, counted);
DROP INDEX service_recorded;
CREATE INDEX service_recorded ON service (recorded_at, id, quarter, counted);
-- What is asked about an entry that was made up is marked as it, also when the entry is gone.
ALTER TABLE entry_request ADD COLUMN synthetic BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE entry_request SET synthetic = TRUE WHERE EXISTS (SELECT 1 FROM entry e WHERE e.id = entry_request.entry_id AND e.synthetic);
