package security

import (
	"context"
	"fmt"
	"net/http"
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

// A notice to ten thousand enterprises: from issuing until every one has it, with its clock
// running and its message on the way.
func BenchmarkNoticeToTenThousand(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { noticeToMany(b, kerneltest.Options{}) })
	b.Run("postgres", func(b *testing.B) { noticeToMany(b, kerneltest.Options{DatabaseURL: kerneltest.PostgresDatabase(b)}) })
}

func noticeToMany(b *testing.B, o kerneltest.Options) {
	const many = 10_000
	var list []identity.Organisation
	for i := range many {
		list = append(list, identity.Organisation{ID: fmt.Sprintf("01ENTERPRISE%014d", i), Kind: identity.Enterprise, Name: lang.Text{ZH: fmt.Sprint("企业", i), EN: fmt.Sprint("Enterprise ", i)}})
	}
	var clock kerneltest.Clock
	city := kerneltest.Start(b, func(k *kernel.Kernel) []module.Module {
		m := New(k.Kit("security"), crowd{k.Directory(), list})
		m.now = clock.Now
		return []module.Module{m}
	}, o)
	do := func(method, path, who, body, version string, v any) {
		b.Helper()
		r := city.Send(b, method, "/api/security"+path, who, body, "If-Match", `"`+version+`"`)
		if r.Status >= http.StatusMultipleChoices {
			b.Fatalf("%s %s: %d %s", method, path, r.Status, r.Body)
		}
		if v != nil {
			r.Decode(b, v)
		}
	}
	for b.Loop() {
		var n numbered
		do("POST", "/notices", "officer", `{"kind":"notice","colour":"","title":"全市通报","body":"x","ask":"x","level":3,"category":"attack","tlp":"amber","audience":{"all":true,"districts":[],"organisations":[]}}`, "0", &n)
		do("POST", "/notices/"+n.ID+"/submission", "officer", "{}", "1", nil)
		do("POST", "/notices/"+n.ID+"/signature", "leader", "{}", "2", nil)
		began := time.Now()
		do("POST", "/notices/"+n.ID+"/issue", "officer", "{}", "3", nil)
		issued := time.Since(began)
		often := time.NewTicker(50 * time.Millisecond) // to ask all the time would be what is measured
		kerneltest.Wait(b, "everybody to have it", func() bool {
			<-often.C
			var page struct{ Total int }
			do("GET", "/assignments?limit=1&state=delivered&notice="+n.ID, "officer", "", "0", &page)
			return page.Total == many
		})
		often.Stop()
		b.ReportMetric(issued.Seconds(), "s-issued")
		b.ReportMetric(time.Since(began).Seconds(), "s-delivered")
	}
}
