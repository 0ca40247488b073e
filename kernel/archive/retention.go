package archive

import (
	"slices"
	"time"

	"github.com/oklog/ulid/v2"
)

// Retention says which backups of an archive stay: the newest ones, and the
// newest of each of the last so many days, weeks and months that have any.
type Retention struct{ Last, Daily, Weekly, Monthly int }

// Made returns when a backup was made.
func Made(id string) time.Time {
	at, err := ulid.ParseStrict(id)
	if err != nil {
		return time.Time{}
	}
	return ulid.Time(at.Time()).UTC()
}

// Split tells which of the backups, oldest first, stay and which go. The newest
// always stays.
func (r Retention) Split(ids []string) (stay, gone []string) {
	kept := map[string]bool{}
	newest := slices.Clone(ids)
	slices.Reverse(newest)
	for i, id := range newest {
		kept[id] = i < max(r.Last, 1)
	}
	for _, rule := range []struct {
		count  int
		period func(t time.Time) int
	}{
		{r.Daily, func(t time.Time) int { return t.Year()*1000 + t.YearDay() }},
		{r.Weekly, func(t time.Time) int { year, week := t.ISOWeek(); return year*100 + week }},
		{r.Monthly, func(t time.Time) int { return t.Year()*100 + int(t.Month()) }},
	} {
		seen := map[int]bool{}
		for _, id := range newest {
			period := rule.period(Made(id))
			if seen[period] || len(seen) == rule.count {
				continue
			}
			seen[period], kept[id] = true, true
		}
	}
	for _, id := range ids {
		if kept[id] {
			stay = append(stay, id)
			continue
		}
		gone = append(gone, id)
	}
	return stay, gone
}
