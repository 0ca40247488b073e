// Package platforms is the room of platform monitoring and analysis
// (平台监测分析): which industrial internet platforms the city has, what they
// report, and whether they still do.
//
// Words: a platform (平台) belongs to an operator (平台运营方) and goes from
// applied through reviewed, trial and in service to suspended or retired. It
// reports with keys (密钥): a report key signs JSON reports, a push key is the
// user name and password of Prometheus remote write, OTLP and plain JSON. What
// comes in through the gate passes a sieve and is a submission (报送) in the
// ledger (台账), fsynced before it is acknowledged; facts (指标值) of days and
// months keep every revision. Each platform has a roll (序列名册) of its series,
// numbered in the ledger, in which the limit on series is kept; a process
// remembers the rolls of the platforms that it has met, and how each sender
// spells the labels, so that a series is checked when it is new and looked up
// when it is not. The newest value of each series stands in parts, many values
// in a row; totals stand in latest too, for lists to sort by. Time series are a
// projection of the ledger and can be rebuilt from it.
//
// Checks (internal/check) judge the totals of days and months; what they doubt is
// a finding (数据质量问题) with its evidence, which is open until it is explained
// and accepted, or until the figures are others. Checks also hold figures against
// each other, and against lists and frame (交叉核验). No check changes a figure. What
// was due and came, and the findings, make a platform's grade (质量等级).
//
// Platforms are looked at from outside, too: targets (探测目标) are claimed by the
// process that looks at them, looks add up to days, two that fail in a row begin
// an incident (故障), and what falls into announced maintenance (维护时段) does
// not count.
//
// What runs at a platform, beside its own database, is the agent (internal/agent:
// linghang report).
//
// What a platform's own programs tell is read by the city too (采集; internal/pull), and
// goes through the same gate under the name of its source.
//
// Alerts (告警; internal/alert) are what rules find: evaluated by one replica at a time,
// kept as they go, grouped, routed and silenced as Alertmanager does.
//
// Who is on duty (值班表) and what follows when nobody takes an alert (升级; internal/duty)
// is evaluated with them; where an alert is in its policy is kept, so that each step is
// told once.
//
// Rankings (平台排名; internal/rank) compare the platforms of a class by a method that is
// kept with every result; what is published is never computed again, only withdrawn.
//
// Development indices (发展指数; internal/index) put what platforms report on a fixed base;
// a run keeps its definition, its sample and every figure, and is published and withdrawn
// as rankings are. Analysis (internal/trend) computes growth, seasons, forecasts and cohorts
// when it is asked, and keeps nothing.
//
// How far platforms reach (internal/reach): a frame of industrial enterprises (名录框), lists
// of those that platforms serve (服务企业清单), and surveys. Lists keep marks of enterprises,
// which are the same everywhere and tell nothing without the city's key; of each only the
// newest counts, and what was counted last in a month is kept.
//
// Fostering (平台培育; internal/foster, with its tables and routes) calls for applications
// of platforms, has them reviewed, awards and follows them up. What output of enterprises
// platforms drove (新增产值) is reported, reviewed and counted once there, too.
//
// Monitoring reports (监测报告; internal/bulletin) of months and quarters, of the city and
// of each platform, are made by a job of what was reported, kept as signed versions, and
// released by a person.
//
// Open data (数据开放; internal/opendata): datasets of totals that the bureau publishes as
// editions, read by everybody without signing in; what is of fewer than three platforms
// is suppressed.
//
// Tables: platform, platform_key, submission, series, fact, newest, latest,
// ledger_position, probe_target, probe_look, probe_day, incident, maintenance,
// finding, finding_step, quality_day, ranking, ranking_run,
// index_definition, index_run, index_input, source, source_run,
// alert_rule, alert, alert_step, alert_route, alert_group, alert_notice,
// alert_noticed, alert_silence, alert_told, alert_escalation, rota, rota_override, duty_member,
// escalation_policy, reach_key, reach_list, reach_frame, reach_use,
// reach_month, reach_survey,
// bulletin, bulletin_plan, open_dataset, open_edition, and those of internal/foster. Tells: platformsevent. Hears: nothing.
package platforms
