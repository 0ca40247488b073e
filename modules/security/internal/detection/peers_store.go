package detection

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/batch"
)

// acquaint tells events what is known of the two that they are of: by the pairs that the sensor
// saw, and by records that are younger than those.
func (s store) acquaint(ctx context.Context, sensor string, earlier, events []Event) error {
	a := newAcquaintance()
	for hosts := range slices.Chunk(asked(events), 500) { // more do not go into a query
		if err := s.answerers(ctx, sensor, hosts, a); err != nil {
			return err
		}
	}
	a.introduce(earlier, events)
	return nil
}

// asked are the hosts of which something has to be known: the two of a conversation, and who is commanded.
func asked(events []Event) []string {
	hosts := map[string]struct{}{}
	for _, e := range events {
		switch {
		case e.connects():
			hosts[e.Client], hosts[e.Server] = struct{}{}, struct{}{}
		case e.FromClient && batch.Commands(e.Record.Class):
			hosts[e.Server] = struct{}{}
		}
	}
	return slices.Sorted(maps.Keys(hosts))
}

// answerers takes in who asked hosts for something by an industrial protocol.
func (s store) answerers(ctx context.Context, sensor string, hosts []string, a *acquaintance) error {
	protocols := batch.IndustrialProtocols()
	args := []any{sensor}
	for _, p := range protocols {
		args = append(args, p)
	}
	for _, h := range hosts {
		args = append(args, h)
	}
	rows, err := s.db.Query(ctx, `SELECT client, server, protocol, class, MIN(first_at), MAX(last_at) FROM security_sensor_pair WHERE sensor_id = $1 AND class <> 'error' AND protocol IN (`+sqldb.Marks(2, len(protocols))+`)
		AND server IN (`+sqldb.Marks(2+len(protocols), len(hosts))+`) GROUP BY client, server, protocol, class`, args...)
	if err != nil {
		return fmt.Errorf("read who speaks with whom: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (x struct{}, err error) {
		var client, server, protocol, class string
		var first, last int64
		if err := r.Scan(&client, &server, &protocol, &class, &first, &last); err != nil {
			return x, err
		}
		a.hear(client, server, protocol, class, sqldb.Time(first), sqldb.Time(last))
		return x, nil
	})
	return err
}
