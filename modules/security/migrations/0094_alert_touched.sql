-- +goose Up
-- When an alert was opened or changed last, as an id of that moment: systems that gather events read on from one.
ALTER TABLE security_alert ADD COLUMN touched TEXT NOT NULL DEFAULT '';
UPDATE security_alert SET touched = id;
CREATE INDEX security_alert_touched ON security_alert (organisation_id, touched);
CREATE INDEX security_sensor_record_id ON security_sensor_record (sensor_id, id);
