package platforms

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"linghang/kernel/kerneltest"
)

const (
	yearPlatforms = 40
	yearDays      = 365
	yearAsked     = 50
)

// yearCodes are indicators of days; each is reported as a total and by industry and district.
func yearCodes() []string { return []string{"ent_served", "dev_connected"} }

// BenchmarkYear loads a year of daily figures of 20,000 series into the ledger, day by
// day as platforms report them, and measures what a page asks of it.
func BenchmarkYear(b *testing.B) {
	s := newSite(b)
	ids := []string{s.id}
	for i := 1; i < yearPlatforms; i++ {
		id, _ := s.platform(b, fmt.Sprintf("p%02d", i))
		ids = append(ids, id)
	}
	first := daily.start(time.Now()).AddDate(0, 0, -yearDays)
	begun := time.Now()
	g, ctx := errgroup.WithContext(b.Context())
	g.SetLimit(8)
	for i, id := range ids {
		g.Go(func() error { return s.reportYear(ctx, id, first, float64(i+1)) })
	}
	if err := g.Wait(); err != nil {
		b.Fatal(err)
	}
	loaded := time.Since(begun).Seconds()
	series := yearPlatforms * 2 * len(yearWords())
	var rows int
	if err := s.room.kit.DB.QueryRow(b.Context(), `SELECT COUNT(*) FROM fact`).Scan(&rows); err != nil || rows != series*yearDays {
		b.Fatalf("%d figures are in the ledger, %d were reported: %v", rows, series*yearDays, err)
	}
	trend := s.asked(b, "/api/platforms/analysis/trend?code=ent_served")
	curve := s.asked(b, "/api/platforms/"+s.id+"/series?code=ent_served&from="+first.UTC().Format(time.RFC3339))
	b.ReportMetric(loaded, "s-to-load")
	b.ReportMetric(trend, "ms/trend")
	b.ReportMetric(curve, "ms/curve")
	kerneltest.Report(b, "year", "A year of daily figures", "make bench-year",
		fmt.Sprintf("%d platforms × %d series × %d days (%d figures), each day of a platform as one report, synced to the disk before it is acknowledged; eight platforms at a time. One run.", yearPlatforms, series/yearPlatforms, yearDays, rows), "",
		"| | bar | measured | |", "| --- | --- | --- | --- |",
		fmt.Sprintf("| to load, s | ≤ 20 | %.0f | %s |", loaded, kerneltest.Verdict(loaded <= 20)),
		fmt.Sprintf("| figures/s | | %.0f | |", float64(rows)/loaded),
		fmt.Sprintf("| the city's trend of an indicator over all platforms, p50 of %d, ms | ≤ 50 | %.1f | %s |", yearAsked, trend, kerneltest.Verdict(trend <= 50)),
		fmt.Sprintf("| the year of an indicator of a platform, p50 of %d, ms | ≤ 50 | %.1f | %s |", yearAsked, curve, kerneltest.Verdict(curve <= 50)),
	)
}

// yearWords are the breakdowns of an indicator, with its total: 250.
func yearWords() []string {
	words := []string{""}
	for _, i := range industries() {
		for _, d := range districts() {
			words = append(words, dims{Industry: i.Code, District: d.Code}.key())
		}
	}
	return words[:250]
}

// reportYear records a report for each day.
func (s *site) reportYear(ctx context.Context, id string, first time.Time, value float64) error {
	p := platform{ID: id, Code: id}
	for day := range yearDays {
		at := first.AddDate(0, 0, day)
		r, err := s.room.ledger.rolls.of(ctx, id)
		if err != nil {
			return err
		}
		sub := newSubmission(p, key{ID: s.push.ID}, channelReport, fmt.Sprint(id, day), time.Now().UTC())
		sub.Seq, sub.Period = int64(day+1), at.Format(time.DateOnly)
		sieve := s.room.catalogue.sieve(p, r, &marks{}, 5_000, time.Now())
		for _, code := range yearCodes() {
			for i, word := range yearWords() {
				k, why := sieve.find(code, word)
				if why != nil {
					return errors.New(why.Message)
				}
				sub.entries = append(sub.entries, entry{known: k, At: at.UnixMilli(), Value: value * float64(day*i), Period: true, index: int32(len(sub.entries))})
			}
		}
		_, _, sub.top = sieve.done()
		sub.Items = len(sub.entries)
		if got, err := s.room.ledger.record(ctx, p, sub); err != nil || got.Accepted != sub.Items {
			return fmt.Errorf("report of day %d: %d of %d accepted: %w", day, got.Accepted, sub.Items, err)
		}
	}
	return nil
}

// asked returns the median of the milliseconds to an answer.
func (s *site) asked(b *testing.B, path string) float64 {
	b.Helper()
	took := make([]float64, yearAsked)
	for i := range took {
		begun := time.Now()
		if r := s.Get(b, path, "officer"); r.Status != http.StatusOK {
			b.Fatalf("%s: %d %s", path, r.Status, r.Body)
		}
		took[i] = float64(time.Since(begun).Microseconds()) / 1000
	}
	slices.Sort(took)
	return took[yearAsked/2]
}
