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

// countIssued counts notices that were issued and not withdrawn: real ones, and those of the
// demonstration only where none is real.
func (s store) countIssued(ctx context.Context) (n int, synthetic bool, err error) {
	for _, synthetic := range []bool{false, true} {
		err := s.db.QueryRow(ctx, `SELECT COUNT(*) FROM security_notice WHERE drill = '' AND synthetic = $1 AND state IN ('issued', 'closed', 'reviewed')`, synthetic).Scan(&n)
		if err != nil {
			return n, false, fmt.Errorf("count notices: %w", err)
		}
		if n > 0 {
			return n, synthetic, nil
		}
	}
	return 0, false, nil
}

// inTime counts deliveries that were acknowledged in time, of those that were or should have
// been: real ones, and those of the demonstration only where none is real.
func (s store) inTime(ctx context.Context, at time.Time) (good, all int, synthetic bool, err error) {
	if good, all, err = s.inTimeOf(ctx, false, at); err != nil || all > 0 {
		return good, all, false, err
	}
	good, all, err = s.inTimeOf(ctx, true, at)
	return good, all, all > 0, err
}

func (s store) inTimeOf(ctx context.Context, synthetic bool, at time.Time) (good, all int, err error) {
	err = s.db.QueryRow(ctx, `SELECT COALESCE(SUM(CASE WHEN a.acknowledged_at > 0 AND NOT a.acknowledged_late THEN 1 ELSE 0 END), 0), COUNT(*) FROM security_assignment a
		WHERE a.drill = '' AND a.synthetic = $2 AND (a.acknowledged_at > 0 OR EXISTS (SELECT 1 FROM security_clock c WHERE c.object = 'assignment/' || a.id AND c.obligation = 'notice.acknowledge' AND c.state = 'running' AND c.due_at < $1))`, at.UnixMilli(), synthetic).Scan(&good, &all)
	if err != nil {
		return good, all, fmt.Errorf("count acknowledgements: %w", err)
	}
	return good, all, nil
}
