package incident

import (
	"context"
	"fmt"

	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

const nounIncident = "security_incident"

// Finds are what the city's search finds: numbers only. Titles and texts are found in the
// list of incidents, which writes down who looked and knows who was let in.
func (m *Incidents) Finds() []module.Find {
	return []module.Find{{Noun: nounIncident, Title: lang.Text{ZH: "安全事件", EN: "Incidents"}, Walk: m.walk}}
}

func document(id, number, organisation string) module.Document {
	return module.Document{
		Noun: nounIncident, ID: id, Title: lang.Text{ZH: "安全事件 " + number, EN: "Incident " + number}, Tags: []string{number},
		Path: "/security/incidents/" + id, Permission: mayView, Organisations: []string{organisation},
	}
}

// walkedAtOnce is how many rows are read at once when everything is entered anew.
const walkedAtOnce = 500

func (m *Incidents) walk(ctx context.Context, put func(module.Document) error) error {
	for after := ""; ; {
		rows, err := m.store.db.Query(ctx, `SELECT id, number, organisation_id FROM security_incident WHERE id > $1 ORDER BY id LIMIT $2`, after, walkedAtOnce)
		if err != nil {
			return fmt.Errorf("read incidents for search: %w", err)
		}
		list, err := sqldb.All(rows, func(r sqldb.Row) (d module.Document, err error) {
			var number, organisation string
			err = r.Scan(&after, &number, &organisation)
			return document(after, number, organisation), err
		})
		if err != nil {
			return err
		}
		for _, d := range list {
			if err := put(d); err != nil {
				return err
			}
		}
		if len(list) < walkedAtOnce {
			return nil
		}
	}
}

// Forget lets the incidents of an organisation that was removed be found no longer.
func (m *Incidents) Forget(ctx context.Context, tx *sqldb.Tx, organisation string) error {
	rows, err := tx.Query(ctx, `SELECT id FROM security_incident WHERE organisation_id = $1`, organisation)
	if err != nil {
		return fmt.Errorf("read incidents to remove: %w", err)
	}
	ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := m.kit.Search.Remove(ctx, tx, nounIncident, id); err != nil {
			return err
		}
	}
	return nil
}
