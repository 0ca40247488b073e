-- +goose Up
-- When there are alerts. spec is the rule as JSON; what it came to last stands beside.
-- A rule that is removed stays for the history of its alerts.
CREATE TABLE alert_rule (
    id              TEXT PRIMARY KEY,
    code            TEXT NOT NULL,
    name_zh         TEXT NOT NULL,
    name_en         TEXT NOT NULL,
    kind            TEXT NOT NULL,
    severity        TEXT NOT NULL,
    weight          BIGINT NOT NULL,
    enabled         BOOLEAN NOT NULL,
    spec            TEXT NOT NULL,
    organisation_id TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    removed_at      BIGINT NOT NULL DEFAULT 0,
    version         BIGINT NOT NULL DEFAULT 1,
    evaluated_at    BIGINT NOT NULL DEFAULT 0,
    took_ms         BIGINT NOT NULL DEFAULT 0,
    holds           BIGINT NOT NULL DEFAULT 0,
    failure         TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX alert_rule_code ON alert_rule (code) WHERE removed_at = 0;
-- Alerts and their history: one that is not over for each rule and set of labels.
CREATE TABLE alert (
    id           TEXT PRIMARY KEY,
    rule_id      TEXT NOT NULL REFERENCES alert_rule (id) ON DELETE CASCADE,
    fingerprint  TEXT NOT NULL,
    platform_id  TEXT REFERENCES platform (id) ON DELETE CASCADE,
    labels       TEXT NOT NULL,
    severity     TEXT NOT NULL,
    weight       BIGINT NOT NULL,
    summary_zh   TEXT NOT NULL,
    summary_en   TEXT NOT NULL,
    state        TEXT NOT NULL,
    value        DOUBLE PRECISION NOT NULL,
    since        BIGINT NOT NULL,
    fired_at     BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL DEFAULT 0,
    settled      BOOLEAN NOT NULL DEFAULT FALSE,
    quiet        TEXT NOT NULL DEFAULT '',
    claimed_by   TEXT NOT NULL DEFAULT '',
    claimed_name TEXT NOT NULL DEFAULT '',
    claimed_at   BIGINT NOT NULL DEFAULT 0,
    version      BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX alert_lasting ON alert (rule_id, fingerprint) WHERE ended_at = 0;
CREATE INDEX alert_state ON alert (state, fired_at);
CREATE INDEX alert_platform ON alert (platform_id, fired_at);
CREATE INDEX alert_unsettled ON alert (rule_id) WHERE NOT settled;
-- What became of an alert: who did what, when and why; actor is empty for the evaluation.
CREATE TABLE alert_step (
    alert_id TEXT NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
    number   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    actor    TEXT NOT NULL,
    name     TEXT NOT NULL,
    did      TEXT NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (alert_id, number)
);
-- Who is told of which alerts; the first that matches, in the order of places.
CREATE TABLE alert_route (
    id         TEXT PRIMARY KEY,
    place      BIGINT NOT NULL,
    spec       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
-- Alerts that are told together, and which of them were told last.
CREATE TABLE alert_group (
    id       TEXT PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE,
    flush_at BIGINT NOT NULL,
    number   BIGINT NOT NULL DEFAULT 0,
    told     TEXT NOT NULL DEFAULT '[]',
    told_at  BIGINT NOT NULL DEFAULT 0
);
-- The notification log: a notice of a group is there once, whoever decided on it.
CREATE TABLE alert_notice (
    id       TEXT PRIMARY KEY,
    group_id TEXT NOT NULL,
    number   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    state    TEXT NOT NULL,
    firing   BIGINT NOT NULL,
    resolved BIGINT NOT NULL,
    title_zh TEXT NOT NULL,
    title_en TEXT NOT NULL,
    told     TEXT NOT NULL
);
CREATE UNIQUE INDEX alert_notice_number ON alert_notice (group_id, number);
CREATE TABLE alert_noticed (
    notice_id TEXT NOT NULL REFERENCES alert_notice (id) ON DELETE CASCADE,
    alert_id  TEXT NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
    PRIMARY KEY (notice_id, alert_id)
);
CREATE INDEX alert_noticed_alert ON alert_noticed (alert_id);
CREATE TABLE alert_silence (
    id         TEXT PRIMARY KEY,
    matchers   TEXT NOT NULL,
    from_at    BIGINT NOT NULL,
    to_at      BIGINT NOT NULL,
    reason     TEXT NOT NULL,
    actor      TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX alert_silence_to ON alert_silence (to_at);
INSERT INTO alert_route (id, place, spec, created_at) VALUES ('default', 1000000,
    '{"name":{"zh":"默认","en":"Default"},"matchers":[],"group_by":["alertname","platform"],"wait":30,"interval":300,"repeat":14400,"operator":true,"office":true,"persons":[]}', 0);
-- Ready-made rules, for an officer to switch on.
INSERT INTO alert_rule (id, code, name_zh, name_en, kind, severity, weight, enabled, organisation_id, created_at, spec) VALUES
('ready-silent', 'platform_silent', '平台停止报送', 'A platform is silent', 'silent', 'critical', 3, FALSE, '', 0,
 '{"code":"platform_silent","name":{"zh":"平台停止报送","en":"A platform is silent"},"kind":"silent","severity":"critical","enabled":false,"for":300,"keep":0,"platforms":[],"summary":{"zh":"{{ $labels.platform }} 已 {{ $value }} 分钟没有报送","en":"{{ $labels.platform }} sent nothing for {{ $value }} minutes"}}'),
('ready-overdue', 'report_overdue', '指标逾期未报', 'A figure is overdue', 'overdue', 'warning', 2, FALSE, '', 0,
 '{"code":"report_overdue","name":{"zh":"指标逾期未报","en":"A figure is overdue"},"kind":"overdue","severity":"warning","enabled":false,"for":0,"keep":0,"platforms":[],"summary":{"zh":"{{ $labels.platform }} 的{{ $labels.indicator }}逾期 {{ $value }} 小时","en":"{{ $labels.indicator }} of {{ $labels.platform }} is overdue by {{ $value }} hours"}}'),
('ready-served', 'served_falls', '服务企业数下降', 'Fewer enterprises served', 'change', 'warning', 2, FALSE, '', 0,
 '{"code":"served_falls","name":{"zh":"服务企业数下降","en":"Fewer enterprises served"},"kind":"change","severity":"warning","enabled":false,"for":0,"keep":0,"platforms":[],"indicator":"ent_served","direction":"fall","limit":10,"summary":{"zh":"{{ $labels.platform }} 的{{ $labels.indicator }}较上一期变化 {{ $value }}%","en":"{{ $labels.indicator }} of {{ $labels.platform }} changed by {{ $value }}% against the period before"}}'),
('ready-online', 'devices_go', '在线设备数骤降', 'Devices go offline', 'change', 'critical', 3, FALSE, '', 0,
 '{"code":"devices_go","name":{"zh":"在线设备数骤降","en":"Devices go offline"},"kind":"change","severity":"critical","enabled":false,"for":900,"keep":0,"platforms":[],"indicator":"dev_online","direction":"fall","limit":50,"summary":{"zh":"{{ $labels.platform }} 的{{ $labels.indicator }}较前一日同时变化 {{ $value }}%","en":"{{ $labels.indicator }} of {{ $labels.platform }} changed by {{ $value }}% against the same time a day before"}}'),
('ready-latency', 'api_slow', 'API 时延过高', 'The API is slow', 'bound', 'warning', 2, FALSE, '', 0,
 '{"code":"api_slow","name":{"zh":"API 时延过高","en":"The API is slow"},"kind":"bound","severity":"warning","enabled":false,"for":1800,"keep":0,"platforms":[],"indicator":"api_p95","op":">","limit":2000,"summary":{"zh":"{{ $labels.platform }} 的{{ $labels.indicator }}为 {{ $value }} 毫秒","en":"{{ $labels.indicator }} of {{ $labels.platform }} is {{ $value }} ms"}}'),
('ready-finding', 'figures_doubted', '数据质量问题待说明', 'Figures are doubted', 'finding', 'warning', 2, FALSE, '', 0,
 '{"code":"figures_doubted","name":{"zh":"数据质量问题待说明","en":"Figures are doubted"},"kind":"finding","severity":"warning","enabled":false,"for":0,"keep":0,"platforms":[],"least":"high","summary":{"zh":"{{ $labels.platform }} 有 {{ $value }} 项数据质量问题：{{ $labels.finding }} {{ $labels.indicator }}","en":"{{ $labels.platform }} has {{ $value }} open findings: {{ $labels.finding }} {{ $labels.indicator }}"}}'),
('ready-incident', 'target_down', '平台不可用', 'A platform does not answer', 'incident', 'critical', 3, FALSE, '', 0,
 '{"code":"target_down","name":{"zh":"平台不可用","en":"A platform does not answer"},"kind":"incident","severity":"critical","enabled":false,"for":0,"keep":60,"platforms":[],"summary":{"zh":"{{ $labels.platform }} 的{{ $labels.target }}已 {{ $value }} 分钟不可用","en":"{{ $labels.target }} of {{ $labels.platform }} is down for {{ $value }} minutes"}}'),
('ready-certificate', 'certificate_ends', '证书即将到期', 'A certificate is near its end', 'certificate', 'warning', 2, FALSE, '', 0,
 '{"code":"certificate_ends","name":{"zh":"证书即将到期","en":"A certificate is near its end"},"kind":"certificate","severity":"warning","enabled":false,"for":0,"keep":0,"platforms":[],"limit":14,"summary":{"zh":"{{ $labels.platform }} 的{{ $labels.target }}证书还剩 {{ $value }} 天","en":"The certificate of {{ $labels.target }} of {{ $labels.platform }} ends in {{ $value }} days"}}');
