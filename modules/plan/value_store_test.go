package plan

import (
	"context"
	"io/fs"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/sqldb"
)

// city is somebody who sees everything.
func city(t testing.TB) context.Context {
	return identity.With(t.Context(), identity.Identity{PersonID: "p", Scope: identity.Scope{All: true}})
}

func eachEngine(t *testing.T, test func(t *testing.T, db *sqldb.DB, p plan)) {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	kerneltest.EachEngine(t, dir, func(t *testing.T, db *sqldb.DB) {
		p := qingdao(t)
		p.ID, p.OrganisationID, p.CreatedAt = "plan1", "bureau", began
		s := planStore{db: db}
		if err := s.insert(t.Context(), p, "test"); err != nil {
			t.Fatal(err)
		}
		p, err := s.load(t.Context(), "plan1")
		if err != nil {
			t.Fatal(err)
		}
		test(t, db, p)
	})
}

// quietly tells nobody.
func quietly(value) telling {
	return func(context.Context, *sqldb.Tx) error { return nil }
}

func TestAStoredPlanExportsAsItWasImported(t *testing.T) {
	eachEngine(t, func(t *testing.T, _ *sqldb.DB, p plan) {
		want, err := writePlan(qingdao(t))
		if err != nil {
			t.Fatal(err)
		}
		got, err := writePlan(p)
		if err != nil || string(got) != string(want) {
			t.Errorf("%v\n%s", err, got)
		}
	})
}

func TestSamplesAreKeptOnceForAllReplicasWhenTheyTellSomethingNew(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *sqldb.DB, p plan) {
		s, id := valueStore{db}, p.Targets[0].ID
		f := func(number float64, after time.Duration, want int) {
			t.Helper()
			if err := s.keep(t.Context(), []sample{{targetID: id, number: number, at: began.Add(after)}}); err != nil {
				t.Fatal(err)
			}
			page, err := s.history(t.Context(), id, time.Time{}, sqldb.ListParams{Limit: 100})
			if err != nil || page.Total != want {
				t.Errorf("%g after %s: %d values, want %d (%v)", number, after, page.Total, want, err)
			}
		}
		f(1, 0, 1)
		f(1, time.Second, 1)
		f(2, 20*time.Second, 2)
		f(2, time.Hour, 2)
		f(2, 61*time.Minute, 3)
		if err := s.keep(t.Context(), []sample{{targetID: "gone", number: 1, at: began}}); err != nil {
			t.Errorf("a removed target stops the others: %v", err)
		}
	})
}

func TestHistoryAnswersWhatWasKnownWhen(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *sqldb.DB, p plan) {
		s, x := valueStore{db}, p.Targets[22]
		day := func(n int) time.Time { return began.AddDate(0, 0, n) }
		put := func(id string, number float64, valid, known int) {
			v := value{ID: id, TargetID: x.ID, Number: number, ValidAt: day(valid), Source: sourceReported, State: stateReported, Reported: hand{"person:a", "A", day(known)}}
			if err := s.report(t.Context(), v, nil, quietly(value{})); err != nil {
				t.Fatal(err)
			}
			for _, step := range []func(value) (value, error){
				func(v value) (value, error) { return v.review(hand{"person:b", "B", day(known)}, "") },
				func(v value) (value, error) { return v.approve(hand{"person:c", "C", day(known)}, "") },
			} {
				if _, err := s.change(t.Context(), id, step, quietly); err != nil {
					t.Fatal(err)
				}
			}
		}
		put("first", 8.1, 10, 20)
		put("second", 8.4, 40, 50)
		put("corrected", 8.2, 10, 60)
		if err := s.report(t.Context(), value{ID: "waits", TargetID: x.ID, Number: 99, ValidAt: day(70), Source: sourceReported, State: stateReported}, nil, quietly(value{})); err != nil {
			t.Fatal(err)
		}
		f := func(known int, want ...float64) {
			t.Helper()
			page, err := s.history(t.Context(), x.ID, day(known), sqldb.ListParams{Limit: 100, Sort: "valid_at"})
			if err != nil || len(page.Items) != len(want) {
				t.Fatalf("known on day %d: %d values, want %v (%v)", known, len(page.Items), want, err)
			}
			for i, w := range want {
				if page.Items[i].Number != w {
					t.Errorf("known on day %d: value %d is %g, want %g", known, i, page.Items[i].Number, w)
				}
			}
		}
		f(19)
		f(20, 8.1)
		f(55, 8.1, 8.4)
		f(60, 8.2, 8.4)
		trends, err := s.trend(t.Context(), p.ID, "", 240)
		if got := trends[x.ID]; err != nil || len(got) != 2 || got[0].v != 8.2 || got[1].v != 8.4 {
			t.Errorf("trend %v, %v", got, err)
		}
		newest, err := s.approved(t.Context(), p.ID, "")
		if err != nil || newest[x.ID].ID != "second" {
			t.Errorf("newest %+v, %v", newest[x.ID], err)
		}
		waiting, err := s.reportedValues(city(t), valueParams{State: "awaiting", ListParams: sqldb.ListParams{Limit: 10}})
		if err != nil || waiting.Total != 1 || waiting.Items[0].ID != "waits" {
			t.Errorf("waiting %+v, %v", waiting, err)
		}
	})
}

func TestTrendIsThinnedToItsNewestPoints(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *sqldb.DB, p plan) {
		s, id := valueStore{db}, p.Targets[3].ID
		var samples []sample
		for i := range 1000 {
			samples = append(samples, sample{targetID: id, number: float64(i), at: began.Add(time.Duration(i) * time.Minute)})
		}
		if err := s.keep(t.Context(), samples); err != nil {
			t.Fatal(err)
		}
		trends, err := s.trend(t.Context(), "", id, 100)
		got := trends[id]
		if err != nil || len(got) < 90 || len(got) > 101 || got[len(got)-1].v != 999 {
			t.Errorf("%d points, %v", len(got), err)
		}
	})
}

func TestAnOwnerSeesItsOwnTargetsOnly(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *sqldb.DB, p plan) {
		s, as := planStore{db: db}, func(org string) context.Context {
			return identity.With(t.Context(), identity.Identity{PersonID: "p", Scope: identity.Scope{IDs: []string{org}}})
		}
		x := p.Targets[5]
		x.OwnerID = "owner"
		if err := (targetStore{db: db}).update(t.Context(), p.Targets[5], edited{x, "test"}, 1, []Change{{Field: "owner_id", After: "owner", Reason: "test", At: began}}); err != nil {
			t.Fatal(err)
		}
		f := func(org string, plans, targets int) {
			t.Helper()
			page, err := s.list(as(org), sqldb.ListParams{Limit: 10})
			if err != nil || page.Total != plans {
				t.Errorf("%s lists %d plans, want %d (%v)", org, page.Total, plans, err)
			}
			got, err := s.read(as(org), p.ID)
			if (err == nil) != (plans > 0) || len(got.Targets) != targets {
				t.Errorf("%s sees %d targets, want %d (%v)", org, len(got.Targets), targets, err)
			}
		}
		f("bureau", 1, 23)
		f("owner", 1, 1)
		f("stranger", 0, 0)
		if _, _, err := s.planOf(as("owner"), p.Targets[0].ID); err == nil {
			t.Error("an owner sees another's target")
		}
		if err := (targetStore{db: db}).update(t.Context(), x, edited{x, ""}, 1, nil); err == nil {
			t.Error("a stale target was saved")
		}
	})
}
