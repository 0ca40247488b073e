package notice

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/sqldb"
)

// statistics are of the assignments that a condition with one argument is true for.
func (s store) statistics(ctx context.Context, condition, arg string, at time.Time) (out Statistics, err error) {
	rows, err := s.db.Query(ctx, `SELECT `+assignmentColumns+` FROM `+assignmentTables+` WHERE `+strings.Replace(condition, "?", "$1", 1)+` LIMIT $2`, arg, 10*mostAddressees)
	if err != nil {
		return out, fmt.Errorf("read statistics of notices: %w", err)
	}
	list, err := sqldb.All(rows, scanAssignment(at))
	if err != nil {
		return out, err
	}
	return figures(list), nil
}

// countIssued counts real notices that were issued and not withdrawn.
func (s store) countIssued(ctx context.Context) (n int, synthetic bool, err error) {
	err = s.db.QueryRow(ctx, `SELECT COUNT(*) FROM security_notice WHERE drill = '' AND state IN ('issued', 'closed', 'reviewed')`).Scan(&n)
	if err != nil {
		return n, false, fmt.Errorf("count notices: %w", err)
	}
	synthetic, err = s.anySynthetic(ctx)
	return n, synthetic, err
}

func (s store) anySynthetic(ctx context.Context) (bool, error) {
	var n int
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM security_assignment WHERE synthetic AND drill = '' LIMIT 1) one`).Scan(&n); err != nil {
		return false, fmt.Errorf("read whether notices are synthetic: %w", err)
	}
	return n > 0, nil
}

// inTime counts real deliveries that were acknowledged in time, of those that were or should have been.
func (s store) inTime(ctx context.Context, at time.Time) (good, all int, synthetic bool, err error) {
	err = s.db.QueryRow(ctx, `SELECT COALESCE(SUM(CASE WHEN a.acknowledged_at > 0 AND NOT a.acknowledged_late THEN 1 ELSE 0 END), 0), COUNT(*) FROM security_assignment a
		WHERE a.drill = '' AND (a.acknowledged_at > 0 OR EXISTS (SELECT 1 FROM security_clock c WHERE c.object = 'assignment/' || a.id AND c.obligation = 'notice.acknowledge' AND c.state = 'running' AND c.due_at < $1))`, at.UnixMilli()).Scan(&good, &all)
	if err != nil {
		return good, all, false, fmt.Errorf("count acknowledgements: %w", err)
	}
	synthetic, err = s.anySynthetic(ctx)
	return good, all, synthetic, err
}
