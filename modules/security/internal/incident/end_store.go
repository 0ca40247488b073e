package incident

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/sqldb"
)

// mostMerges is how far an incident is followed into those that it went on as.
const mostMerges = 20

// EndOf tells when an incident ended: when it was closed or rejected, or when the one did that
// it went on as. One that is worked on has no end, and one that is not there any more neither.
func EndOf(ctx context.Context, tx *sqldb.Tx, id string) (at time.Time, ended bool, err error) {
	for range mostMerges {
		var state State
		var into string
		var closed int64
		err := tx.QueryRow(ctx, `SELECT state, merged_into, CASE WHEN state = 'rejected'
				THEN (SELECT COALESCE(MAX(e.written_at), 0) FROM security_incident_event e WHERE e.incident_id = i.id AND e.kind = 'state' AND e.to_state = 'rejected')
				ELSE closed_at END FROM security_incident i WHERE i.id = $1`, id).Scan(&state, &into, &closed)
		if errors.Is(err, sql.ErrNoRows) {
			return time.Time{}, false, nil
		}
		if err != nil {
			return time.Time{}, false, fmt.Errorf("read how an incident ended: %w", err)
		}
		switch state {
		case Merged:
			id = into
		case Closed, Reviewed, Rejected:
			return sqldb.Time(closed), true, nil
		case Fresh, Triaged, Confirmed, Contained, Eradicated, Recovered:
			return time.Time{}, false, nil
		}
	}
	return time.Time{}, false, nil
}
