package security

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"linghang/kernel"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// crowd is a register with many enterprises, at each of which one person can be told.
type crowd struct {
	*identity.Directory
	list []identity.Organisation
}

func (c crowd) Organisations(_ context.Context, in identity.OrganisationParams) (page sqldb.Page[identity.Organisation], err error) {
	if in.Kind != string(identity.Enterprise) {
		return page, nil
	}
	from := 0
	if in.Cursor != "" {
		if _, err := fmt.Sscan(in.Cursor, &from); err != nil {
			return page, fmt.Errorf("read cursor: %w", err)
		}
	}
	until := min(from+in.Limit, len(c.list))
	if page.Items = c.list[from:until]; until < len(c.list) {
		page.NextCursor = fmt.Sprint(until)
	}
	return page, nil
}

func (c crowd) Members(_ context.Context, organisation string, _ bool, _ string) ([]identity.Recipient, error) {
	return []identity.Recipient{{PersonID: "person-" + organisation, Name: "负责人", OrganisationID: organisation}}, nil
}

// A notice to ten thousand enterprises: from issuing until every one has it, with its clock running and its message on the way; and
// until nobody has to do anything any more when it is withdrawn. LINGHANG_BENCH_ROUNDS says how often, LINGHANG_BENCH_DIR where
// the page is written.
func BenchmarkNoticeToTenThousand(b *testing.B) {
	rounds, err := strconv.Atoi(cmp.Or(os.Getenv("LINGHANG_BENCH_ROUNDS"), "3"))
	if err != nil {
		b.Fatal(err)
	}
	var rows string
	for _, engine := range []struct{ name, url string }{{"SQLite", ""}, {"PostgreSQL", kerneltest.PostgresDatabase(b)}} {
		x := newMany(b, kerneltest.Options{DatabaseURL: engine.url})
		steps := make([][]time.Duration, 4)
		for range rounds {
			for i, took := range x.notice(b) {
				steps[i] = append(steps[i], took)
			}
		}
		rows += fmt.Sprintf("| %s | %s | %s | %s | %s | %d |\n", engine.name, spread(steps[0]), spread(steps[1]), spread(steps[2]), spread(steps[3]), rounds)
	}
	b.Log("\n" + rows)
	dir := os.Getenv("LINGHANG_BENCH_DIR")
	if dir == "" {
		return
	}
	text := fmt.Sprintf(`# A notice to 10,000 enterprises

<!-- Written by `+"`make bench-notices`"+`; not by hand. -->

Go %s, %d processors, %s. From the request on: issued is the answer to who issues it, delivered when all 10,000 have it (bar: 10 s), each with
its running clock and its message; raised the answer to who raises its level, when all time limits are shorter and all are told; withdrawn the answer to who
withdraws it, when all clocks have ended and all are told. Median (least to most) in seconds.

| engine | issued | delivered | raised | withdrawn | n |
| --- | --- | --- | --- | --- | --- |
%s`, runtime.Version(), runtime.NumCPU(), time.Now().UTC().Format("2006-01-02"), rows)
	if err := os.WriteFile(filepath.Join(dir, "notices.md"), []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}

func spread(list []time.Duration) string {
	slices.Sort(list)
	return fmt.Sprintf("%.1f (%.1f–%.1f)", list[len(list)/2].Seconds(), list[0].Seconds(), list[len(list)-1].Seconds())
}

const many = 10_000

// throng is a city with many enterprises.
type throng struct{ *kerneltest.City }

func newMany(b *testing.B, o kerneltest.Options) throng {
	b.Helper()
	var list []identity.Organisation
	for i := range many {
		list = append(list, identity.Organisation{ID: fmt.Sprintf("01ENTERPRISE%014d", i), Kind: identity.Enterprise, Name: lang.Text{ZH: fmt.Sprint("企业", i), EN: fmt.Sprint("Enterprise ", i)}})
	}
	var clock kerneltest.Clock
	return throng{kerneltest.Start(b, func(k *kernel.Kernel) []module.Module {
		m := New(k.Kit("security"), crowd{k.Directory(), list}, nil)
		m.now = clock.Now
		return []module.Module{m}
	}, o)}
}

func (x throng) do(b *testing.B, method, path, who, body, version string, v any) {
	b.Helper()
	r := x.Send(b, method, "/api/security"+path, who, body, "If-Match", `"`+version+`"`)
	if r.Status >= http.StatusMultipleChoices {
		b.Fatalf("%s %s: %d %s", method, path, r.Status, r.Body)
	}
	if v != nil {
		r.Decode(b, v)
	}
}

// notice issues a notice to all, raises its level and withdraws it; it returns how long it took to issue, to deliver, to raise and to withdraw.
func (x throng) notice(b *testing.B) (took [4]time.Duration) {
	b.Helper()
	var n numbered
	x.do(b, "POST", "/notices", "officer", `{"kind":"notice","colour":"","title":"全市通报","body":"x","ask":"x","level":3,"category":"attack","tlp":"amber","audience":{"all":true,"districts":[],"organisations":[]}}`, "0", &n)
	x.do(b, "POST", "/notices/"+n.ID+"/submission", "officer", "{}", "1", nil)
	x.do(b, "POST", "/notices/"+n.ID+"/signature", "leader", "{}", "2", nil)
	began := time.Now()
	x.do(b, "POST", "/notices/"+n.ID+"/issue", "officer", "{}", "3", nil)
	took[0] = time.Since(began)
	often := time.NewTicker(200 * time.Millisecond) // to ask all the time would be what is measured
	defer often.Stop()
	kerneltest.Wait(b, "everybody to have it", func() bool {
		<-often.C
		var page struct{ Total int }
		x.do(b, "GET", "/assignments?limit=1&state=delivered&notice="+n.ID, "officer", "", "0", &page)
		return page.Total == many
	})
	took[1] = time.Since(began)
	for i, act := range []struct{ path, body string }{{"/level", `{"level":1,"reason":"已有企业受影响"}`}, {"/withdrawal", `{"reason":"有误"}`}} {
		x.do(b, "GET", "/notices/"+n.ID, "officer", "", "0", &n)
		began = time.Now()
		x.do(b, "POST", "/notices/"+n.ID+act.path, "officer", act.body, strconv.FormatInt(n.Version, 10), nil)
		took[2+i] = time.Since(began)
	}
	return took
}
