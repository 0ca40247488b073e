package enterprise

import (
	"context"
	"fmt"
	"strings"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
)

// entryParams are the filters of lists of entries.
type entryParams struct {
	sqldb.ListParams
	District      string `query:"district" maxLength:"6"`
	Industry      string `query:"industry" maxLength:"4"`
	Size          string `query:"size" enum:"large,medium,small,micro"`
	Qualification string `query:"qualification" maxLength:"30" doc:"A kind that is valid today"`
	Status        string `query:"status" enum:"submitted,returned,accepted,refused,merged,removed" doc:"Others than the bureau and who filed them know accepted entries only"`
}

// sight is as whom lists are read: the same rule as Entry.as, for the database.
type sight struct {
	scope  identity.Scope
	shared map[string]bool
	public bool // nothing but what is public, whoever asks
}

// near tells how near those who read are to an entry.
func (s sight) near(e Entry) nearness {
	switch {
	case s.scope.All, e.OrganisationID != "" && s.scope.Allows(e.OrganisationID):
		return keeper
	case s.shared[e.ID]:
		return partner
	default:
		return stranger
	}
}

// visible is the condition under which a column that the enterprise may hide is
// known to who asks, a filter on what is hidden would tell it; empty: it always is.
func (s sight) visible(see string) (condition string, args []any) {
	if !s.public && s.scope.All {
		return "", nil
	}
	known := []string{see + " = 'public'"}
	if len(s.scope.IDs) > 0 {
		known = append(known, "e.organisation_id IN (?"+strings.Repeat(", ?", len(s.scope.IDs)-1)+")")
		for _, id := range s.scope.IDs {
			args = append(args, id)
		}
	}
	if !s.public && len(s.shared) > 0 {
		known = append(known, "("+see+" = 'partners' AND e.id IN (?"+strings.Repeat(", ?", len(s.shared)-1)+"))")
		for id := range s.shared {
			args = append(args, id)
		}
	}
	return strings.Join(known, " OR "), args
}

// list returns a page of the entries that who asks may know of, sorted and filtered
// by nothing that they may not.
func (s entryStore) list(ctx context.Context, in entryParams, as sight, today string) (sqldb.Page[Entry], error) {
	l := sqldb.List{
		Select: entryColumns, From: "entry e", Key: "e.id", Order: "name",
		Sort: map[string]string{
			"name": "e.name_zh", "code": "e.code", "district": "e.district", "industry": "e.industry", "status": "e.status", "created_at": "e.created_at",
		},
		Words: "e.words",
	}
	if as.scope.All {
		l.Sort["submitted_at"] = "e.submitted_at"
	}
	l.WhereIf("e.district = ?", in.District).WhereIf("e.industry = ?", in.Industry).WhereIf("e.status = ?", in.Status)
	for _, hidden := range []struct{ filter, see string }{{in.Size, "e.see_size"}, {in.Qualification, "e.see_qualifications"}} {
		if known, args := as.visible(hidden.see); hidden.filter != "" && known != "" {
			l.Where(known, args...)
		}
	}
	l.WhereIf("e.size = ?", in.Size)
	if in.Qualification != "" {
		// A page asks each entry in the order of the list: to find those who hold it first is to
		// sort them and to read all of each. Counting finds them first: they are few among all.
		l.WhereCounting(`EXISTS (SELECT 1 FROM entry_qualification q WHERE q.kind = ? AND q.entry_id = e.id AND (q.valid_until = '' OR q.valid_until >= ?))`,
			`e.id IN (SELECT q.entry_id FROM entry_qualification q WHERE q.kind = ? AND (q.valid_until = '' OR q.valid_until >= ?))`, in.Qualification, today)
	}
	if !as.scope.All {
		known := "e.status = 'accepted'"
		var args []any
		if len(as.scope.IDs) > 0 {
			known += " OR e.organisation_id IN (?" + strings.Repeat(", ?", len(as.scope.IDs)-1) + ")"
			for _, id := range as.scope.IDs {
				args = append(args, id)
			}
		}
		l.Where(known, args...)
	}
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanEntry)
}

// held returns the kinds of qualifications of entries that are valid today.
func (s entryStore) held(ctx context.Context, list []Entry, today string) (map[string][]string, error) {
	kinds := map[string][]string{}
	if len(list) == 0 {
		return kinds, nil
	}
	args := make([]any, len(list), len(list)+1)
	for i, e := range list {
		args[i] = e.ID
	}
	rows, err := s.db.Query(ctx, `SELECT DISTINCT q.entry_id, q.kind FROM entry_qualification q WHERE q.entry_id IN (`+places(len(list))+`)
		AND (q.valid_until = '' OR q.valid_until >= $`+fmt.Sprint(len(list)+1)+`) ORDER BY q.entry_id, q.kind`, append(args, today)...)
	if err != nil {
		return nil, fmt.Errorf("read qualifications: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (kind string, err error) {
		var id string
		err = r.Scan(&id, &kind)
		kinds[id] = append(kinds[id], kind)
		return kind, err
	})
	return kinds, err
}

// Tally is how many entries there are of something.
type Tally struct {
	Code    string `json:"code"`
	Entries int    `json:"entries" doc:"Accepted ones"`
}

// tallies counts accepted entries by a column that is public always.
func (s entryStore) tallies(ctx context.Context, column string) ([]Tally, error) {
	rows, err := s.db.Query(ctx, `SELECT e.`+column+`, COUNT(*) FROM entry e WHERE e.status = 'accepted' GROUP BY e.`+column+` ORDER BY e.`+column)
	if err != nil {
		return nil, fmt.Errorf("count entries by %s: %w", column, err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (t Tally, err error) {
		err = r.Scan(&t.Code, &t.Entries)
		return t, err
	})
}

// waiting counts entries that wait for the bureau.
func (s entryStore) waiting(ctx context.Context) (n int, err error) {
	if err = s.db.QueryRow(ctx, `SELECT COUNT(*) FROM entry e WHERE e.status = 'submitted'`).Scan(&n); err != nil {
		err = fmt.Errorf("count entries to review: %w", err)
	}
	return n, err
}
