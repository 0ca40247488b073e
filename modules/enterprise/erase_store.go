package enterprise

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
)

// record is what other parts of the room have of an entry. keep is which of it stays when
// the entry is deleted: what others rely on.
type record struct {
	what, kept, table, keep string
	noun                    string // in search; empty: not found there
}

func records() []record {
	return []record{
		{what: "diagnoses", table: "diagnosis", keep: "1 = 0"},
		{what: "results", table: "cultivation_result", keep: "1 = 0"},
		{what: "proofs", table: "cultivation_proof", keep: "1 = 0"},
		{what: "needs", kept: "agreements", table: "need", keep: "t.agreed_at > 0", noun: "need"},
		{what: "applications", kept: "decisions", table: "policy_application", keep: "t.decided_at > 0"},
		{what: "provider", kept: "offers", table: "provider", keep: "EXISTS (SELECT 1 FROM need_proposal o WHERE o.provider_id = t.id)", noun: "provider"},
		{what: "services", kept: "services", table: "service", keep: "1 = 1"},
		{what: "landed", kept: "landed", table: "lead", keep: "1 = 1"},
	}
}

// underWay lists what an enterprise is in the middle of, that others rely on.
func underWay(ctx context.Context, tx *sqldb.Tx, id string, now time.Time) (list []string, err error) {
	for _, x := range []struct {
		what, query string
		args        []any
	}{
		{"needs", `SELECT COUNT(*) FROM need t WHERE t.entry_id = $1 AND t.state IN ('chosen', 'agreed', 'disputed')`, []any{id}},
		{"applications", `SELECT COUNT(*) FROM policy_application t WHERE t.entry_id = $1 AND (t.state IN ('submitted', 'returned', 'reviewed')
			OR t.state = 'granted' AND t.amount > (SELECT COALESCE(SUM(y.amount), 0) FROM policy_payment y WHERE y.application_id = t.id))`, []any{id}},
		{"provider", `SELECT COUNT(*) FROM provider t WHERE t.entry_id = $1 AND (t.state IN ('applied', 'returned') OR t.state = 'in_force' AND t.valid_until > $2)`, []any{id, now.UnixMilli()}},
		{"offers", `SELECT COUNT(*) FROM provider t JOIN need_proposal o ON o.provider_id = t.id JOIN need n ON n.proposal_id = o.id WHERE t.entry_id = $1 AND n.state IN ('chosen', 'agreed', 'disputed')`, []any{id}},
	} {
		var n int
		if err := tx.QueryRow(ctx, x.query, x.args...).Scan(&n); err != nil {
			return nil, fmt.Errorf("look for %s that run: %w", x.what, err)
		}
		if n > 0 {
			list = append(list, x.what)
		}
	}
	return list, nil
}

// erase deletes an entry as its enterprise asked. What others rely on stays, and the entry
// then stays beside it as a name, a code, a district and an industry.
func (s entryStore) erase(ctx context.Context, tx *sqldb.Tx, q Request, now time.Time) (Request, error) {
	e, err := asked(ctx, tx, q)
	if err != nil {
		return q, err
	}
	list, err := underWay(ctx, tx, e.ID, now)
	if err != nil {
		return q, err
	}
	if len(list) > 0 {
		return q, running(list)
	}
	out := Outcome{Removed: []Part{{"profile", 1}}, Kept: []Part{}}
	for _, x := range []struct {
		what   string
		number int
	}{{"contacts", len(e.Contacts)}, {"evidence", len(e.Evidence)}} {
		if x.number > 0 {
			out.Removed = append(out.Removed, Part{x.what, x.number})
		}
	}
	for _, r := range records() {
		if err := s.eraseRecords(ctx, tx, r, e.ID, &out); err != nil {
			return q, err
		}
	}
	if err := eraseMerged(ctx, tx, e.ID, &out); err != nil {
		return q, err
	}
	if err := s.eraseEntry(ctx, tx, e, q, len(out.Kept) > 0, now); err != nil {
		return q, err
	}
	q.Outcome = &out
	return q, tx.Emit(ctx, enterpriseevent.Changed{EntryID: e.ID, Code: e.Code, At: now})
}

// eraseRecords deletes the records of one kind that need not stay, and counts both.
func (s entryStore) eraseRecords(ctx context.Context, tx *sqldb.Tx, r record, entry string, out *Outcome) error {
	var kept int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM `+r.table+` t WHERE t.entry_id = $1 AND `+r.keep, entry).Scan(&kept); err != nil {
		return fmt.Errorf("count what stays of %s: %w", r.table, err)
	}
	if kept > 0 {
		out.Kept = append(out.Kept, Part{r.kept, kept})
	}
	rows, err := tx.Query(ctx, `SELECT t.id FROM `+r.table+` t WHERE t.entry_id = $1 AND NOT (`+r.keep+`)`, entry)
	if err != nil {
		return fmt.Errorf("read what goes of %s: %w", r.table, err)
	}
	ids, err := sqldb.All(rows, func(row sqldb.Row) (id string, err error) { return id, row.Scan(&id) })
	if err != nil {
		return fmt.Errorf("read what goes of %s: %w", r.table, err)
	}
	for _, id := range ids {
		if _, err := tx.Exec(ctx, `DELETE FROM `+r.table+` WHERE id = $1`, id); err != nil {
			return fmt.Errorf("delete of %s: %w", r.table, err)
		}
		if r.noun == "" {
			continue
		}
		if err := s.search.Remove(ctx, tx, r.noun, id); err != nil {
			return err
		}
	}
	if len(ids) > 0 {
		out.Removed = append(out.Removed, Part{r.what, len(ids)})
	}
	return nil
}

// eraseMerged deletes the entries that were merged into one, also over several steps.
func eraseMerged(ctx context.Context, tx *sqldb.Tx, entry string, out *Outcome) error {
	into, number := []string{entry}, 0
	for len(into) > 0 {
		next := into[0]
		into = into[1:]
		rows, err := tx.Query(ctx, `SELECT e.id FROM entry e WHERE e.merged_into = $1`, next)
		if err != nil {
			return fmt.Errorf("read merged entries: %w", err)
		}
		ids, err := sqldb.All(rows, func(row sqldb.Row) (id string, err error) { return id, row.Scan(&id) })
		if err != nil {
			return fmt.Errorf("read merged entries: %w", err)
		}
		into = append(into, ids...)
		for _, id := range ids {
			// Its merges go with it, and so does what was set aside when it was merged.
			if _, err := tx.Exec(ctx, `DELETE FROM entry WHERE id = $1`, id); err != nil {
				return fmt.Errorf("delete a merged entry: %w", err)
			}
			number++
		}
	}
	if number > 0 {
		out.Removed = append(out.Removed, Part{"merged", number})
	}
	return nil
}

// eraseEntry deletes the entry itself, or leaves what records beside it refer to.
func (s entryStore) eraseEntry(ctx context.Context, tx *sqldb.Tx, e Entry, q Request, stays bool, now time.Time) error {
	if !stays {
		if _, err := tx.Exec(ctx, `DELETE FROM entry WHERE id = $1`, e.ID); err != nil {
			return fmt.Errorf("delete entry: %w", err)
		}
		tx.Changed("entry", e.ID, e, nil)
		return s.search.Remove(ctx, tx, nounEntry, e.ID)
	}
	left := Entry{
		ID: e.ID, Code: e.Code, Name: e.Name, District: e.District, Industry: e.Industry, Status: removed, Reason: q.Answer, Origin: e.Origin, Synthetic: e.Synthetic,
		Consent: Consent{forBureau, forBureau, forBureau, forBureau, forBureau, forBureau, forBureau, forBureau, forBureau}, SubmittedAt: e.SubmittedAt, CreatedAt: e.CreatedAt, UpdatedAt: now, Version: e.Version,
	}
	for _, table := range []string{"entry_evidence", "entry_access", "entry_step", "entry_merge"} {
		column := "entry_id"
		if table == "entry_merge" {
			column = "survivor_id"
		}
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE `+column+` = $1`, e.ID); err != nil {
			return fmt.Errorf("clear %s: %w", strings.TrimPrefix(table, "entry_"), err)
		}
	}
	return s.save(ctx, tx, e, left, step{kind: stepRemoved, fields: "status", reason: q.Answer})
}
