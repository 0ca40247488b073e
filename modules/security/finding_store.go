package security

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/awareness"
	"linghang/modules/security/internal/rating"
)

// findings tells of all parts of the room what is not as it should be, and what is seen.
// Drills are left out of every question.
type findings struct{ db *sqldb.DB }

// fadedAfter is how long a closed incident or a late report is asked for: 16 half-lives.
const fadedAfter = 112 * 24 * time.Hour

// one narrows a question to an organisation, unless it is empty; $1 is the organisation.
const one = ` AND ($1 = '' OR x.organisation_id = $1)`

// Findings implements awareness.Source.
func (f findings) Findings(ctx context.Context, organisation string, now time.Time) ([]awareness.Finding, error) {
	var out []awareness.Finding
	for _, ask := range []func(ctx context.Context, organisation string, now time.Time) ([]awareness.Finding, error){f.incidents, f.lateReports, f.overdue, f.affected, f.weaknesses, f.reached, f.unknown, f.silent, f.alerts} {
		list, err := ask(ctx, organisation, now)
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// read asks for findings: id, organisation, level, title, when, and how many.
func (f findings) read(ctx context.Context, what, query string, complete func(*awareness.Finding), args ...any) ([]awareness.Finding, error) {
	rows, err := f.db.Query(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", what, err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x awareness.Finding, err error) {
		var at int64
		err = r.Scan(&x.ID, &x.OrganisationID, &x.Level, &x.Title.ZH, &at, &x.Count)
		x.Title.EN, x.At = x.Title.ZH, sqldb.Time(at)
		complete(&x)
		return x, err
	})
}

// incidents are open ones, and those that were closed lately.
func (f findings) incidents(ctx context.Context, organisation string, now time.Time) ([]awareness.Finding, error) {
	const weight = `CASE WHEN x.level > 0 THEN x.level ELSE x.proposed END`
	open, err := f.read(ctx, "open incidents", `SELECT x.id, x.organisation_id, `+weight+`, x.title, x.received_at, 1 FROM security_incident x
		WHERE x.drill = '' AND x.state IN ('new', 'triaged', 'confirmed', 'contained', 'eradicated', 'recovered')`+one, incidentOf("incident.open"), organisation)
	if err != nil {
		return nil, err
	}
	closed, err := f.read(ctx, "closed incidents", `SELECT x.id, x.organisation_id, `+weight+`, x.title, x.closed_at, 1 FROM security_incident x
		WHERE x.drill = '' AND x.state IN ('closed', 'reviewed') AND x.closed_at > $2`+one, incidentOf("incident.closed"), organisation, now.Add(-fadedAfter).UnixMilli())
	return slices.Concat(open, closed), err
}

func incidentOf(kind string) func(*awareness.Finding) {
	return func(x *awareness.Finding) {
		x.Kind, x.Link, x.ID = kind, "/security/incidents/"+x.ID, "incident/"+x.ID
	}
}

// lateReports are incidents that were, or are still, reported upward too late.
func (f findings) lateReports(ctx context.Context, organisation string, now time.Time) ([]awareness.Finding, error) {
	return f.read(ctx, "late reports", `SELECT x.id, x.organisation_id, x.level, x.title, x.report_due_at, 1 FROM security_incident x
		WHERE x.drill = '' AND x.state NOT IN ('rejected', 'merged') AND x.report_due_at > $2 AND (x.report_met_at > x.report_due_at OR x.report_met_at = 0 AND x.report_due_at < $3)`+one,
		incidentOf("report.late"), organisation, now.Add(-fadedAfter).UnixMilli(), now.UnixMilli())
}

// overdue are notices of which an addressee owes something that is overdue.
func (f findings) overdue(ctx context.Context, organisation string, now time.Time) ([]awareness.Finding, error) {
	return f.read(ctx, "overdue notices", `SELECT x.id, x.organisation_id, n.level, n.title, d.due_at, 1 FROM security_assignment x JOIN security_notice n ON n.id = x.notice_id
		JOIN (SELECT c.object, MIN(c.due_at) AS due_at FROM security_clock c WHERE c.state = 'running' AND c.drill = '' AND c.due_at < $2 AND c.obligation IN ('notice.acknowledge', 'notice.feedback', 'notice.handle') GROUP BY c.object) d
			ON d.object = 'assignment/' || x.id
		WHERE x.drill = ''`+one, func(x *awareness.Finding) {
		x.Kind, x.Link, x.ID = "assignment.overdue", "/security/assignments/"+x.ID, "assignment/"+x.ID
	}, organisation, now.UnixMilli())
}

// affected are notices that concern an addressee, and are not handled yet.
func (f findings) affected(ctx context.Context, organisation string, _ time.Time) ([]awareness.Finding, error) {
	return f.read(ctx, "notices that concern", `SELECT x.id, x.organisation_id, n.level, n.title, x.acknowledged_at, 1 FROM security_assignment x JOIN security_notice n ON n.id = x.notice_id
		WHERE x.drill = '' AND x.assessed = 'affected' AND x.state NOT IN ('verified', 'closed', 'released')`+one, func(x *awareness.Finding) {
		x.Kind, x.Link, x.ID = "assignment.affected", "/security/assignments/"+x.ID, "assignment/"+x.ID
	}, organisation)
}

// weaknesses are advisories that say that assets are affected, and of which nothing was
// decided yet; one for each advisory, however many assets there are.
func (f findings) weaknesses(ctx context.Context, organisation string, _ time.Time) ([]awareness.Finding, error) {
	exploited := map[string]bool{}
	rows, err := f.db.Query(ctx, `SELECT a.id FROM security_advisory a WHERE a.kev`)
	if err != nil {
		return nil, fmt.Errorf("find exploited weaknesses: %w", err)
	}
	ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) {
		err = r.Scan(&id)
		return id, err
	})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		exploited[id] = true
	}
	return f.read(ctx, "weaknesses", `SELECT a.id, x.organisation_id, 0, a.title, MIN(x.since), 1 FROM security_exposure x JOIN security_advisory a ON a.id = x.advisory_id
		WHERE x.answer = 'affected' AND x.state = 'open'`+one+` GROUP BY a.id, x.organisation_id, a.title`, func(x *awareness.Finding) {
		x.Kind = "weakness.affected"
		if exploited[x.ID] {
			x.Kind = "weakness.exploited"
		}
		x.Link, x.ID = "/security/advisories/"+x.ID, "advisory/"+x.ID
	}, organisation)
}

// reached are assets that the internet reaches, by how critical they are; their names are
// the enterprise's own.
func (f findings) reached(ctx context.Context, organisation string, _ time.Time) ([]awareness.Finding, error) {
	return f.read(ctx, "assets that the internet reaches", `SELECT x.organisation_id, x.organisation_id, x.criticality, '', MIN(x.updated_at), COUNT(*) FROM security_asset x
		WHERE x.state = 'active' AND x.reach = 'internet'`+one+` GROUP BY x.organisation_id, x.criticality`, func(x *awareness.Finding) {
		x.Kind, x.Link, x.ID = "asset.internet", "/security/assets", "assets/internet/"+strconv.Itoa(int(x.Level))
		x.Title = lang.Text{ZH: strconv.Itoa(x.Count) + " 项资产可从互联网访问", EN: strconv.Itoa(x.Count) + " assets that the internet reaches"}
		x.Level = ofCriticality(x.Level)
	}, organisation)
}

// ofCriticality makes a level of how critical an asset is: 4 is the most critical.
func ofCriticality(c rating.Level) rating.Level { return rating.Ordinary + 1 - c }

// unknown are assets whose firmware is not known: nobody can tell what concerns them.
func (f findings) unknown(ctx context.Context, organisation string, _ time.Time) ([]awareness.Finding, error) {
	return f.read(ctx, "assets whose firmware is not known", `SELECT x.organisation_id, x.organisation_id, 0, '', MIN(x.updated_at), COUNT(*) FROM security_asset x
		WHERE x.state = 'active' AND x.firmware = ''`+one+` GROUP BY x.organisation_id`, func(x *awareness.Finding) {
		x.Kind, x.Link, x.ID = "asset.unknown", "/security/assets", "assets/firmware"
		x.Title = lang.Text{ZH: strconv.Itoa(x.Count) + " 项资产固件版本不明", EN: strconv.Itoa(x.Count) + " assets whose firmware is not known"}
	}, organisation)
}

// silentAfter is how long nothing comes from a sensor before it is silent.
const silentAfter = 24 * time.Hour

// openToCity tells that the city may count what a sensor x tells of: its enterprise said so.
const openToCity = `x.consent IN ('figures', 'detail')`

// silent are sensors that reported once, and do not any more.
func (f findings) silent(ctx context.Context, organisation string, now time.Time) ([]awareness.Finding, error) {
	return f.read(ctx, "silent sensors", `SELECT x.organisation_id, x.organisation_id, 0, '', MIN(x.seen_at), COUNT(*) FROM security_sensor x
		WHERE x.retired_at = 0 AND x.seen_at > 0 AND x.seen_at < $2 AND `+openToCity+one+` GROUP BY x.organisation_id`, func(x *awareness.Finding) {
		x.Kind, x.Link, x.ID = "sensor.silent", "/security/situation/"+x.OrganisationID, "sensors/silent"
		x.Title = lang.Text{ZH: strconv.Itoa(x.Count) + " 个探针失联", EN: strconv.Itoa(x.Count) + " sensors that are silent"}
	}, organisation, now.Add(-silentAfter).UnixMilli())
}

// alerts are grave ones that nobody has judged false, and of which no incident was made.
func (f findings) alerts(ctx context.Context, organisation string, _ time.Time) ([]awareness.Finding, error) {
	return f.read(ctx, "open alerts", `SELECT x.organisation_id, x.organisation_id, x.rank, '', MAX(x.last_at), COUNT(*) FROM security_alert x
		WHERE x.state IN ('new', 'looking', 'real') AND x.incident_id = '' AND x.rank <= 2 AND x.kind <> 'health' AND (x.kind <> 'log' OR x.state = 'real') AND x.sensor_id IN (SELECT x.id FROM security_sensor x WHERE `+openToCity+`)`+one+` GROUP BY x.organisation_id, x.rank`, func(x *awareness.Finding) {
		x.Kind, x.Link, x.ID = "alert.open", "/security/alerts?state=open", "alerts/"+strconv.Itoa(int(x.Level))
		x.Title = lang.Text{ZH: strconv.Itoa(x.Count) + " 条未了结的高级别告警", EN: strconv.Itoa(x.Count) + " grave alerts that are open"}
	}, organisation)
}

// Sights implements awareness.Watch: what is known of declared assets, and which sensors report.
func (f findings) Sights(ctx context.Context, organisation string, now time.Time) ([]awareness.Sight, error) {
	known, err := f.inventories(ctx, organisation)
	if err != nil {
		return nil, err
	}
	rows, err := f.db.Query(ctx, `SELECT x.organisation_id, COUNT(*), SUM(CASE WHEN x.seen_at >= $2 THEN 1 ELSE 0 END), MAX(x.seen_at) FROM security_sensor x WHERE x.retired_at = 0 AND `+openToCity+one+` GROUP BY x.organisation_id`, organisation, now.Add(-silentAfter).UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("see sensors: %w", err)
	}
	seen, err := sqldb.All(rows, func(r sqldb.Row) (s awareness.Sight, err error) {
		var last int64
		err = r.Scan(&s.OrganisationID, &s.Sensors, &s.Reporting, &last)
		s.LastSeen = sqldb.Instant(last)
		return s, err
	})
	return slices.Concat(known, seen), err
}

// inventories are what is known of declared assets.
func (f findings) inventories(ctx context.Context, organisation string) ([]awareness.Sight, error) {
	rows, err := f.db.Query(ctx, `SELECT x.organisation_id, COUNT(*), SUM(CASE WHEN x.firmware <> '' THEN 1 ELSE 0 END) FROM security_asset x WHERE x.state = 'active'`+one+` GROUP BY x.organisation_id`, organisation)
	if err != nil {
		return nil, fmt.Errorf("see assets: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (s awareness.Sight, err error) {
		err = r.Scan(&s.OrganisationID, &s.Assets, &s.Known)
		return s, err
	})
}

// Industries implements awareness.Industries: what enterprises say with their assets.
func (f findings) Industries(ctx context.Context) (map[string]string, error) {
	rows, err := f.db.Query(ctx, `SELECT i.organisation_id, i.industry FROM security_inventory i WHERE i.industry <> ''`)
	if err != nil {
		return nil, fmt.Errorf("read industries: %w", err)
	}
	out := map[string]string{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (struct{}, error) {
		var organisation, industry string
		err := r.Scan(&organisation, &industry)
		out[organisation] = industry
		return struct{}{}, err
	})
	return out, err
}
