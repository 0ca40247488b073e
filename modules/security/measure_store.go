package security

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/measure"
	"linghang/kernel/module"
	"linghang/modules/security/internal/advisory"
)

// remedyWithin is within which time a weakness that is to be mended now is mended in time.
const remedyWithin = 30 * 24 * time.Hour

// measures are what the room counts for the plan, beside what notices count. All are of what
// is real; the demonstration counts only where nothing is real, and is marked.
func (m *Module) measures() []module.Measure {
	percent := lang.Text{ZH: "%", EN: "%"}
	return []module.Measure{
		{
			ID: "security.enterprises_monitored", Title: lang.Text{ZH: "企业在线监测率", EN: "Share of enterprises monitored"}, Unit: percent, Page: "/security/situation",
			Counts: lang.Text{
				ZH: "安全态势所知企业中，至少一个同意对城市开放的探针24小时内有上报的比例", EN: "Of the enterprises that the situation knows of, those of which at least one sensor that is open to the city reported within 24 hours",
			},
			Value: m.share(m.monitored),
		},
		{
			ID: "security.incidents_reported_in_time", Title: lang.Text{ZH: "安全事件按时上报率", EN: "Share of incidents reported in time"}, Unit: percent, Page: "/security/incidents",
			Counts: lang.Text{
				ZH: "应当上报且已上报或已超时的安全事件中，在法定时限内完成初报的比例；演练、误报和合并的不计", EN: "Of incidents that were to be reported upward and are reported or overdue, those first reported within the legal limit; drills, false alarms and merged ones do not count",
			},
			Value: m.share(m.reported),
		},
		{
			ID: "security.incidents_closed", Title: lang.Text{ZH: "安全事件办结率", EN: "Share of incidents closed"}, Unit: percent, Page: "/security/incidents",
			Counts: lang.Text{
				ZH: "收到的安全事件中已关闭或已复盘的比例；演练、误报和合并的不计", EN: "Of incidents received, those that are closed or reviewed; drills, false alarms and merged ones do not count",
			},
			Value: m.share(m.closed),
		},
		{
			ID: "security.exposures_mended_in_time", Title: lang.Text{ZH: "应立即处置的漏洞按时整改率", EN: "Share of urgent weaknesses mended in time"}, Unit: percent, Page: "/security/exposures",
			Counts: lang.Text{
				ZH: "优先级40及以上、确认受影响且已整改或发现超过30日的漏洞影响中，企业登记在30日内整改的比例；不适用的不计，接受风险的算未整改",
				EN: "Of weaknesses of priority 40 and more in assets that are affected, which are mended or known for more than 30 days, those that the enterprise says it mended within 30 days; what does not apply does not count, and an accepted risk is not mended",
			},
			Value: m.share(m.mended),
		},
	}
}

// share is a measure of how many of all are as they should be, in percent: of what is real,
// and of the demonstration only where nothing is real.
func (m *Module) share(count func(ctx context.Context, synthetic bool, now time.Time) (good, all int, err error)) func(context.Context) (measure.Value, error) {
	return func(ctx context.Context) (measure.Value, error) {
		v := measure.Value{At: m.now()}
		for _, synthetic := range []bool{false, true} {
			good, all, err := count(ctx, synthetic, v.At)
			if err != nil {
				return v, err
			}
			if all > 0 {
				v.Number, v.Known, v.Synthetic = 100*float64(good)/float64(all), true, synthetic
				return v, nil
			}
		}
		return v, nil
	}
}

func (m *Module) counted(ctx context.Context, what, query string, args ...any) (good, all int, err error) {
	if err = m.kit.DB.QueryRow(ctx, query, args...).Scan(&good, &all); err != nil {
		return 0, 0, fmt.Errorf("count %s: %w", what, err)
	}
	return good, all, nil
}

func (m *Module) monitored(ctx context.Context, synthetic bool, now time.Time) (good, all int, err error) {
	return m.counted(ctx, "enterprises that are monitored", `SELECT COALESCE(SUM(CASE WHEN EXISTS (SELECT 1 FROM security_sensor x WHERE x.organisation_id = s.organisation_id AND x.retired_at = 0 AND x.seen_at >= $2 AND `+openToCity+`) THEN 1 ELSE 0 END), 0), COUNT(*)
		FROM security_standing s WHERE s.synthetic = $1`, synthetic, now.Add(-silentAfter).UnixMilli())
}

// counting leaves out incidents that are none, or go on as another one, and drills.
const counting = `FROM security_incident i WHERE i.drill = '' AND i.synthetic = $1 AND i.state NOT IN ('rejected', 'merged')`

func (m *Module) reported(ctx context.Context, synthetic bool, now time.Time) (good, all int, err error) {
	return m.counted(ctx, "incidents reported in time", `SELECT COALESCE(SUM(CASE WHEN i.report_met_at > 0 AND i.report_met_at <= i.report_due_at THEN 1 ELSE 0 END), 0), COUNT(*)
		`+counting+` AND i.report_due_at > 0 AND (i.report_met_at > 0 OR i.report_due_at < $2)`, synthetic, now.UnixMilli())
}

func (m *Module) closed(ctx context.Context, synthetic bool, _ time.Time) (good, all int, err error) {
	return m.counted(ctx, "incidents that are closed", `SELECT COALESCE(SUM(CASE WHEN i.state IN ('closed', 'reviewed') THEN 1 ELSE 0 END), 0), COUNT(*) `+counting, synthetic)
}

func (m *Module) mended(ctx context.Context, synthetic bool, now time.Time) (good, all int, err error) {
	return m.counted(ctx, "weaknesses that are mended", `SELECT COALESCE(SUM(CASE WHEN x.state = 'mended' AND d.at - x.since <= $3 THEN 1 ELSE 0 END), 0), COUNT(*)
		FROM security_exposure x JOIN security_inventory i ON i.organisation_id = x.organisation_id LEFT JOIN security_decision d ON d.id = x.decision_id
		WHERE i.synthetic = $1 AND x.answer = 'affected' AND x.priority >= $4 AND x.state <> 'not_applicable' AND (x.state = 'mended' OR x.since < $2)`,
		synthetic, now.Add(-remedyWithin).UnixMilli(), remedyWithin.Milliseconds(), advisory.Urgent)
}
