package policy

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// Payment is what was paid of a grant.
type Payment struct {
	ID      string    `json:"id"`
	Day     string    `json:"day"`
	Amount  float64   `json:"amount" doc:"In 10 000 CNY"`
	Voucher string    `json:"voucher" doc:"Number of the voucher"`
	Name    string    `json:"name" doc:"Who recorded it"`
	At      time.Time `json:"at"`
}

func (s store) payments(ctx context.Context, application string) ([]Payment, error) {
	rows, err := s.db.Query(ctx, `SELECT y.id, y.day, y.amount, y.voucher, y.actor_name, y.at FROM policy_payment y WHERE y.application_id = $1 ORDER BY y.day, y.id`, application)
	if err != nil {
		return nil, fmt.Errorf("read payments: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (y Payment, err error) {
		var amount, at int64
		err = r.Scan(&y.ID, &y.Day, &amount, &y.Voucher, &y.Name, &at)
		y.Amount, y.At = float64(amount)/100, sqldb.Time(at)
		return y, err
	})
}

// pay records a payment; all payments of a grant together are no more than it.
func (s store) pay(ctx context.Context, id string, y Payment, by hand, also func(*sqldb.Tx, Claim) error) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if err := tx.Queue(ctx, "policy_application/"+id); err != nil {
			return err
		}
		a, err := s.application(ctx, tx, id)
		if err != nil {
			return err
		}
		if a.State != Granted || a.AnnouncedFrom == "" || a.AnnouncedUntil >= y.Day {
			return fault.New(fault.Conflict, "enterprise.policy.not_payable", "a grant is paid after the days of its announcement")
		}
		if hundredths(a.Paid)+hundredths(y.Amount) > hundredths(a.Amount) {
			return fault.New(fault.Invalid, "enterprise.policy.overpaid", "more would be paid than was granted").At("body.amount", "what is left of the grant at most")
		}
		_, err = tx.Exec(ctx, `INSERT INTO policy_payment (id, application_id, day, amount, voucher, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, y.ID, id, y.Day, hundredths(y.Amount), y.Voucher, by.actor, by.name, y.At.UnixMilli())
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "enterprise.policy.voucher", "this voucher is recorded already").At("body.voucher", "each voucher once")
		}
		if err != nil {
			return fmt.Errorf("record payment: %w", err)
		}
		tx.Changed("policy_payment", y.ID, nil, y)
		if err := note(ctx, tx, id, step{"paid", y.Voucher, ""}, by, y.At); err != nil {
			return err
		}
		return also(tx, a)
	})
}

// announce gives all grants of a policy that were not yet announced the days of the list.
func (s store) announce(ctx context.Context, policy, from, until string, by hand, now time.Time) (n int, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		rows, err := tx.Query(ctx, `SELECT a.id FROM policy_application a WHERE a.policy_id = $1 AND a.state = 'granted' AND a.announced_from = '' ORDER BY a.id`, policy)
		if err != nil {
			return fmt.Errorf("read grants: %w", err)
		}
		ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
		if err != nil {
			return err
		}
		for _, id := range ids {
			changed, err := tx.Exec(ctx, `UPDATE policy_application SET announced_from = $1, announced_until = $2, version = version + 1 WHERE id = $3 AND announced_from = ''`, from, until, id)
			if err != nil {
				return fmt.Errorf("announce grant: %w", err)
			}
			if changed == 0 {
				continue
			}
			tx.Changed("policy_application", id, map[string]string{"announced_from": ""}, map[string]string{"announced_from": from, "announced_until": until})
			if err := note(ctx, tx, id, step{"announced", from + " – " + until, ""}, by, now); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, err
}

// counted counts enterprises and sums what was granted and paid within days of the city.
func (s store) counted(ctx context.Context) (enterprises, synthetic int, granted, paid int64, err error) {
	err = s.db.QueryRow(ctx, `SELECT COUNT(DISTINCT a.entry_id), COUNT(DISTINCT CASE WHEN a.synthetic THEN a.entry_id END), COALESCE(SUM(a.amount), 0), COALESCE(SUM((SELECT COALESCE(SUM(y.amount), 0) FROM policy_payment y WHERE y.application_id = a.id)), 0)
		FROM policy_application a WHERE a.state = 'granted'`).Scan(&enterprises, &synthetic, &granted, &paid)
	if err != nil {
		return 0, 0, 0, 0, fmt.Errorf("count grants: %w", err)
	}
	return enterprises, synthetic, granted, paid, nil
}

func (s store) published(ctx context.Context) (n, synthetic int, err error) {
	if err = s.db.QueryRow(ctx, `SELECT COUNT(*), COUNT(CASE WHEN p.synthetic THEN 1 END) FROM policy p WHERE p.state = 'published'`).Scan(&n, &synthetic); err != nil {
		err = fmt.Errorf("count policies: %w", err)
	}
	return n, synthetic, err
}

// Personal names who published, reviewed, attached, recorded.
func Personal() []sqldb.Personal {
	return []sqldb.Personal{
		{Table: "policy_edition", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"policy_id", "edition", "at"}},
		{Table: "policy_application", Person: "reviewed_by", Columns: []string{"reviewed_name"}, Show: []string{"id", "state"}},
		{Table: "policy_file", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"name", "at"}},
		{Table: "policy_step", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"application_id", "kind", "at"}},
		{Table: "policy_payment", Person: "actor", Columns: []string{"actor_name"}, Show: []string{"voucher", "at"}},
	}
}
