package security

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/exchange"
	"linghang/modules/security/internal/incident"
	"linghang/modules/security/internal/rating"
)

// asSTIX writes incidents for programs of others.
func asSTIX(kit *module.Kit, e *exchange.Exchange) incident.Tell {
	return func(ctx context.Context, t incident.Told) ([]byte, error) {
		seen, err := sightingsOf(ctx, kit.DB, t.ID, t.OrganisationID)
		if err != nil {
			return nil, err
		}
		x := exchange.Incident{
			ID: t.ID, Number: t.Number, Title: t.Title, Summary: t.Summary, Link: strings.TrimSuffix(kit.Address(), "/") + "/security/incidents/" + t.ID,
			Organisation: t.OrganisationID, Name: t.Enterprise, Level: t.Level, Confirmed: t.Level.Known(), Category: t.Category, Kind: t.Kind, State: string(t.State), TLP: t.TLP,
			Times: map[string]*time.Time{
				"occurred_at": t.OccurredAt, "discovered_at": t.DiscoveredAt, "aware_at": &t.AwareAt, "reported_at": &t.ReportedAt, "received_at": &t.ReceivedAt,
				"contained_at": t.ContainedAt, "eradicated_at": t.EradicatedAt, "recovered_at": t.RecoveredAt, "closed_at": t.ClosedAt,
			},
			CreatedAt: t.CreatedAt, ChangedAt: t.ChangedAt, Exercise: t.Drill != "", Synthetic: t.Synthetic,
			ReportTitle: t.ReportTitle, ReportText: t.ReportText, Stage: t.Stage, Vulnerabilities: t.Vulnerabilities, Sightings: seen,
		}
		if !x.Confirmed {
			x.Level = t.Proposed
		}
		if x.Exercise {
			x.Title = "【演练】" + x.Title
		}
		return e.IncidentBundle(ctx, x) //nolint:wrapcheck // it says all
	}
}

// mostSightings bounds what is told of an incident.
const mostSightings = 100

// sightingsOf are where indicators were seen by the alerts of an incident, as far as the enterprise
// lets the city see its sensors and as the indicator's TLP lets the enterprise know it: the
// same for both, so that a version of the incident says one thing.
func sightingsOf(ctx context.Context, db *sqldb.DB, incident, organisation string) ([]exchange.Sighting, error) {
	rows, err := db.Query(ctx, `SELECT n.object_id, n.tlp, MIN(h.first_at), MAX(h.last_at), SUM(h.times) FROM security_alert a
		JOIN security_intel_hit h ON h.sensor_id = a.sensor_id AND h.fingerprint = a.fingerprint JOIN security_sensor s ON s.id = h.sensor_id JOIN security_indicator n ON n.id = h.indicator_id
		WHERE a.organisation_id = $1 AND a.incident_id = $2 AND s.consent IN ('figures', 'detail') AND NOT s.synthetic GROUP BY n.object_id, n.tlp ORDER BY n.object_id LIMIT $3`, organisation, incident, mostSightings)
	if err != nil {
		return nil, fmt.Errorf("read sightings of an incident: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (s exchange.Sighting, err error) {
		var first, last int64
		err = r.Scan(&s.Indicator, &s.TLP, &first, &last, &s.Count)
		s.First, s.Last, s.At = sqldb.Time(first), sqldb.Time(last), sqldb.Time(last)
		return s, err
	})
	out := []exchange.Sighting{}
	for _, s := range list {
		if s.TLP.Known() && !s.TLP.Stricter(rating.Amber) {
			out = append(out, s)
		}
	}
	return out, err
}
