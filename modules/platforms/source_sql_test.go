package platforms

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"linghang/kernel/kerneltest"
	"linghang/modules/platforms/internal/pull"
)

// taken leases a source for a reading.
func (x *well) taken(t *testing.T, s sourceState) Source {
	t.Helper()
	one, err := x.room.sources.take(t.Context(), x.ours, s.ID, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return one
}

// of is one of several sources.
func (x *well) of(t *testing.T, id string) sourceState {
	t.Helper()
	var v sourcesView
	x.Get(t, x.door(), "manager-ours").Decode(t, &v)
	for _, one := range v.Items {
		if one.ID == id {
			return one
		}
	}
	t.Fatalf("there is no source %s", id)
	return sourceState{}
}

// figures is a database of a platform, and the spec of a source that reads it with an
// account that may read.
func figures(t *testing.T, queries ...string) (change func(statement string), spec string) {
	t.Helper()
	dsn := kerneltest.PostgresDatabase(t)
	root, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close(context.Background()) })
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	change = func(statement string) {
		t.Helper()
		if _, err := root.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	user := "reads_" + strings.TrimPrefix(u.Path, "/")
	change(`CREATE TABLE figure (day DATE, district TEXT, n INT); CREATE ROLE ` + user + ` LOGIN PASSWORD 'open-sesame'; GRANT SELECT ON figure TO ` + user)
	text, err := json.Marshal(pull.Spec{Kind: pull.SQL, URL: "postgres://" + u.Host + u.Path, Auth: pull.AuthBasic, User: user, TLS: pull.TLSNone, Queries: queries, Schedule: pull.Schedule{Kind: pull.Day, At: "01:30"}})
	if err != nil {
		t.Fatal(err)
	}
	return change, string(text)
}

func TestADatabaseIsReadForEachPeriodUnderTheNameOfItsSource(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWell(t, loopback(o))
		change, spec := figures(t, `SELECT 'ent_served' AS code, n AS value, district FROM figure WHERE day = '{day}'`)
		if r := x.Send(t, "POST", x.door(), "manager-ours", `{"name":"a","spec":`+spec+`}`); r.Status != http.StatusUnprocessableEntity || !strings.Contains(string(r.Body), "body.secret") {
			t.Errorf("without a password: %d %s", r.Status, r.Body)
		}
		s := x.add(t, spec, "open-sesame")
		over := pull.Schedule{Kind: pull.Day}.Over(x.now)
		name := func(back int) string { return over.AddDate(0, 0, -back).In(cityTime()).Format(time.DateOnly) }
		change(fmt.Sprintf(`INSERT INTO figure VALUES ('%s', '市南区', 7), ('%s', '370202', 12), ('%[2]s', '月球', 1)`, name(1), name(0)))
		x.readUpTo(t, s, over.AddDate(0, 0, -2))
		x.pull(t, x.now)
		x.pull(t, x.now)
		short := func(back int) string { return strings.ReplaceAll(name(back), "-", "")[4:] }
		want := "ent_served district=370202;" + short(1) + " r1 7 pull\nent_served district=370202;" + short(0) + " r1 12 pull\n"
		one := x.one(t, "viewer-ours")
		if got := x.facts(t); got != want || one.Run.Outcome != runPartial || one.Run.Rows != 2 || one.Behind != 0 || one.Run.Fault != "" {
			t.Errorf("the facts are\n%swant\n%s%+v %+v", got, want, one, one.Run)
		}
		// The same server by another certificate is another door: the password does not go along.
		elsewhere := strings.Replace(spec, `"tls":"none"`, `"tls":"verify"`, 1)
		if r := x.Send(t, "POST", x.door()+"/test", "manager-ours", fmt.Sprintf(`{"source":%q,"spec":%s}`, s.ID, elsewhere)); r.Status != http.StatusUnprocessableEntity {
			t.Errorf("tested elsewhere: %d %s", r.Status, r.Body)
		}
		change(`DROP TABLE figure`)
		r := x.Send(t, "POST", x.door()+"/test", "manager-ours", fmt.Sprintf(`{"source":%q,"spec":%s}`, s.ID, spec))
		var v testView
		if r.Decode(t, &v); v.Fault != pull.FailQuery || !strings.Contains(v.Detail, `relation "figure" does not exist`) || strings.Contains(string(r.Body), "sesame") {
			t.Errorf("without its table: %s", r.Body)
		}
	})
}

func TestADatabaseIsTested(t *testing.T) {
	kerneltest.EachCity(t, func(t *testing.T, o kerneltest.Options) {
		x := newWell(t, loopback(o))
		change, spec := figures(t, `SELECT 'ent_served' AS code, n AS value, district FROM figure`, `SELECT 'dev_online' AS code, 'many' AS value`)
		change(`INSERT INTO figure VALUES ('2026-11-26', '370202', 7), ('2026-11-26', '月球', 1)`)
		test := func(spec string) (v testView) {
			t.Helper()
			r := x.Send(t, "POST", x.door()+"/test", "manager-ours", `{"secret":"open-sesame","spec":`+spec+`}`)
			if r.Status != http.StatusOK {
				t.Fatalf("test: %d %s", r.Status, r.Body)
			}
			r.Decode(t, &v)
			return v
		}
		v := test(spec)
		if v.Total != 2 || v.Refused != 1 || len(v.Faults) != 1 || v.Faults[0].Origin != "query 2 #1" || v.Faults[0].Code != pull.FaultNumber || !strings.Contains(v.Sample, `["ent_served","7","370202"]`) {
			t.Errorf("the test says %+v", v)
		}
		var bare pull.Spec
		if err := json.Unmarshal([]byte(spec), &bare); err != nil {
			t.Fatal(err)
		}
		bare.Queries = nil
		text, err := json.Marshal(bare)
		if err != nil {
			t.Fatal(err)
		}
		if v := test(string(text)); !v.Untested || v.Fault != "" {
			t.Errorf("without a query: %+v", v)
		}
	})
}

func TestADatabaseThatHangsHoldsUpNobody(t *testing.T) {
	x := newWell(t, loopback(kerneltest.Options{}))
	change, spec := figures(t, `SELECT 'ent_served' AS code, n AS value FROM figure`)
	s := x.add(t, spec, "open-sesame")
	change(`BEGIN; LOCK TABLE figure IN ACCESS EXCLUSIVE MODE`)
	var pulls sync.WaitGroup
	if err := x.room.pullDue(t.Context(), s.NextAt, &pulls); err != nil {
		t.Fatal(err)
	}
	other := x.taken(t, x.add(t, x.json(), ""))
	x.says(`{"data":[{"d":"370202","n":5}]}`)
	if _, err := x.room.pullOnce(t.Context(), other, other.NextAt, "person"); err != nil {
		t.Fatal(err)
	}
	r := x.Send(t, "POST", "/api/platforms/"+x.ours+"/backfill", "manager-ours", "code,period,value\ndev_connected,2026-11-20,9\n", "Content-Type", "text/csv")
	if r.Status != http.StatusOK || len(x.facts(t)) == 0 || x.of(t, s.ID).Run != nil {
		t.Errorf("while a database hangs: %d %s", r.Status, r.Body)
	}
	pulls.Wait()
	if one := x.of(t, s.ID); one.Run.Fault != pull.FailTimeout || one.State != "failing" {
		t.Errorf("the run is %+v", one.Run)
	}
}
