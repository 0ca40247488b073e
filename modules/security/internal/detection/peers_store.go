package detection

import (
	"context"
	"fmt"
	"slices"

	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// acquaint tells events what is known of the two that they are of: by the pairs that the sensor
// saw, and by records that are younger than those.
func (s store) acquaint(ctx context.Context, sensor string, earlier, events []Event) error {
	wants := func(e Event) bool {
		return e.connects() || e.FromClient && slices.Contains([]string{"write", "control", "config", "program"}, e.Record.Class)
	}
	if !slices.ContainsFunc(events, wants) {
		return nil
	}
	args := []any{sensor}
	for _, p := range batch.IndustrialProtocols() {
		args = append(args, p)
	}
	rows, err := s.db.Query(ctx, `SELECT client, server, protocol, class, MIN(first_at), MAX(last_at) FROM security_sensor_pair WHERE sensor_id = $1 AND class <> 'error' AND protocol IN (`+sqldb.Marks(2, len(args)-1)+`) GROUP BY client, server, protocol, class`, args...)
	if err != nil {
		return fmt.Errorf("read who speaks with whom: %w", err)
	}
	a := newAcquaintance()
	_, err = sqldb.All(rows, func(r sqldb.Row) (x struct{}, err error) {
		var client, server, protocol, class string
		var first, last int64
		if err := r.Scan(&client, &server, &protocol, &class, &first, &last); err != nil {
			return x, err
		}
		a.hear(client, server, protocol, class, sqldb.Time(first), sqldb.Time(last))
		return x, nil
	})
	if err != nil {
		return err
	}
	a.introduce(earlier, events)
	return nil
}
