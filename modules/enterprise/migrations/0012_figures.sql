-- +goose Up
-- What services come to, kept: counting them anew costs as much as there are. The ways of
-- counting: by what, and how deep in time (0 all of it, 1 a year, 2 a quarter).
CREATE TABLE service_figured (
    by_what TEXT NOT NULL,
    depth   BIGINT NOT NULL,
    PRIMARY KEY (by_what, depth)
);
INSERT INTO service_figured (by_what, depth) VALUES
    ('', 0), ('', 1), ('', 2), ('quarter', 0), ('quarter', 1), ('quarter', 2), ('district', 0), ('district', 1), ('district', 2),
    ('industry', 0), ('industry', 1), ('industry', 2), ('provider', 0), ('provider', 1), ('provider', 2), ('matter', 0), ('matter', 1), ('matter', 2);
-- period is 0, a year or a quarter as services have it. Each change of the services to an
-- enterprise takes what these came to before, and adds what they come to after.
CREATE TABLE service_figure (
    by_what     TEXT NOT NULL,
    period      BIGINT NOT NULL,
    code        TEXT NOT NULL,
    services    BIGINT NOT NULL,
    enterprises BIGINT NOT NULL,
    made        BIGINT NOT NULL,
    waiting     BIGINT NOT NULL,
    silent      BIGINT NOT NULL,
    objected    BIGINT NOT NULL,
    rejected    BIGINT NOT NULL,
    upheld      BIGINT NOT NULL,
    duplicates  BIGINT NOT NULL,
    PRIMARY KEY (by_what, period, code)
);
INSERT INTO service_figure (by_what, period, code, services, enterprises, made, waiting, silent, objected, rejected, upheld, duplicates)
SELECT x.by_what, x.period, x.code, SUM(x.services), COUNT(CASE WHEN x.services > 0 THEN 1 END), SUM(x.made),
    SUM(x.waiting), SUM(x.silent), SUM(x.objected), SUM(x.rejected), SUM(x.upheld), SUM(x.duplicates)
FROM (
    SELECT b.by_what, CASE b.depth WHEN 0 THEN 0 WHEN 1 THEN s.quarter / 10 ELSE s.quarter END AS period,
        CASE b.by_what WHEN 'quarter' THEN CAST(s.quarter AS TEXT) WHEN 'district' THEN s.district WHEN 'industry' THEN s.industry WHEN 'provider' THEN s.provider WHEN 'matter' THEN s.matter ELSE '' END AS code,
        s.entry_id, COUNT(CASE WHEN s.counted THEN 1 END) AS services, COUNT(CASE WHEN s.counted AND s.synthetic THEN 1 END) AS made,
        COUNT(CASE WHEN s.state = 'waiting' THEN 1 END) AS waiting, COUNT(CASE WHEN s.state = 'silent' THEN 1 END) AS silent, COUNT(CASE WHEN s.state = 'objected' THEN 1 END) AS objected,
        COUNT(CASE WHEN s.verdict = 'rejected' THEN 1 END) AS rejected, COUNT(CASE WHEN s.verdict = 'upheld' THEN 1 END) AS upheld, COUNT(CASE WHEN s.duplicate_of <> '' THEN 1 END) AS duplicates
    FROM service s CROSS JOIN service_figured b
    GROUP BY 1, 2, 3, 4
) x GROUP BY 1, 2, 3;
