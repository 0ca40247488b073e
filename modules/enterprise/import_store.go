package enterprise

import (
	"context"
	"fmt"

	"linghang/kernel/bus"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/enterpriseevent"
)

// rowsAtOnce is how many codes one statement looks for.
const rowsAtOnce = 500

// known returns which of the codes the directory has already.
func (s entryStore) known(ctx context.Context, list []Entry) (map[string]bool, error) {
	known := map[string]bool{}
	for len(list) > 0 {
		batch := list[:min(len(list), rowsAtOnce)]
		list = list[len(batch):]
		args := make([]any, len(batch))
		for i, e := range batch {
			args[i] = e.Code
		}
		rows, err := s.db.Query(ctx, `SELECT e.code FROM entry e WHERE e.status <> 'refused' AND e.code IN (`+places(len(batch))+`)`, args...)
		if err != nil {
			return nil, fmt.Errorf("look for codes: %w", err)
		}
		_, err = sqldb.All(rows, func(r sqldb.Row) (code string, err error) {
			err = r.Scan(&code)
			known[code] = true
			return code, err
		})
		if err != nil {
			return nil, err
		}
	}
	return known, nil
}

// addAll enters all of them, or none.
func (s entryStore) addAll(ctx context.Context, list []Entry) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		for _, e := range list {
			events := []bus.Event{enterpriseevent.Accepted{EntryID: e.ID, Code: e.Code, District: e.District, Industry: e.Industry, At: e.DecidedAt}}
			if err := s.add(ctx, tx, e, step{kind: stepImported}, events); err != nil {
				return err
			}
		}
		return nil
	})
}
