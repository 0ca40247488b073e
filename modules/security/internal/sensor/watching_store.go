package sensor

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
	"linghang/modules/security/securityevent"
)

// Watching returns what the city may see of a sensor, for other rooms.
func (m *Sensors) Watching(ctx context.Context, id string) (securityevent.Watching, error) {
	x, err := scan(m.store.db.QueryRow(ctx, `SELECT `+columns+` FROM security_sensor s WHERE s.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) || err == nil && !x.visible() {
		return securityevent.Watching{SensorID: id, Gone: true}, nil
	}
	if err != nil {
		return securityevent.Watching{}, fmt.Errorf("read sensor: %w", err)
	}
	return x.watching(), nil
}

// EachWatching hands over the sensors at work that the city may see, page by page.
func (m *Sensors) EachWatching(ctx context.Context, do func(securityevent.Watching) error) error {
	const page = 500
	for after := ""; ; {
		rows, err := m.store.db.Query(ctx, `SELECT `+columns+` FROM security_sensor s WHERE s.id > $1 AND s.retired_at = 0 ORDER BY s.id LIMIT $2`, after, page)
		if err != nil {
			return fmt.Errorf("read sensors: %w", err)
		}
		list, err := sqldb.All(rows, scan)
		if err != nil {
			return fmt.Errorf("read sensors: %w", err)
		}
		for _, x := range list {
			after = x.ID
			if !x.visible() {
				continue
			}
			if err := do(x.watching()); err != nil {
				return err
			}
		}
		if len(list) < page {
			return nil
		}
	}
}

func (s Sensor) watching() securityevent.Watching {
	return securityevent.Watching{
		SensorID: s.ID, Retired: !s.RetiredAt.IsZero(), Name: s.Name, Organisation: s.OrganisationID, OrganisationZH: s.Organisation.ZH, OrganisationEN: s.Organisation.EN,
		Since: s.CreatedAt, Synthetic: s.Synthetic,
	}
}

// Forget tells other rooms of the sensors of an organisation that is forgotten.
func (m *Sensors) Forget(ctx context.Context, tx *sqldb.Tx, organisation string) error {
	rows, err := tx.Query(ctx, `SELECT id FROM security_sensor WHERE organisation_id = $1`, organisation)
	if err != nil {
		return fmt.Errorf("read sensors: %w", err)
	}
	ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
	if err != nil {
		return fmt.Errorf("read sensors: %w", err)
	}
	for _, id := range ids {
		if err := tell(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// tell tells other rooms that a sensor is another now.
func tell(ctx context.Context, tx *sqldb.Tx, id string) error {
	return tx.Emit(ctx, securityevent.SensorChanged{SensorID: id, At: time.Now().UTC()})
}
