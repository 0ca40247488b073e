package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/sqldb"
)

// Words are the vocabularies that providers and needs are told in.
func (m *Providers) Words() Words { return m.store.words }

// Serving returns the providers that may be invited and offer now.
func (m *Providers) Serving(ctx context.Context, now time.Time) ([]Provider, error) {
	list, err := m.store.inForce(ctx)
	return slices.DeleteFunc(list, func(p Provider) bool { return !p.Serving(now) }), err
}

// InForce returns the providers that were accepted and not suspended, also those whose
// year is over.
func (m *Providers) InForce(ctx context.Context) ([]Provider, error) { return m.store.inForce(ctx) }

// Named returns providers by their IDs, whatever became of them.
func (m *Providers) Named(ctx context.Context, ids []string) ([]Provider, error) {
	list := []Provider{}
	for _, id := range ids {
		p, err := get(ctx, m.store.db, id)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// standingMost is how many codes are asked for at once.
const standingMost = 500

// Standing tells how the providers of codes stand, by code, and how the one of an
// organisation does, by its ID; of several that one was, the best.
func (m *Providers) Standing(ctx context.Context, codes []string, organisation string) (map[string]string, error) {
	found, now := map[string]string{}, time.Now()
	note := func(key string, p Provider) {
		if s := p.Status(now); key != "" && found[key] != string(InForce) {
			found[key] = s
		}
	}
	for rest := append([]string{""}, codes...); len(rest) > 0; {
		batch := rest[:min(len(rest), standingMost)]
		rest = rest[len(batch):]
		args := make([]any, len(batch)+1)
		marks := make([]string, len(batch))
		for i, code := range batch {
			args[i], marks[i] = code, fmt.Sprintf("$%d", i+1)
		}
		args[len(batch)] = organisation
		rows, err := m.store.db.Query(ctx, `SELECT p.code, p.organisation_id, p.state, p.valid_until FROM provider p
			WHERE p.code IN (`+strings.Join(marks, ", ")+`) OR p.organisation_id = $`+fmt.Sprint(len(batch)+1)+` ORDER BY p.filed_at, p.id`, args...)
		if err != nil {
			return nil, fmt.Errorf("read how providers stand: %w", err)
		}
		list, err := sqldb.All(rows, func(r sqldb.Row) (p Provider, err error) {
			var until int64
			err = r.Scan(&p.Code, &p.OrganisationID, &p.State, &until)
			p.ValidUntil = sqldb.Instant(until)
			return p, err
		})
		if err != nil {
			return nil, fmt.Errorf("read how providers stand: %w", err)
		}
		for _, p := range list {
			note(p.Code, p)
			if p.OrganisationID == organisation {
				note(organisation, p)
			}
		}
	}
	return found, nil
}
