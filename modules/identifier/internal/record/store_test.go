package record_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/record"
)

// each runs a test on every store.
func each(t *testing.T, test func(t *testing.T, s record.Store)) {
	t.Run("files", func(t *testing.T) { test(t, openFiles(t, t.TempDir())) })
	kerneltest.EachEngine(t, os.DirFS("../../migrations"), func(t *testing.T, db *sqldb.DB) { test(t, openRows(t, db)) })
}

func openFiles(t testing.TB, dir string) *record.Files {
	t.Helper()
	s, err := record.OpenFiles(dir, record.Options{Memory: 8 << 20})
	if err != nil {
		t.Fatalf("open files: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close files: %v", err)
		}
	})
	return s
}

func openRows(t testing.TB, db *sqldb.DB) *record.Rows {
	t.Helper()
	s, err := record.OpenRows(t.Context(), db, record.Options{Memory: 8 << 20})
	if err != nil {
		t.Fatalf("open rows: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close rows: %v", err)
		}
	})
	return s
}

// values encodes one value with a text.
func values(text string) []byte {
	v := wire.Values{Handle: "x/y", Values: []wire.Value{wire.Text(1, "URL", text)}}
	return v.Append(nil)[len(wire.AppendHandle(nil, v.Handle)):]
}

func create(handle, text string) record.Change {
	return record.Change{Action: wire.ActionCreate, Handle: handle, Values: values(text), By: "300:0.NA/88.101", From: "192.0.2.1", Via: "udp"}
}

func apply(t testing.TB, s record.Store, changes ...record.Change) []uint64 {
	t.Helper()
	numbers, err := s.Apply(context.WithoutCancel(t.Context()), changes)
	if err != nil {
		t.Fatalf("apply: %v", err)
	}
	return numbers
}

func load(t testing.TB, s record.Store, handle string) *record.Record {
	t.Helper()
	r, err := s.Load(context.WithoutCancel(t.Context()), handle)
	if err != nil {
		t.Fatalf("load %s: %v", handle, err)
	}
	return r
}

// must takes the two results of a call: must(s.Last(ctx))(t).
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func list(t testing.TB, s record.Store, prefix, after string) (handles []string) {
	t.Helper()
	for r, err := range s.List(t.Context(), prefix, after) {
		if err != nil {
			t.Fatalf("list %s: %v", prefix, err)
		}
		handles = append(handles, r.Handle)
	}
	return handles
}

func TestWhatIsAppliedIsThereAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s record.Store) {
		before := time.Now().UnixMilli()
		if r := load(t, s, "88.101/a"); r != nil {
			t.Fatalf("there is %v before anything was created", r)
		}
		n := apply(t, s, create("88.101/Ab", "one"))
		r := load(t, s, "88.101/aB")
		if r == nil || r.Handle != "88.101/Ab" || r.Change != n[0] || !bytes.Equal(r.Values, values("one")) || r.At < before {
			t.Fatalf("loaded %+v after change %v", r, n)
		}
		quick, known := s.Quick([]byte(wire.Fold("88.101/ab")))
		if !known || quick == nil || quick.Change != n[0] {
			t.Fatalf("quick: %v %v", quick, known)
		}
		n = apply(t, s, record.Change{Action: wire.ActionUpdate, Handle: "88.101/AB", Was: n[0], Values: values("two"), At: 17})
		if r := load(t, s, "88.101/ab"); r.Handle != "88.101/Ab" || r.Change != n[0] || r.At != 17 || !bytes.Equal(r.Values, values("two")) {
			t.Fatalf("updated to %+v", r)
		}
		apply(t, s, record.Change{Action: wire.ActionDelete, Handle: "88.101/ab", Was: n[0]})
		if r := load(t, s, "88.101/ab"); r != nil {
			t.Fatalf("deleted, and loaded %+v", r)
		}
		if quick, known := s.Quick([]byte(wire.Fold("88.101/ab"))); quick != nil {
			t.Fatalf("deleted, and quick has %v %v", quick, known)
		}
	})
}

func TestAChangeHoldsOnlyForWhatItWasDecidedOn(t *testing.T) {
	each(t, func(t *testing.T, s record.Store) {
		put := func(was uint64) record.Change {
			c := create("88.101/a", fmt.Sprint(was))
			c.Was = was
			return c
		}
		del := func(was uint64) record.Change {
			return record.Change{Action: wire.ActionDelete, Handle: "88.101/a", Was: was}
		}
		for _, c := range []struct {
			name   string
			change record.Change
			want   uint64
		}{
			{"delete nothing", del(record.Any), 0},
			{"delete what never was", del(0), 0},
			{"update nothing", put(7), 0},
			{"create", put(0), 1},
			{"create again", put(0), 0},
			{"update another", put(9), 0},
			{"update", put(1), 2},
			{"update what was before", put(1), 0},
			{"update whatever there is", put(record.Any), 3},
			{"delete what was before", del(2), 0},
			{"delete", del(3), 4},
			{"put whatever there is", put(record.Any), 5},
		} {
			if n := apply(t, s, c.change); n[0] != c.want {
				t.Errorf("%s: change %d, want %d", c.name, n[0], c.want)
			}
		}
		var actions []wire.Action
		for _, l := range must(s.Log(t.Context(), 0, 100))(t) {
			actions = append(actions, l.Action)
		}
		want := []wire.Action{wire.ActionCreate, wire.ActionUpdate, wire.ActionUpdate, wire.ActionDelete, wire.ActionCreate}
		if diff := cmp.Diff(want, actions); diff != "" {
			t.Error(diff)
		}
	})
}

func TestChangesOfOneHandleAreDecidedInTheirOrder(t *testing.T) {
	each(t, func(t *testing.T, s record.Store) {
		n := apply(t, s,
			create("88.101/a", "one"), create("88.101/A", "two"),
			record.Change{Action: wire.ActionUpdate, Handle: "88.101/a", Was: 1, Values: values("three")},
			create("88.101/gone", "x"), record.Change{Action: wire.ActionDelete, Handle: "88.101/gone", Was: record.Any})
		if diff := cmp.Diff([]uint64{1, 0, 2, 3, 4}, n); diff != "" {
			t.Error(diff)
		}
		if r := load(t, s, "88.101/a"); r == nil || !bytes.Equal(r.Values, values("three")) {
			t.Errorf("loaded %+v", r)
		}
		if r := load(t, s, "88.101/gone"); r != nil {
			t.Errorf("created and deleted, and loaded %+v", r)
		}
		if c := count(t, s, "88.101"); c != 1 {
			t.Errorf("%d records are counted", c)
		}
	})
}

func count(t testing.TB, s record.Store, prefix string) int64 {
	t.Helper()
	n, err := s.Count(t.Context(), prefix)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAListHasOnePrefixInOrder(t *testing.T) {
	each(t, func(t *testing.T, s record.Store) {
		var changes []record.Change
		for _, h := range []string{"88.101/b", "88.101/A", "88.101/c/d", "88.101/", "88.10/x", "88.101.5/y", "88.1010/z", "0.NA/88.101", "88.101/\x00", "88.101/一"} {
			if h != "88.101/" {
				changes = append(changes, create(h, h))
			}
		}
		for i := range 450 {
			changes = append(changes, create(fmt.Sprintf("88.7/%03d", i), "x"))
		}
		apply(t, s, changes...)
		if diff := cmp.Diff([]string{"88.101/\x00", "88.101/A", "88.101/b", "88.101/c/d", "88.101/一"}, list(t, s, "88.101", "")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"88.101/c/d", "88.101/一"}, list(t, s, "88.101", "88.101/B")); diff != "" {
			t.Error(diff)
		}
		if got := list(t, s, "88.7", ""); len(got) != 450 || !slices.IsSorted(got) || count(t, s, "88.7") != 450 {
			t.Errorf("%d handles, counted %d", len(got), count(t, s, "88.7"))
		}
		if got := list(t, s, "0.na", ""); len(got) != 1 {
			t.Errorf("prefixes: %q", got)
		}
		for _, err := range s.List(t.Context(), "88.7", "") {
			if err != nil {
				t.Error(err)
			}
			break // a reader may stop early
		}
	})
}

func TestHomesAreKeptAndLogged(t *testing.T) {
	each(t, func(t *testing.T, s record.Store) {
		home := func(prefix, node string, was uint64) record.Change {
			return record.Change{Action: wire.ActionHome, Handle: prefix, Values: []byte(node), Was: was}
		}
		n := apply(t, s, home("0.NA/88.102", "east", 0), home("0.NA/88.101", "west", 0), home("0.na/88.101", "north", 0))
		if diff := cmp.Diff([]uint64{1, 2, 0}, n); diff != "" {
			t.Fatal(diff)
		}
		want := []record.Home{{Prefix: "0.NA/88.101", Node: "west", Change: 2}, {Prefix: "0.NA/88.102", Node: "east", Change: 1}}
		if diff := cmp.Diff(want, homes(t, s)); diff != "" {
			t.Error(diff)
		}
		n = apply(t, s, home("0.NA/88.101", "north", 2), record.Change{Action: wire.ActionUnhome, Handle: "0.NA/88.102", Was: 1}, record.Change{Action: wire.ActionUnhome, Handle: "0.NA/88.9", Was: record.Any})
		if diff := cmp.Diff([]uint64{3, 4, 0}, n); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff([]record.Home{{Prefix: "0.NA/88.101", Node: "north", Change: 3}}, homes(t, s)); diff != "" {
			t.Error(diff)
		}
	})
}

func homes(t testing.TB, s record.Store) []record.Home {
	t.Helper()
	list, err := s.Homes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestTheLogTellsWhoDidWhatAndForgetsFromItsBeginning(t *testing.T) {
	each(t, func(t *testing.T, s record.Store) {
		ctx := t.Context()
		changed := s.Changed()
		for i := range 20 {
			c := create(fmt.Sprintf("88.101/%d", i), "x")
			c.At = int64(1000 + i)
			apply(t, s, c)
		}
		select {
		case <-changed:
		case <-time.After(10 * time.Second):
			t.Fatal("waited ten seconds to be told of a change")
		}
		log := must(s.Log(ctx, 18, 100))(t)
		want := []record.Logged{
			{Number: 19, At: 1018, Action: wire.ActionCreate, Handle: "88.101/18", By: "300:0.NA/88.101", From: "192.0.2.1", Via: "udp"},
			{Number: 20, At: 1019, Action: wire.ActionCreate, Handle: "88.101/19", By: "300:0.NA/88.101", From: "192.0.2.1", Via: "udp"},
		}
		if diff := cmp.Diff(want, log); diff != "" {
			t.Error(diff)
		}
		if log := must(s.Log(ctx, 3, 2))(t); len(log) != 2 || log[0].Number != 4 {
			t.Errorf("two behind 3: %v", log)
		}
		if err := s.Trim(ctx, time.Now().Add(-time.Hour)); err != nil || must(s.First(ctx))(t) != 1 {
			t.Errorf("the log begins at %d after nothing was forgotten: %v", must(s.First(ctx))(t), err)
		}
		if err := s.Trim(ctx, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if first, last := must(s.First(ctx))(t), must(s.Last(ctx))(t); first != 21 || last != 20 {
			t.Errorf("after all was forgotten the log is from %d to %d", first, last)
		}
		if _, err := s.Log(ctx, 19, 10); !errors.Is(err, record.ErrForgotten) {
			t.Errorf("behind 19: %v", err)
		}
		if log, err := s.Log(ctx, 20, 10); len(log) != 0 || err != nil {
			t.Errorf("behind the end: %v %v", log, err)
		}
		apply(t, s, create("88.101/next", "x"))
		if _, err := s.Log(ctx, 19, 10); !errors.Is(err, record.ErrForgotten) {
			t.Errorf("behind 19: %v", err)
		}
		if log := must(s.Log(ctx, 20, 10))(t); len(log) != 1 || log[0].Number != 21 {
			t.Errorf("behind 20: %v", log)
		}
	})
}

func TestMarksAreWrittenWithTheirChanges(t *testing.T) {
	each(t, func(t *testing.T, s record.Store) {
		ctx := t.Context()
		if n := must(s.Mark(ctx, "primary"))(t); n != 0 {
			t.Errorf("a mark that was never set is %d", n)
		}
		if _, err := s.Apply(ctx, []record.Change{create("88.101/a", "x")}, record.Mark{Name: "primary", Position: 7}, record.Mark{Name: "other", Position: 1}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Apply(ctx, nil, record.Mark{Name: "primary", Position: 9}); err != nil {
			t.Fatal(err)
		}
		bad := create("no/", "x")
		if _, err := s.Apply(ctx, []record.Change{create("88.101/b", "x"), bad}, record.Mark{Name: "primary", Position: 11}); err == nil {
			t.Error("a change of no handle was made")
		}
		if p, o := must(s.Mark(ctx, "primary"))(t), must(s.Mark(ctx, "other"))(t); p != 9 || o != 1 {
			t.Errorf("the marks are %d and %d", p, o)
		}
		if r := load(t, s, "88.101/b"); r != nil {
			t.Error("a change beside a bad one was made")
		}
	})
}

func TestASnapshotStandsStill(t *testing.T) {
	each(t, func(t *testing.T, s record.Store) {
		ctx := t.Context()
		for i := range 300 {
			apply(t, s, create(fmt.Sprintf("88.%d/%d", i%3, i), "before"))
		}
		apply(t, s, record.Change{Action: wire.ActionHome, Handle: "0.NA/88.1", Values: []byte("west")})
		shot := must(s.Snapshot(ctx))(t)
		defer shot.Close() //nolint:errcheck // closed below
		apply(t, s, create("88.1/new", "after"), record.Change{Action: wire.ActionUpdate, Handle: "88.0/0", Was: record.Any, Values: values("after")},
			record.Change{Action: wire.ActionDelete, Handle: "88.0/3", Was: record.Any}, record.Change{Action: wire.ActionUnhome, Handle: "0.NA/88.1", Was: record.Any})
		if shot.Number != 301 || len(shot.Homes) != 1 {
			t.Errorf("the snapshot is of change %d with %d homes", shot.Number, len(shot.Homes))
		}
		all := 0
		for r, err := range shot.Records(ctx) {
			if err != nil || !bytes.Equal(r.Values, values("before")) {
				t.Fatalf("%v %v", r, err)
			}
			all++
		}
		some := 0
		for r, err := range shot.Records(ctx, "88.2", "88.0") {
			if err != nil || strings.HasPrefix(r.Handle, "88.1/") {
				t.Fatalf("%v %v", r, err)
			}
			some++
		}
		if all != 300 || some != 200 {
			t.Errorf("the snapshot has %d records, %d of two prefixes", all, some)
		}
		if err := shot.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestConcurrentChangesOfOneHandleLoseNothing(t *testing.T) {
	each(t, func(t *testing.T, s record.Store) {
		const callers, times = 8, 20
		apply(t, s, create("88.101/sum", ""))
		var wg sync.WaitGroup
		for range callers {
			wg.Go(func() {
				for range times {
					for {
						r, err := s.Load(t.Context(), "88.101/sum")
						if err != nil {
							t.Error(err)
							return
						}
						text := string(r.Values[bytes.Index(r.Values, []byte("URL"))+7 : len(r.Values)-4])
						n, err := s.Apply(t.Context(), []record.Change{{Action: wire.ActionUpdate, Handle: "88.101/sum", Was: r.Change, Values: values(text + "+")}})
						if err != nil {
							t.Error(err)
							return
						}
						if n[0] != 0 {
							break
						}
					}
				}
			})
		}
		wg.Wait()
		if r := load(t, s, "88.101/sum"); bytes.Count(r.Values, []byte("+")) != callers*times {
			t.Errorf("%d of %d updates are in the record", bytes.Count(r.Values, []byte("+")), callers*times)
		}
	})
}

func TestChangesThatNoStoreCouldKeepAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s record.Store) {
		long := strings.Repeat("x", 5000)
		for name, c := range map[string]record.Change{
			"no handle":        create("", "x"),
			"no suffix":        create("88.101/", "x"),
			"not UTF-8":        create("88.101/\xff", "x"),
			"long handle":      create("88.101/"+long, "x"),
			"no values":        {Action: wire.ActionCreate, Handle: "88.101/a"},
			"delete all":       {Action: wire.ActionDeleteAll, Handle: "88.101/a"},
			"home of no node":  {Action: wire.ActionHome, Handle: "0.NA/88.1"},
			"home of a handle": {Action: wire.ActionHome, Handle: "88.1/a", Values: []byte("west")},
			"unhome a handle":  {Action: wire.ActionUnhome, Handle: "88.1/a"},
			"long note":        {Action: wire.ActionCreate, Handle: "88.101/a", Values: values("x"), By: long},
		} {
			if _, err := s.Apply(t.Context(), []record.Change{c}); err == nil {
				t.Errorf("%s: it was made", name)
			}
		}
		if _, err := s.Apply(t.Context(), make([]record.Change, record.MaxChanges+1)); err == nil {
			t.Error("too many changes were made")
		}
		if _, err := s.Apply(t.Context(), nil, record.Mark{Name: "\x00"}); err == nil {
			t.Error("a mark with a zero in its name was made")
		}
		if n := must(s.Last(t.Context()))(t); n != 0 {
			t.Errorf("there are %d changes", n)
		}
	})
}

func TestWhoGivesUpWhileWaitingChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, s record.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Apply(ctx, []record.Change{create("88.101/a", "x")}); !errors.Is(err, context.Canceled) {
			// The writer may have been faster: then it was made and said so.
			if r := load(t, s, "88.101/a"); err != nil || r == nil {
				t.Errorf("%v, and there is %v", err, r)
			}
		} else if r := load(t, s, "88.101/a"); r != nil {
			t.Errorf("%v, and there is %v", err, r)
		}
	})
}
