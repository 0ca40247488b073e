package incident

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// enter writes down what an incident is found by, as it is now.
func (s store) enter(ctx context.Context, tx *sqldb.Tx, id string) (err error) {
	var w whole
	if w.Case, err = one(ctx, tx, id); err != nil {
		return err
	}
	if w.tasks, err = s.tasks(ctx, tx, id); err != nil {
		return err
	}
	if w.reports, err = s.reports(ctx, tx, id); err != nil {
		return err
	}
	if w.evidence, err = s.evidence(ctx, tx, id); err != nil {
		return err
	}
	if w.guests, err = s.guests(ctx, tx, id); err != nil {
		return err
	}
	if w.actions, err = s.actions(ctx, tx, id); err != nil {
		return err
	}
	if w.events, err = newest(ctx, tx, id); err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, `DELETE FROM security_incident_text WHERE incident_id = $1`, id); err != nil {
		return fmt.Errorf("forget the words of an incident: %w", err)
	}
	words := map[string]string{"": w.words()}
	for _, organisation := range w.let() {
		words[organisation] = w.part(organisation)
	}
	for part, text := range words {
		if _, err = tx.Exec(ctx, `INSERT INTO security_incident_text (incident_id, part, words) VALUES ($1, $2, $3)`, id, part, text); err != nil {
			return fmt.Errorf("write the words of an incident: %w", err)
		}
	}
	return nil
}

// newest are the last events of a timeline, with whose they are.
func newest(ctx context.Context, tx *sqldb.Tx, id string) ([]CaseEvent, error) {
	rows, err := tx.Query(ctx, `SELECT e.text, e.part_of, e.organisation_id FROM security_incident_event e WHERE e.incident_id = $1 AND e.text <> '' ORDER BY e.at DESC, e.id DESC LIMIT $2`, id, mostFound)
	if err != nil {
		return nil, fmt.Errorf("read timeline: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (e CaseEvent, err error) { return e, r.Scan(&e.Text, &e.part, &e.by) })
}

// enteredAtOnce is how many incidents are entered in one go.
const enteredAtOnce = 100

// enterLeft enters incidents that are of a release before there were words of them.
func (m *Incidents) enterLeft(ctx context.Context) error {
	for ctx.Err() == nil {
		rows, err := m.store.db.Query(ctx, `SELECT i.id FROM security_incident i WHERE NOT EXISTS (SELECT 1 FROM security_incident_text x WHERE x.incident_id = i.id) LIMIT $1`, enteredAtOnce)
		if err != nil {
			return fmt.Errorf("find incidents without words: %w", err)
		}
		list, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
		if err != nil || len(list) == 0 {
			return err
		}
		err = m.store.db.Write(ctx, func(tx *sqldb.Tx) error {
			for _, id := range list {
				if err := m.store.enter(ctx, tx, id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// find narrows a list to incidents with all of some words in what the caller reads of them.
func find(l *sqldb.List, id identity.Identity, q string, now time.Time) {
	list := terms(q)
	if len(list) == 0 {
		return
	}
	has, args := "", []any{}
	for _, term := range list {
		has += ` AND x.words LIKE ? ESCAPE '\'`
		args = append(args, "%"+strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(term)+"%")
	}
	const words = "EXISTS (SELECT 1 FROM security_incident_text x WHERE x.incident_id = i.id AND x.part = "
	if id.Scope.All {
		l.Where(words+"''"+has+")", args...)
		return
	}
	whose, own := ours(id)
	let, me := letIn(id, now)
	condition := "(" + whose + ") AND " + words + "''" + has + ") OR " + let + " AND " + words + "?" + has + ")"
	all := append(append(append(own, args...), me...), id.Organisation.ID)
	l.Where(condition, append(all, args...)...)
}

// ours is the condition that an incident is the caller's own, or of who is below them.
func ours(id identity.Identity) (condition string, args []any) {
	condition, args = "i.organisation_id = ?", []any{id.Organisation.ID}
	for _, own := range id.Scope.IDs {
		condition, args = condition+" OR i.organisation_id = ?", append(args, own)
	}
	return condition, args
}

// letIn is the condition that the caller's organisation was let in to an incident.
func letIn(id identity.Identity, now time.Time) (condition string, args []any) {
	return "EXISTS (SELECT 1 FROM security_incident_guest g WHERE g.incident_id = i.id AND g.organisation_id = ? AND g.ended_at = 0 AND g.until_at > ?)", []any{id.Organisation.ID, now.UnixMilli()}
}
