package intel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/exchange"
	"linghang/modules/security/internal/rating"
)

// Bounds of sightings.
const (
	toldAgain     = time.Hour // a sighting that goes on has a new version no more often
	sightingsOnce = 500
)

// dueSighting is one that is to be told.
type dueSighting struct{ indicator, organisation string }

// sightings tells what was seen of indicators, by enterprise, as far as consent lets the city.
func (m *Intel) sightings(ctx context.Context) error {
	now := m.now()
	rows, err := m.kit.DB.Query(ctx, `SELECT indicator_id, organisation_id FROM security_intel_sighting WHERE due AND told_at <= $1 ORDER BY told_at, indicator_id, organisation_id LIMIT $2`, now.Add(-toldAgain).UnixMilli(), sightingsOnce)
	if err != nil {
		return fmt.Errorf("find sightings to tell: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (x dueSighting, err error) { return x, r.Scan(&x.indicator, &x.organisation) })
	if err != nil {
		return err
	}
	var failed []error
	for _, d := range list { // one that fails holds up no other
		if err := m.sight(ctx, d, now); err != nil {
			failed = append(failed, err)
		}
	}
	if len(list) > 0 {
		m.kit.Notify(topic, "", "")
	}
	return errors.Join(failed...)
}

func (m *Intel) sight(ctx context.Context, d dueSighting, now time.Time) error {
	organisation, err := m.organisations.Organisation(ctx, d.organisation)
	if err != nil {
		return fmt.Errorf("read who saw an indicator: %w", err)
	}
	return m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		s := exchange.Sighting{Organisation: organisation.ID, Name: organisation.Name, At: now}
		var first, last int64
		err := tx.QueryRow(ctx, `SELECT COALESCE(MIN(h.first_at), 0), COALESCE(MAX(h.last_at), 0), COALESCE(SUM(h.times), 0) FROM security_intel_hit h JOIN security_sensor s ON s.id = h.sensor_id
			WHERE h.indicator_id = $1 AND h.organisation_id = $2 AND s.consent IN ('figures', 'detail') AND NOT s.synthetic`, d.indicator, d.organisation).Scan(&first, &last, &s.Count)
		if err != nil {
			return fmt.Errorf("sum a sighting up: %w", err)
		}
		var tlp rating.TLP
		var created int64
		err = tx.QueryRow(ctx, `SELECT i.object_id, i.tlp, g.created_at FROM security_indicator i JOIN security_intel_sighting g ON g.indicator_id = i.id WHERE i.id = $1 AND g.organisation_id = $2`, d.indicator, d.organisation).Scan(&s.Indicator, &tlp, &created)
		if err != nil {
			return fmt.Errorf("read an indicator: %w", err)
		}
		s.CreatedAt = sqldb.Time(created)
		if _, err := tx.Exec(ctx, `UPDATE security_intel_sighting SET due = FALSE, told_at = $3, times = $4 WHERE indicator_id = $1 AND organisation_id = $2`, d.indicator, d.organisation, now.UnixMilli(), s.Count); err != nil {
			return fmt.Errorf("note that a sighting was told: %w", err)
		}
		if s.Count == 0 { // consent was taken back meanwhile
			return nil
		}
		s.First, s.Last, s.TLP = sqldb.Time(first), sqldb.Time(last), rating.Amber // who was hit is not for all
		if tlp.Stricter(s.TLP) {
			s.TLP = tlp
		}
		s.Shared = shared(tlp)
		return m.exchange.Sight(ctx, tx, s)
	})
}
