package baseline

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
)

// past is what the sensors of a baseline kept since a time. What only guesses who asks whom
// is not learned; so is what was kept before guesses were told apart. unsure are its units.
func past(ctx context.Context, tx *sqldb.Tx, sensors []string, since time.Time) (list []heard, unsure int64, err error) {
	args := []any{since.UnixMilli()}
	for _, id := range sensors {
		args = append(args, id)
	}
	kept := `FROM security_sensor_aggregate WHERE at >= $1 AND sensor_id IN (` + sqldb.Marks(2, len(sensors)) + `) AND class <> 'error' AND client <> '' AND server <> ''`
	err = tx.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(CASE WHEN guesses < 0 THEN requests + responses ELSE guesses END), 0) AS BIGINT) `+kept, args...).Scan(&unsure)
	if err != nil {
		return nil, 0, fmt.Errorf("count what is a guess: %w", err)
	}
	rows, err := tx.Query(ctx, `SELECT client, server, protocol, port, unit, class, function, MIN(at), MAX(at), CAST(SUM(requests + responses - guesses) AS BIGINT) `+kept+` AND guesses >= 0 AND requests + responses > guesses
		GROUP BY client, server, protocol, port, unit, class, function ORDER BY 10 DESC, 1, 2, 3, 4, 5, 6, 7 LIMIT $`+fmt.Sprint(len(args)+1), append(args, mostLines+mostOver)...)
	if err != nil {
		return nil, 0, fmt.Errorf("read what sensors kept: %w", err)
	}
	list, err = sqldb.All(rows, func(r sqldb.Row) (h heard, err error) {
		var first, last int64
		err = r.Scan(&h.Client, &h.Server, &h.Protocol, &h.Port, &h.Unit, &h.Class, &h.Function, &first, &last, &h.units)
		h.first, h.last = sqldb.Time(first), sqldb.Time(last)
		return h, err
	})
	return list, unsure, err
}

// recall lets a baseline that is begun learn from what its sensors kept.
func (m *Baselines) recall(ctx context.Context, tx *sqldb.Tx, b Baseline, sensors []string) error {
	list, unsure, err := past(ctx, tx, sensors, b.LearnFrom)
	if err != nil {
		return err
	}
	if err := m.learn(ctx, tx, b, list, b.CreatedAt); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE security_baseline SET unsure = $2 WHERE id = $1`, b.ID, unsure); err != nil {
		return fmt.Errorf("note what is a guess: %w", err)
	}
	return nil
}
