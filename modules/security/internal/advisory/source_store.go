package advisory

import (
	"context"
	"fmt"

	"linghang/kernel/sqldb"
)

func (m *Advisories) sources(ctx context.Context, _ nothing) (out sourceList, err error) {
	rows, err := m.kit.DB.Query(ctx, `SELECT source, edition, entries, taken_at FROM security_threat_source ORDER BY source`)
	if err != nil {
		return out, fmt.Errorf("read sources: %w", err)
	}
	out.Items, err = sqldb.All(rows, func(r sqldb.Row) (s Source, err error) {
		var at int64
		err = r.Scan(&s.Source, &s.Edition, &s.Entries, &at)
		s.TakenAt = sqldb.Time(at)
		return s, err
	})
	return out, err
}
