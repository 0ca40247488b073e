package notice

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/httpd"
	"linghang/kernel/sqldb"
)

// Statistics are what became of a notice, or of the notices of a drill, in figures.
type Statistics struct {
	Addressees   int `json:"addressees"`
	Delivered    int `json:"delivered"`
	Unreachable  int `json:"unreachable" doc:"It was tried, and nobody can be told"`
	Acknowledged int `json:"acknowledged"`
	InTime       int `json:"acknowledged_in_time"`
	Late         int `json:"acknowledged_late"`
	Affected     int `json:"affected"`
	NotAffected  int `json:"not_affected"`
	Unknown      int `json:"unknown"`
	FedBack      int `json:"fed_back" doc:"At least once"`
	Handled      int `json:"handled"`
	Verified     int `json:"verified"`
	Returned     int `json:"returned" doc:"Of which feedback was returned"`
	Overdue      int `json:"overdue" doc:"That owe something now whose time is over"`
	Escalated    int `json:"escalated"`
	Disputed     int `json:"disputed"`
	Released     int `json:"released"`

	ToAcknowledge Spread `json:"to_acknowledge" doc:"From delivery"`
	ToFeedBack    Spread `json:"to_feed_back" doc:"From acknowledgement to the first feedback"`
}

// Spread is how long something took, in seconds of the wall; of nothing it is 0.
type Spread struct {
	Count  int     `json:"count"`
	Median float64 `json:"median"`
	P90    float64 `json:"p90"`
	P99    float64 `json:"p99"`
}

// spread is that of durations; percentiles by the nearest rank.
func spread(list []time.Duration) Spread {
	if len(list) == 0 {
		return Spread{}
	}
	slices.Sort(list)
	at := func(percent int) float64 {
		i := (len(list)*percent+99)/100 - 1
		return list[max(i, 0)].Truncate(time.Millisecond).Seconds()
	}
	return Spread{len(list), at(50), at(90), at(99)}
}

func (d *Desk) statistics(ctx context.Context, in httpd.Object) (Statistics, error) {
	n, err := d.store.seen(ctx, d.store.db, in.ID)
	if err != nil {
		return Statistics{}, err
	}
	return d.store.statistics(ctx, "a.notice_id = ?", n.ID, d.now())
}

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

// figures count assignments.
func figures(list []Assignment) (s Statistics) {
	var acknowledging, feeding []time.Duration
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	for _, a := range list {
		s.Addressees++
		count(&s.Delivered, a.DeliveredAt != nil)
		count(&s.Unreachable, a.Unreachable)
		count(&s.Acknowledged, a.AcknowledgedAt != nil)
		count(&s.InTime, a.AcknowledgedAt != nil && !a.LateToAck)
		count(&s.Late, a.LateToAck)
		count(&s.Affected, a.Assessment == affected)
		count(&s.NotAffected, a.Assessment == notAffected)
		count(&s.Unknown, a.Assessment == unknown)
		count(&s.FedBack, a.FeedbackAt != nil)
		count(&s.Handled, a.HandledAt != nil)
		count(&s.Verified, a.VerifiedAt != nil)
		count(&s.Returned, a.Returned > 0)
		count(&s.Overdue, a.Overdue)
		count(&s.Escalated, a.EscalatedAt != nil)
		count(&s.Disputed, a.Disputed != "")
		count(&s.Released, a.State == Released)
		if a.AcknowledgedAt == nil || a.DeliveredAt == nil {
			continue
		}
		acknowledging = append(acknowledging, a.AcknowledgedAt.Sub(*a.DeliveredAt))
		if a.FeedbackAt != nil {
			feeding = append(feeding, a.FeedbackAt.Sub(*a.AcknowledgedAt))
		}
	}
	s.ToAcknowledge, s.ToFeedBack = spread(acknowledging), spread(feeding)
	return s
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
