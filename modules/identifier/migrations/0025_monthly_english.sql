-- +goose Up
-- Monthly reports in English too; versions from before have none.
ALTER TABLE monthly_report ADD COLUMN digest_en TEXT NOT NULL DEFAULT '';
ALTER TABLE monthly_report ADD COLUMN pdf_en TEXT NOT NULL DEFAULT '';
ALTER TABLE monthly_report ADD COLUMN pdf_en_size BIGINT NOT NULL DEFAULT 0;
ALTER TABLE monthly_report ADD COLUMN xlsx_en TEXT NOT NULL DEFAULT '';
ALTER TABLE monthly_report ADD COLUMN xlsx_en_size BIGINT NOT NULL DEFAULT 0;
