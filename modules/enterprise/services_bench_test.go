package enterprise

import (
	"context"
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

// servedTown is a directory of 20 000 enterprises with 50 000 services, four fifths of
// them confirmed.
func servedTown(b *testing.B) *town {
	b.Helper()
	x := newTown(b, kerneltest.Options{})
	ctx, now := b.Context(), time.Now().UTC()
	list := make([]Entry, 20_000)
	for i := range list {
		d, in := districts(), industries()
		list[i] = Entry{
			ID: newID(), Code: identity.CompleteUSCC(fmt.Sprintf("91370200%09d", i)), Name: lang.Text{ZH: fmt.Sprintf("企业%05d有限公司", i*7919%20_000), EN: fmt.Sprintf("Company %05d", i)},
			District: d[i%len(d)].Code, Industry: in[i%len(in)].Code, Size: sizes()[i%4].Code, Status: accepted, Origin: byImport, Consent: usualConsent(), SubmittedAt: now, CreatedAt: now, UpdatedAt: now, Version: 1,
		}
	}
	for part := range slices.Chunk(list, 2000) {
		if err := x.module.entries.addAll(ctx, part); err != nil {
			b.Fatal(err)
		}
	}
	matters := []string{"diagnosis", "consulting", "connection", "software", "training", "policy"}
	for part := range slices.Chunk(make([]int, 50_000), 5000) {
		base := 0
		if err := x.QueryRow(b, `SELECT COUNT(*) FROM service`).Scan(&base); err != nil {
			b.Fatal(err)
		}
		err := x.module.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
			for i := range part {
				n := base + i
				e, provider := list[n*13%len(list)], fmt.Sprintf("P%03d", n%120)
				state, counted := "confirmed", true
				if n%5 == 0 {
					state, counted = []string{"waiting", "silent", "objected"}[n/5%3], false
				}
				day := time.Date(2025, 1, 1+n%600, 0, 0, 0, 0, time.UTC)
				_, err := tx.Exec(ctx, `INSERT INTO service (id, entry_id, code, name_zh, name_en, district, industry, provider, provider_zh, provider_en, recorder_id, matter, about, started_on, ended_on, quarter, state, counted, origin, rule, window_days, words, recorded_at, recorded_by, recorded_name, due_at)
					VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, 'R', $10, 'x', $11, $11, $12, $13, $14, 'form', 1, 90, $15, $16, '', '', 0)`,
					newID(), e.ID, e.Code, e.Name.ZH, e.Name.EN, e.District, e.Industry, provider, "服务商"+provider, matters[n%6], day.Format(time.DateOnly), day.Year()*10+(int(day.Month())+2)/3, state, counted, strings.ToLower(e.words()+" 服务商"+provider), now.UnixMilli()+int64(n))
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	// Rows that came by no change of the room: the migration counts them.
	count, err := migrations.ReadFile("migrations/0012_figures.sql")
	if err != nil {
		b.Fatal(err)
	}
	_, insert, _ := strings.Cut(string(count), "INSERT INTO service_figure (")
	err = x.module.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO service_figure ("+insert)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return x
}

// QueryRow asks the room's database.
func (x *town) QueryRow(b *testing.B, query string) sqldb.Row {
	b.Helper()
	return x.module.kit.DB.QueryRow(b.Context(), query)
}

// BenchmarkServices reads pages of 50 000 services as the bureau, in the ways in which the
// page asks for them, and what they come to; p99-ms is of all of them.
func BenchmarkServices(b *testing.B) {
	x := servedTown(b)
	ctx := identity.With(b.Context(), identity.Identity{Scope: identity.Scope{All: true}})
	var asks []string
	list := func(query string) { asks = append(asks, "/services?"+query) }
	for _, q := range []string{"", "district=370212", "counted=true&quarter=2025Q3", "matter=training&district=370214", "state=objected", "provider=P007", "q=企业01", "q=P119", "q=查无此名", "sort=name&limit=100", "sort=-recorded_at&industry=C35"} {
		list(q)
	}
	for _, by := range []string{"quarter", "district", "provider"} {
		asks = append(asks, "/services/counts?by="+by)
	}
	asks = append(asks, "/services/totals")
	x.Cookie(b, "officer")
	measureAsks(ctx, b, asks, func(ask string) {
		if r := x.Get(b, "/api/enterprise"+ask, "officer"); r.Status != 200 {
			b.Fatalf("%s: %d %s", ask, r.Status, r.Body)
		}
	})
}

// measureAsks reads each in turn, and reports the 99th percentile and the median of all.
func measureAsks(_ context.Context, b *testing.B, asks []string, read func(string)) {
	b.Helper()
	var took []time.Duration
	sums := make([]time.Duration, len(asks))
	for n := 0; b.Loop(); n++ {
		began := time.Now()
		read(asks[n%len(asks)])
		d := time.Since(began)
		took = append(took, d)
		sums[n%len(asks)] += d
	}
	for i, d := range sums {
		b.Logf("%s: %v on average", asks[i], d/time.Duration(max(1, len(took)/len(asks))))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
}
