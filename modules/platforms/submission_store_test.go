package platforms

import (
	"strings"
	"testing"

	"linghang/kernel/sqldb"
)

// A report costs the same however many its platform has sent before.
func TestReportsAreFoundByTheirIndex(t *testing.T) {
	s := newSite(t)
	for query, args := range map[string][]any{seqSQL: {"p", 1}, newestSeqSQL: {"p"}, countSeqSQL: {"p", 1}} {
		rows, err := s.room.ledger.db.Query(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
		if err != nil {
			t.Fatal(err)
		}
		plan, err := sqldb.All(rows, func(r sqldb.Row) (detail string, err error) {
			var id, parent, unused int
			err = r.Scan(&id, &parent, &unused, &detail)
			return detail, err
		})
		if text := strings.Join(plan, "; "); err != nil || !strings.Contains(text, "submission_seq") {
			t.Errorf("%s: %s, %v", query, text, err)
		}
	}
}

// What was the newest value before values stood in parts is still shown, until
// a newer one comes.
func TestNewestValuesOfTheReleaseBeforeAreShown(t *testing.T) {
	s := newSite(t)
	if r := s.knock(reportDoor, s.push, s.nextReport(`{"code":"dev_online","value":5,"dims":{"industry":"C26"}}`), "Content-Type", "application/json"); r.Status != 200 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	ctx, db := t.Context(), s.room.ledger.db
	if err := db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO latest (platform_id, code, dims, at, value, revision, method, submission_id) VALUES ($1, 'dev_online', 'industry=C26;', 7, 3, 0, 'json', 'x')`, s.id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM newest WHERE platform_id = $1`, s.id)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got := s.latest(t, s.id); got["dev_online{industry=C26;}"] != 3 {
		t.Errorf("the newest values are %v", got)
	}
	if r := s.knock(reportDoor, s.push, s.nextReport(`{"code":"dev_online","value":6,"dims":{"industry":"C26"}}`), "Content-Type", "application/json"); r.Status != 200 {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	if got := s.latest(t, s.id); got["dev_online{industry=C26;}"] != 6 {
		t.Errorf("the newest values are %v", got)
	}
}
