package exchange

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/lib/stix"
	"linghang/lib/taxii"
	"linghang/modules/security/internal/rating"
)

func begun() time.Time { return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) }

func city(ctx context.Context) context.Context {
	return identity.With(ctx, identity.Identity{Scope: identity.Scope{All: true}})
}

// versions are objects in several versions, which came in any order, of two specifications,
// some without a version.
func versions(r *rand.Rand) []taxii.Object {
	var out []taxii.Object
	for i := range 30 {
		id := fmt.Sprintf("indicator--%08d-0000-4000-8000-000000000000", r.IntN(8))
		o := taxii.Object{ID: id, Type: "indicator", SpecVersion: []string{"2.0", "2.1"}[r.IntN(2)], Version: taxii.Stamp(begun().Add(time.Duration(r.IntN(6)) * time.Hour))}
		if r.IntN(6) == 0 {
			o = taxii.Object{ID: fmt.Sprintf("ipv4-addr--%08d-0000-4000-8000-000000000000", i), Type: "ipv4-addr", SpecVersion: "2.1"}
		}
		o.Raw = fmt.Appendf(nil, `{"id":%q,"type":%q,"n":%d}`, o.ID, o.Type, i)
		out = append(out, o)
	}
	return out
}

func randomQuery(r *rand.Rand) taxii.Query {
	q := taxii.Query{Limit: r.IntN(12)}
	if r.IntN(3) == 0 {
		q.AddedAfter = begun().Add(time.Duration(r.IntN(30)) * time.Second)
	}
	if r.IntN(3) == 0 {
		q.Types = []string{"indicator"}
	}
	if r.IntN(3) == 0 {
		q.IDs = []string{fmt.Sprintf("indicator--%08d-0000-4000-8000-000000000000", r.IntN(8))}
	}
	if r.IntN(3) == 0 {
		q.SpecVersions = []string{"2.0"}
	}
	q.Versions = [][]string{nil, {"last"}, {"first"}, {"all"}, {"first", "last"}, {taxii.Stamp(begun().Add(2 * time.Hour))}}[r.IntN(6)]
	return q
}

// The database answers queries as the library does from memory, page by page.
func TestQueriesAreAnsweredAsTheStandardHasThem(t *testing.T) {
	kerneltest.EachEngine(t, os.DirFS("../../migrations"), func(t *testing.T, db *sqldb.DB) {
		r := rand.New(rand.NewPCG(7, 7))
		s := store{db}
		for i, o := range versions(r) {
			err := db.Write(t.Context(), func(tx *sqldb.Tx) error {
				_, err := s.add(t.Context(), tx, inbox, []taxii.Object{o}, by{"o1", "p1", "somebody"}, begun().Add(time.Duration(i)*time.Second))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		whole, err := s.objects(city(t.Context()), inbox, taxii.Query{Versions: []string{"all"}, SpecVersions: []string{"2.0", "2.1"}})
		if err != nil {
			t.Fatal(err)
		}
		for range 300 {
			q := randomQuery(r)
			for {
				want, err := taxii.Select(slices.Clone(whole.Entries), q)
				if err != nil {
					t.Fatal(err)
				}
				got, err := s.objects(city(t.Context()), inbox, q)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.EqualFunc(got.Entries, want.Entries, func(a, b taxii.Entry) bool { return a.Position == b.Position && string(a.Raw) == string(b.Raw) }) || got.More != want.More || got.Next != want.Next {
					t.Fatalf("%+v gives\n%+v\nand not\n%+v", q, got, want)
				}
				if q.Next = got.Next; q.Next == "" {
					break
				}
			}
		}
	})
}

// What is added again is not added twice, and times of adding only grow.
func TestAddingAgain(t *testing.T) {
	kerneltest.EachEngine(t, os.DirFS("../../migrations"), func(t *testing.T, db *sqldb.DB) {
		s, list := store{db}, versions(rand.New(rand.NewPCG(3, 3)))
		add := func(at time.Time) (n int) {
			err := db.Write(t.Context(), func(tx *sqldb.Tx) (err error) {
				n, err = s.add(t.Context(), tx, inbox, list, by{"o1", "p1", "somebody"}, at)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		first := add(begun())
		if again := add(begun().Add(-time.Hour)); first == 0 || again != 0 {
			t.Errorf("%d were new, then %d", first, again)
		}
		list = []taxii.Object{{ID: "indicator--99999999-0000-4000-8000-000000000000", Type: "indicator", SpecVersion: "2.1", Version: taxii.Stamp(begun()), Raw: []byte(`{}`)}}
		add(begun().Add(-time.Hour)) // the clock was set back
		page, err := s.objects(city(t.Context()), inbox, taxii.Query{AddedAfter: begun()})
		if err != nil || len(page.Entries) != 1 || page.Entries[0].ID != list[0].ID {
			t.Errorf("after the first ones came %+v, %v", page, err)
		}
	})
}

func TestReportsAreSTIX(t *testing.T) {
	checker, err := stix.NewChecker()
	if err != nil {
		t.Fatal(err)
	}
	r := Report{ID: "01J", Number: "青工信安通〔2026〕1号", Title: "勒索软件预警", Text: "请立即核查。", Link: "https://city.example/security/notices/01J", Level: rating.Major, Category: "malware", IssuedAt: begun(), ChangedAt: begun()}
	for _, tlp := range []rating.TLP{rating.Clear, rating.Green, rating.Amber, rating.AmberStrict, rating.Red} {
		for _, revoked := range []bool{false, true} {
			r.TLP, r.Revoked = tlp, revoked
			list, err := objects(Publisher{ID: "01B", Name: lang.Text{ZH: "市工信局", EN: "Bureau"}, CreatedAt: founded()}, r)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range list {
				for _, f := range checker.Object(o).Findings {
					t.Errorf("%s: %s", tlp, f)
				}
			}
			if got := list[2].TLP().String(); got != tlp.Mark() {
				t.Errorf("%s is marked %s", tlp, got)
			}
		}
	}
}
