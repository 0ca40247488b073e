package enterprise

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

// BenchmarkList reads pages of a directory of 20 000 enterprises as a stranger, in
// the ways in which the page asks for them; p99-ms is of all of them.
func BenchmarkList(b *testing.B) {
	x := newTown(b, kerneltest.Options{})
	ctx := identity.With(b.Context(), identity.Identity{Scope: identity.Scope{IDs: []string{x.Theirs.ID}}})
	list := make([]Entry, 20_000)
	now := time.Now().UTC()
	for i := range list {
		d, in := districts(), industries()
		list[i] = Entry{
			ID: newID(), Code: identity.CompleteUSCC(fmt.Sprintf("91370200%09d", i)), Name: lang.Text{ZH: fmt.Sprintf("企业%05d有限公司", i*7919%20_000), EN: fmt.Sprintf("Company %05d", i)},
			District: d[i%len(d)].Code, Industry: in[i%len(in)].Code, Size: sizes()[i%4].Code, Status: accepted, Origin: byImport, Consent: usualConsent(), SubmittedAt: now, CreatedAt: now, UpdatedAt: now, Version: 1,
			Profile: Profile{Address: "株洲路1号", Description: "合成数据", Products: []string{"成型机"}, Qualifications: []Qualification{{ID: "Q", Kind: qualificationKinds()[i%5].Code, ValidUntil: "2099-01-01"}}},
		}
		if i%3 == 0 {
			list[i].Consent.Size = forBureau
		}
	}
	for part := range slices.Chunk(list, 2000) {
		if err := x.module.entries.addAll(ctx, part); err != nil {
			b.Fatal(err)
		}
	}
	asks := []entryParams{
		{},
		{District: "370212"},
		{Size: "medium"},
		{Industry: "C35", District: "370214"},
		{Qualification: "high_tech"},
		{ListParams: sqldb.ListParams{Q: "企业01"}},
		{ListParams: sqldb.ListParams{Sort: "-code", Limit: 100}},
		{ListParams: sqldb.ListParams{Sort: "district"}},
	}
	page := func(in entryParams) string {
		p, err := x.module.listEntries(ctx, in)
		if err != nil || len(p.Items) == 0 {
			b.Fatalf("%+v: %d items, %v", in, len(p.Items), err)
		}
		return p.NextCursor
	}
	for i := range asks[:1] { // one page further, by its key
		next := asks[i]
		next.Cursor = page(asks[i])
		asks = append(asks, next)
	}
	var took []time.Duration
	sums := make([]time.Duration, len(asks))
	for n := 0; b.Loop(); n++ {
		began := time.Now()
		page(asks[n%len(asks)])
		d := time.Since(began)
		took = append(took, d)
		sums[n%len(asks)] += d
	}
	for i, d := range sums {
		b.Logf("%s: %v on average", strings.NewReplacer("ListParams:", "", "Limit:0 ", "").Replace(fmt.Sprintf("%+v", asks[i])), d/time.Duration(max(1, len(took)/len(asks))))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
}
