package audit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/seal"
	"linghang/kernel/sqldb"
)

// old makes a log of thirty entries that are 400 days old, with checkpoints after
// each ten, and five of today.
func old(t *testing.T, db *sqldb.DB) *audit.Log {
	t.Helper()
	ring := seal.New(db, seal.Config{Suite: "international", File: filepath.Join(t.TempDir(), "master.key")})
	if err := ring.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := other(db, ring)
	for i := range 35 {
		e := audit.NewEntry(acting(t.Context(), "01LI", "李四"), "act", fmt.Sprint("object:", i), "done")
		if i < 30 {
			e.At = e.At.AddDate(0, 0, -400).Add(time.Duration(i) * time.Minute)
		}
		if err := log.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		if i%10 == 9 {
			if err := log.Checkpoint(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	return log
}

func quietly(context.Context, *sqldb.Tx, audit.Retention) error { return nil }

func key(err error) string {
	if f := fault.As(err); f != nil {
		return strings.TrimPrefix(f.Key, "system.audit.retention.")
	}
	return fmt.Sprint(err)
}

// shortened puts a year in force by the word of two.
func shortened(t *testing.T, log *audit.Log) {
	t.Helper()
	r, err := log.ProposeRetention(acting(t.Context(), "01LI", "李四"), 365, "room", quietly)
	if err != nil || r.State != audit.RetentionProposed {
		t.Fatalf("proposing: %+v, %v", r, err)
	}
	if r, err = log.DecideRetention(acting(t.Context(), "01WANG", "王五"), r.ID, true, "", quietly); err != nil || r.State != audit.RetentionInForce {
		t.Fatalf("confirming: %+v, %v", r, err)
	}
}

func TestAShorterRetentionTakesTwoAndAnExport(t *testing.T) {
	kerneltest.EachEngine(t, identity.Migrations(), func(t *testing.T, db *sqldb.DB) {
		log := old(t, db)
		li, wang := acting(t.Context(), "01LI", "李四"), acting(t.Context(), "01WANG", "王五")
		for days, want := range map[int64]string{179: "invalid", 1: "invalid", -1: "invalid", 40_000: "invalid", 0: "same"} {
			if _, err := log.ProposeRetention(li, days, "room", quietly); key(err) != want {
				t.Errorf("%d days: %v, want %s", days, err, want)
			}
		}
		if _, err := log.ProposeRetention(t.Context(), 365, "room", quietly); key(err) != "person" {
			t.Errorf("a program: %v", err)
		}
		r, err := log.ProposeRetention(li, 365, "room", quietly)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := log.ProposeRetention(wang, 400, "room", quietly); key(err) != "open" {
			t.Errorf("a second proposal: %v", err)
		}
		if _, err := log.DecideRetention(li, r.ID, true, "", quietly); key(err) != "four_eyes" {
			t.Errorf("who proposed confirms: %v", err)
		}
		if _, err := log.DecideRetention(wang, r.ID, true, "", quietly); key(err) != "not_exported" || fault.As(err).Params["last"] != int64(30) {
			t.Errorf("without an export: %v", err)
		}
		if s, err := log.RetentionState(t.Context()); err != nil || s.Days != 0 || s.Effect == nil || s.Effect.Count != 30 || s.Effect.Exported || s.Due.Count != 0 {
			t.Errorf("the state: %+v, %v", s, err)
		}
		if err := log.RemoveOld(t.Context()); err != nil {
			t.Error(err)
		}
		export(t, log)
		if r, err = log.DecideRetention(wang, r.ID, true, "", quietly); err != nil || r.State != audit.RetentionInForce {
			t.Errorf("confirming: %+v, %v", r, err)
		}
		if _, err := log.DecideRetention(wang, r.ID, false, "", quietly); key(err) != "state" {
			t.Errorf("deciding twice: %v", err)
		}
		if r, err = log.ProposeRetention(li, 0, "for ever", quietly); err != nil || r.State != audit.RetentionInForce {
			t.Errorf("a longer time: %+v, %v", r, err)
		}
		if r, err = log.ProposeRetention(li, 200, "room", quietly); err != nil {
			t.Fatal(err)
		}
		if r, err = log.DecideRetention(li, r.ID, false, "", quietly); err != nil || r.State != audit.RetentionRefused {
			t.Errorf("taking it back: %+v, %v", r, err)
		}
		if s, err := log.RetentionState(t.Context()); err != nil || s.Days != 0 || s.Proposal != nil || len(s.History) != 3 {
			t.Errorf("the state: %+v, %v", s, err)
		}
	})
}

func TestOldEntriesGoUpToACheckpointAndTheRestVerifies(t *testing.T) {
	kerneltest.EachEngine(t, identity.Migrations(), func(t *testing.T, db *sqldb.DB) {
		log := old(t, db)
		first := export(t, log)
		shortened(t, log)
		if err := log.RemoveOld(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := log.RemoveOld(t.Context()); err != nil {
			t.Errorf("once more: %v", err)
		}
		v := verify(t, log)
		if !v.OK || v.Removed != 30 || v.Count != 6 {
			t.Errorf("the chain: %+v", v)
		}
		page, err := log.List(acting(t.Context(), "01LI", ""), audit.Params{})
		if err != nil || page.Total != 6 || page.Items[0].Action != "audit.remove" || page.Items[0].Object != "entries:1-30" {
			t.Errorf("the list: %+v, %v", page.Items, err)
		}
		second := export(t, log)
		p, err := audit.VerifyExport(bytes.NewReader(second), nil)
		if err != nil || !p.OK || p.First != 31 || !p.Anchored || p.Checkpoints < 2 || p.Unproven != 0 {
			t.Errorf("the export: %+v, %v", p, err)
		}
		if p, err := audit.VerifyExport(bytes.NewReader(first), nil); err != nil || !p.OK || p.Count != 35 {
			t.Errorf("the earlier export: %+v, %v", p, err)
		}
	})
}

func TestWithoutAnExportNothingGoes(t *testing.T) {
	kerneltest.EachEngine(t, identity.Migrations(), func(t *testing.T, db *sqldb.DB) {
		log := old(t, db)
		export(t, log)
		shortened(t, log)
		alter(t, db, `DELETE FROM audit_export`)
		if err := log.RemoveOld(t.Context()); key(err) != "not_exported" {
			t.Errorf("got %v", err)
		}
		if v := verify(t, log); !v.OK || v.Count != 35 || v.Removed != 0 {
			t.Errorf("the chain: %+v", v)
		}
	})
}

func TestWhatWasTamperedWithIsNotRemoved(t *testing.T) {
	kerneltest.EachEngine(t, identity.Migrations(), func(t *testing.T, db *sqldb.DB) {
		log := old(t, db)
		export(t, log)
		shortened(t, log)
		alter(t, db, `UPDATE audit_entry SET object = 'forged' WHERE seq = 7`)
		if err := log.RemoveOld(t.Context()); !errors.Is(err, audit.ErrBroken) {
			t.Errorf("got %v", err)
		}
		if v := verify(t, log); v.OK || v.BrokenAt != 7 {
			t.Errorf("the chain: %+v", v)
		}
	})
}

func alter(t *testing.T, db *sqldb.DB, statements ...string) {
	t.Helper()
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
}

func TestTamperingWithWhereTheLogBeginsIsFound(t *testing.T) {
	f := func(name string, at int64, reason string, statements ...string) {
		t.Run(name, func(t *testing.T) {
			kerneltest.EachEngine(t, identity.Migrations(), func(t *testing.T, db *sqldb.DB) {
				log := old(t, db)
				export(t, log)
				shortened(t, log)
				if err := log.RemoveOld(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := log.Checkpoint(t.Context()); err != nil {
					t.Fatal(err)
				}
				alter(t, db, statements...)
				if v := verify(t, log); v.OK || v.BrokenAt != at || !strings.Contains(v.Reason, reason) {
					t.Errorf("got %+v, want broken at %d: %s", v, at, reason)
				}
			})
		})
	}
	f("more rows removed", 31, "an entry is missing", `DELETE FROM audit_entry WHERE seq <= 32`)
	f("the floor lifted over them", 32, "not signed", `DELETE FROM audit_entry WHERE seq <= 32`, `UPDATE audit_floor SET seq = 32`)
	f("a checkpoint in the floor's place", 36, "not signed", `DELETE FROM audit_entry WHERE seq <= 35`,
		`UPDATE audit_floor SET (seq, hash, at, key_id, suite, public, signature) = (SELECT seq, hash, at, key_id, suite, public, signature FROM audit_checkpoint ORDER BY seq DESC LIMIT 1)`)
	f("the floor removed", 1, "an entry is missing", `DELETE FROM audit_floor`)
	f("the checkpoint below removed", 30, "checkpoint behind which the log begins", `DELETE FROM audit_checkpoint WHERE seq = 30`)
	f("the record of the removal removed", 30, "no entry tells", `DELETE FROM audit_entry WHERE seq = 36`)
}
