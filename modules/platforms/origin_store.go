package platforms

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"linghang/kernel/sqldb"
)

// mostRevisions bounds what is told of a figure: two months of days, with corrections.
const mostRevisions = 500

// revisions returns what was reported for the periods of a series from one moment until
// before another, the newest first; more tells that there is more than that.
func (l ledger) revisions(ctx context.Context, platformID, code, dims string, from, until time.Time) (list []originRevision, more bool, err error) {
	rows, err := l.db.Query(ctx, `SELECT f.period_at, f.revision, f.value, f.submission_id FROM fact f
		WHERE f.platform_id = $1 AND f.code = $2 AND f.dims = $3 AND f.period_at >= $4 AND f.period_at < $5
		ORDER BY f.period_at DESC, f.revision DESC LIMIT $6`, platformID, code, dims, from.UnixMilli(), until.UnixMilli(), mostRevisions+1)
	if err != nil {
		return nil, false, fmt.Errorf("read revisions of %s: %w", code, err)
	}
	facts, err := sqldb.All(rows, func(r sqldb.Row) (f monthFact, err error) {
		var at int64
		err = r.Scan(&at, &f.revision, &f.value, &f.submissionID)
		f.at = sqldb.Time(at)
		return f, err
	})
	if err != nil {
		return nil, false, err
	}
	if more = len(facts) > mostRevisions; more {
		facts = facts[:mostRevisions]
	}
	receipts := map[string]bool{}
	for _, f := range facts {
		receipts[f.submissionID] = true
	}
	brought, err := l.receipts(ctx, slices.Sorted(maps.Keys(receipts)))
	for _, f := range facts {
		x := brought[f.submissionID].brought(f.value, f.revision)
		x.at = f.at
		list = append(list, x)
	}
	return list, more, err
}

// receipts reads submissions by their receipts.
func (l ledger) receipts(ctx context.Context, receipts []string) (map[string]submission, error) {
	brought := map[string]submission{}
	if len(receipts) == 0 {
		return brought, nil
	}
	args := make([]any, len(receipts))
	for i, id := range receipts {
		args[i] = id
	}
	rows, err := l.db.Query(ctx, `SELECT `+submissionColumns+` FROM submission s WHERE s.id IN `+places(1, len(args)), args...)
	if err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	list, err := sqldb.All(rows, scanSubmission)
	for _, s := range list {
		brought[s.ID] = s
	}
	return brought, err
}
