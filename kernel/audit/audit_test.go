package audit_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

func each(t *testing.T, test func(t *testing.T, db *sqldb.DB, log *audit.Log)) {
	t.Helper()
	kerneltest.EachEngine(t, identity.Migrations(), func(t *testing.T, db *sqldb.DB) {
		log := audit.NewLog(db)
		for i := range 12 {
			if err := log.Append(t.Context(), audit.NewEntry(t.Context(), "act", fmt.Sprint("object:", i), "done")); err != nil {
				t.Fatal(err)
			}
		}
		test(t, db, log)
	})
}

func verify(t *testing.T, log *audit.Log) audit.Verification {
	t.Helper()
	v, err := log.Verify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAnUntouchedChainHolds(t *testing.T) {
	each(t, func(t *testing.T, _ *sqldb.DB, log *audit.Log) {
		if v := verify(t, log); !v.OK || v.Count != 12 || len(v.Head) != 64 || v.Err() != nil {
			t.Errorf("got %+v", v)
		}
	})
}

func TestTheLogIsFilteredByTimeAndActor(t *testing.T) {
	each(t, func(t *testing.T, _ *sqldb.DB, log *audit.Log) {
		noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		for i, name := range []string{"Zhang San", "100%", "Li Si"} {
			e := audit.NewEntry(t.Context(), "act", "late", "done")
			e.At, e.Actor, e.ActorName = noon.Add(time.Duration(i)*time.Hour), fmt.Sprint("person:", i), name
			if err := log.Append(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		f := func(p audit.Params, want int) {
			t.Helper()
			p.Object = "late"
			ctx := identity.With(t.Context(), identity.Identity{Scope: identity.Scope{All: true}})
			page, err := log.List(ctx, p)
			if err != nil || page.Total != want {
				t.Errorf("%+v finds %d, want %d, %v", p, page.Total, want, err)
			}
		}
		f(audit.Params{From: noon}, 3)
		f(audit.Params{From: noon.Add(time.Millisecond)}, 2)
		f(audit.Params{To: noon.Add(2 * time.Hour)}, 2)
		f(audit.Params{From: noon, To: noon}, 0)
		f(audit.Params{By: "zhang"}, 1)
		f(audit.Params{By: "%"}, 1)
		f(audit.Params{By: "person:2"}, 1)
		f(audit.Params{Actor: "person:0", By: "li"}, 0)
	})
}

func TestWritersTogetherMakeOneChain(t *testing.T) {
	each(t, func(t *testing.T, _ *sqldb.DB, log *audit.Log) {
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for j := range 5 {
					if err := log.Append(t.Context(), audit.NewEntry(t.Context(), "act", fmt.Sprint(i, j), "done")); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if v := verify(t, log); !v.OK || v.Count != 52 {
			t.Errorf("got %+v", v)
		}
	})
}

func TestEveryTamperingIsFoundWhereItBegins(t *testing.T) {
	f := func(name string, at int64, reason string, statements ...string) {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, db *sqldb.DB, log *audit.Log) {
				err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
					for _, q := range statements {
						if _, err := tx.Exec(t.Context(), q); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				v := verify(t, log)
				if v.OK || v.BrokenAt != at || v.Reason != reason {
					t.Errorf("got %+v, want broken at %d: %s", v, at, reason)
				}
				if err := v.Err(); err == nil || !strings.Contains(err.Error(), fmt.Sprint("entry ", at)) {
					t.Errorf("the error %v does not name the entry", err)
				}
			})
		})
	}
	const copied = `id, at, actor, actor_name, organisation_id, action, object, outcome, ip, request_id, detail, hash`
	f("a row removed", 5, "an entry is missing", `DELETE FROM audit_entry WHERE seq = 5`)
	f("the first row removed", 1, "an entry is missing", `DELETE FROM audit_entry WHERE seq = 1`)
	f("the last row removed", 12, "entries at the end are missing", `DELETE FROM audit_entry WHERE seq = 12`)
	f("the last row removed with its head", 11, "the head does not match the last entry", `DELETE FROM audit_entry WHERE seq = 12`, `UPDATE audit_head SET seq = 11`)
	for _, column := range []string{"actor", "actor_name", "organisation_id", "action", "object", "outcome", "ip", "request_id", "detail", "hash", "id", "permission", "session", "factors", "changes"} {
		f("altered "+column, 7, "the entry or its hash was altered", `UPDATE audit_entry SET `+column+` = 'forged' WHERE seq = 7`)
	}
	f("altered time", 7, "the entry or its hash was altered", `UPDATE audit_entry SET at = at + 1 WHERE seq = 7`)
	f("two rows changed places", 3, "the entry or its hash was altered",
		`UPDATE audit_entry SET seq = 100 WHERE seq = 3`, `UPDATE audit_entry SET seq = 3 WHERE seq = 4`, `UPDATE audit_entry SET seq = 4 WHERE seq = 100`)
	f("a row put in", 13, "entries were added past the head",
		`INSERT INTO audit_entry (seq, `+copied+`) SELECT 13, 'x', at, actor, actor_name, organisation_id, action, object, outcome, ip, request_id, detail, 'x' FROM audit_entry WHERE seq = 12`)
	f("everything removed", 1, "entries at the end are missing", `DELETE FROM audit_entry`)
}
