package need

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

func readMilestones(ctx context.Context, db reader, id string) ([]Milestone, error) {
	rows, err := db.Query(ctx, `SELECT m.number, m.title, m.due_on, m.share, m.state, m.note, m.reason, m.delivered_at, m.decided_at FROM need_milestone m WHERE m.need_id = $1 ORDER BY m.number`, id)
	if err != nil {
		return nil, fmt.Errorf("read milestones: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (m Milestone, err error) {
		var deliveredAt, decidedAt int64
		err = r.Scan(&m.Number, &m.Title, &m.DueOn, &m.Share, &m.State, &m.Note, &m.Reason, &deliveredAt, &decidedAt)
		m.DeliveredAt, m.DecidedAt = sqldb.Instant(deliveredAt), sqldb.Instant(decidedAt)
		return m, err
	})
}

func putMilestone(ctx context.Context, tx *sqldb.Tx, id string, m Milestone) error {
	_, err := tx.Exec(ctx, `INSERT INTO need_milestone (need_id, number, title, due_on, share, state, note, reason, delivered_at, decided_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT (need_id, number) DO UPDATE SET state = excluded.state, note = excluded.note, reason = excluded.reason, delivered_at = excluded.delivered_at, decided_at = excluded.decided_at`,
		id, m.Number, m.Title, m.DueOn, m.Share, m.State, m.Note, m.Reason, sqldb.InstantMillis(m.DeliveredAt), sqldb.InstantMillis(m.DecidedAt))
	if err != nil {
		return fmt.Errorf("save milestone: %w", err)
	}
	tx.Changed("need_milestone", fmt.Sprintf("%s/%d", id, m.Number), nil, map[string]any{"state": m.State})
	return nil
}

func readRatings(ctx context.Context, db reader, id string) ([]Rating, error) {
	rows, err := db.Query(ctx, `SELECT r.side, r.stars, r.text, r.at, r.actor, r.actor_name FROM need_rating r WHERE r.need_id = $1 ORDER BY r.side`, id)
	if err != nil {
		return nil, fmt.Errorf("read ratings: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (x Rating, err error) {
		var at int64
		err = r.Scan(&x.Side, &x.Stars, &x.Text, &at, &x.actor, &x.Name)
		x.At = sqldb.Time(at)
		return x, err
	})
}

func putRating(ctx context.Context, tx *sqldb.Tx, n Need, r Rating) error {
	_, err := tx.Exec(ctx, `INSERT INTO need_rating (need_id, side, provider_id, stars, text, at, actor, actor_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		n.ID, string(r.Side), n.Terms.ProviderID, r.Stars, r.Text, r.At.UnixMilli(), r.actor, r.Name)
	if err != nil {
		return fmt.Errorf("keep a rating: %w", err)
	}
	// Blind: the audit log says that there is a rating, not what it says.
	tx.Changed("need_rating", n.ID+"/"+string(r.Side), nil, map[string]any{"rated": true})
	return nil
}

func readQuarrels(ctx context.Context, db reader, id string) ([]Quarrel, error) {
	rows, err := db.Query(ctx, `SELECT d.number, d.side, d.text, d.at, d.actor, d.actor_name, d.reply, d.decision, d.reason, d.decided_at, d.decided_by, d.decided_name FROM need_dispute d WHERE d.need_id = $1 ORDER BY d.number`, id)
	if err != nil {
		return nil, fmt.Errorf("read disputes: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (q Quarrel, err error) {
		var at, decidedAt int64
		err = r.Scan(&q.Number, &q.Side, &q.Text, &at, &q.actor, &q.Name, &q.Reply, &q.Decision, &q.Reason, &decidedAt, &q.decidedBy, &q.DecidedName)
		q.At, q.DecidedAt = sqldb.Time(at), sqldb.Instant(decidedAt)
		return q, err
	})
}

func putQuarrel(ctx context.Context, tx *sqldb.Tx, id string, q Quarrel) error {
	_, err := tx.Exec(ctx, `INSERT INTO need_dispute (need_id, number, side, text, at, actor, actor_name, reply, decision, reason, decided_at, decided_by, decided_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (need_id, number) DO UPDATE SET reply = excluded.reply, decision = excluded.decision, reason = excluded.reason, decided_at = excluded.decided_at, decided_by = excluded.decided_by, decided_name = excluded.decided_name`,
		id, q.Number, string(q.Side), q.Text, q.At.UnixMilli(), q.actor, q.Name, q.Reply, q.Decision, q.Reason, sqldb.InstantMillis(q.DecidedAt), q.decidedBy, q.DecidedName)
	if err != nil {
		return fmt.Errorf("keep a dispute: %w", err)
	}
	tx.Changed("need_dispute", fmt.Sprintf("%s/%d", id, q.Number), nil, map[string]any{"decision": q.Decision})
	return nil
}

// Record is what the past of a provider says to everybody.
type Record struct {
	Agreements int      `json:"agreements"`
	Completed  int      `json:"completed"`
	Ratings    int      `json:"ratings" doc:"Of enterprises, that both sides see"`
	Stars      *float64 `json:"stars,omitempty" doc:"On average"`
}

func (s store) recordOf(ctx context.Context, id string, now time.Time) (v Record, err error) {
	err = s.db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN n.state = 'completed' THEN 1 ELSE 0 END), 0) FROM need n JOIN need_proposal p ON p.id = n.proposal_id WHERE n.agreed_at > 0 AND p.provider_id = $1`, id).Scan(&v.Agreements, &v.Completed)
	if err != nil {
		return v, fmt.Errorf("count agreements: %w", err)
	}
	var sum int64
	err = s.db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(r.stars), 0) FROM need_rating r JOIN need n ON n.id = r.need_id WHERE r.side = 'owner' AND `+shownSQL+` AND r.provider_id = $2`, now.UnixMilli(), id).Scan(&v.Ratings, &sum)
	if err != nil {
		return v, fmt.Errorf("count ratings: %w", err)
	}
	if v.Ratings > 0 {
		mean := float64(sum) / float64(v.Ratings)
		v.Stars = &mean
	}
	return v, nil
}

// counted counts agreements of this year.
func (s store) counted(ctx context.Context, from, to time.Time) (n, synthetic int, err error) {
	err = s.db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN n.synthetic THEN 1 ELSE 0 END), 0) FROM need n WHERE n.agreed_at >= $1 AND n.agreed_at < $2`, from.UnixMilli(), to.UnixMilli()).Scan(&n, &synthetic)
	if err != nil {
		return 0, 0, fmt.Errorf("count agreements: %w", err)
	}
	return n, synthetic, nil
}

// handOf is who asks.
func handOf(ctx context.Context) hand {
	id := identity.From(ctx)
	return hand{id.Actor(), id.Name}
}
