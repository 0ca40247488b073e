package enterprise

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"linghang/kernel/sqldb"
)

// mostPlaces bounds the places that one map shows.
const mostPlaces = 5000

// sites calls take with each accepted entry that gave a position for one of its sites,
// in the order of names, until take returns false. Which sites may be seen is up to
// Entry.as.
func (s entryStore) sites(ctx context.Context, in siteParams, take func(Entry) bool) error {
	rows, err := s.db.Query(ctx, `SELECT `+entryColumns+`, p.profile, p.consent FROM entry e JOIN entry_profile p ON p.entry_id = e.id
		WHERE e.status = 'accepted' AND ($1 = '' OR e.district = $1) AND ($2 = '' OR e.industry = $2) AND p.profile LIKE '%"longitude":%' ORDER BY e.name_zh, e.id`, in.District, in.Industry)
	if err != nil {
		return fmt.Errorf("read sites: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err below tells
	for rows.Next() {
		var profile, consent string
		e, err := scanEntry(scanMore{rows, []any{&profile, &consent}})
		if err == nil {
			err = errors.Join(json.Unmarshal([]byte(profile), &e.Profile), json.Unmarshal([]byte(consent), &e.Consent))
		}
		if err != nil {
			return fmt.Errorf("read sites: %w", err)
		}
		if !take(e) {
			return nil
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read sites: %w", err)
	}
	return nil
}

// scanMore reads columns that follow those of an entry.
type scanMore struct {
	row  sqldb.Row
	more []any
}

// Scan implements sqldb.Row.
func (s scanMore) Scan(into ...any) error { return s.row.Scan(append(into, s.more...)...) } //nolint:wrapcheck // the caller says what was read
