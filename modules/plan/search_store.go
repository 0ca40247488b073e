package plan

import (
	"context"
	"fmt"

	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// nounTarget names targets in search and wherever objects are named.
const nounTarget = "target"

// documentColumns are what a target is found by, with who sees it.
const documentColumns = `t.id, t.code, t.title_zh, t.title_en, t.owner_zh, t.owner_en, t.source, t.owner_id, p.organisation_id, p.title_zh`

func scanDocument(r sqldb.Row) (module.Document, error) {
	d := module.Document{Noun: nounTarget, Permission: "plan.view"}
	var code, source, owner, maker string
	var office lang.Text
	var plan string
	err := r.Scan(&d.ID, &code, &d.Title.ZH, &d.Title.EN, &office.ZH, &office.EN, &source, &owner, &maker, &plan)
	d.Path, d.Body = "/plan/targets/"+d.ID, source
	d.Tags = []string{code, office.ZH, office.EN, plan}
	d.Organisations = []string{maker}
	if owner != "" && owner != maker {
		d.Organisations = append(d.Organisations, owner)
	}
	return d, err
}

func (s planStore) finds() []module.Find {
	return []module.Find{{Noun: nounTarget, Title: lang.Text{ZH: "计划目标", EN: "Plan targets"}, Walk: s.walk}}
}

// walk hands over every target. A city has a few plans of some dozens each.
func (s planStore) walk(ctx context.Context, put func(module.Document) error) error {
	rows, err := s.db.Query(ctx, `SELECT `+documentColumns+` FROM target t JOIN plan p ON p.id = t.plan_id ORDER BY t.id`)
	if err != nil {
		return fmt.Errorf("read targets: %w", err)
	}
	list, err := sqldb.All(rows, scanDocument)
	if err != nil {
		return err
	}
	for _, d := range list {
		if err := put(d); err != nil {
			return err
		}
	}
	return nil
}

// found tells the search about targets of a plan, or of one target, as this
// change leaves them.
func found(ctx context.Context, tx *sqldb.Tx, search *module.Search, planID, targetID string) error {
	rows, err := tx.Query(ctx, `SELECT `+documentColumns+` FROM target t JOIN plan p ON p.id = t.plan_id WHERE t.plan_id = $1 AND ($2 = '' OR t.id = $2)`, planID, targetID)
	if err != nil {
		return fmt.Errorf("read targets for the search: %w", err)
	}
	list, err := sqldb.All(rows, scanDocument)
	if err != nil {
		return err
	}
	return search.Put(ctx, tx, list...)
}

// lost tells the search, and who keeps their comments, that a plan's targets go
// with this change.
func (s planStore) lost(ctx context.Context, tx *sqldb.Tx, planID string) error {
	rows, err := tx.Query(ctx, `SELECT id FROM target WHERE plan_id = $1`, planID)
	if err != nil {
		return fmt.Errorf("read targets for the search: %w", err)
	}
	ids, err := sqldb.All(rows, func(r sqldb.Row) (string, error) {
		var id string
		err := r.Scan(&id)
		return id, err
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.search.Remove(ctx, tx, nounTarget, id); err != nil {
			return err
		}
		if err := tellTarget(ctx, tx, id); err != nil {
			return err
		}
	}
	return s.remarks.Gone(ctx, tx, nounTarget, ids...)
}
