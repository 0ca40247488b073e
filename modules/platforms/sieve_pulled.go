package platforms

import (
	"strings"

	"linghang/modules/platforms/internal/pull"
)

// named writes the codes of districts, industries and sizes where a source writes
// their words.
func named(rows []pull.Row) []pull.Row {
	for i := range rows {
		if len(rows[i].Dims) == 0 {
			continue
		}
		codes := make(map[string]string, len(rows[i].Dims)) // rows of one line share theirs
		for name, text := range rows[i].Dims {
			codes[name] = codeOfWord(name, strings.TrimSpace(text))
		}
		rows[i].Dims = codes
	}
	return rows
}

// pulled takes rows that a source told: those of a moment as pushed values, those
// of a day or a month as facts.
func (s *sieve) pulled(rows []pull.Row) {
	met := map[moment]int{}
	for i, r := range rows {
		s.index = i
		if why := s.pulledRow(r, met); why != nil {
			s.refuse(r.Code, why)
		}
	}
}

func (s *sieve) pulledRow(r pull.Row, met map[moment]int) *reason {
	var d dims
	for name, text := range r.Dims {
		d.set(name, text)
	}
	if why := s.catalogue.check(r.Code, d, r.Value); why != nil {
		return why
	}
	at, grain, err := readPeriod(r.Period)
	if err != nil {
		return because("period", "%v", err)
	}
	x := s.catalogue.byCode[r.Code]
	if grain == realTime {
		k, why := s.find(r.Code, d.key())
		if why == nil {
			s.push(k, at.UnixMilli(), r.Value)
		}
		return why
	}
	if why := x.timely(at, grain, s.now); why != nil {
		return why
	}
	k, why := s.find(r.Code, d.key())
	if why != nil {
		return why
	}
	start := x.Tier.start(at).UnixMilli()
	if first, twice := met[moment{k, start}]; twice {
		return because("twice", "the same series and period stand at item %d already", first)
	}
	met[moment{k, start}] = s.index
	s.entries = append(s.entries, entry{known: k, At: start, Value: r.Value, Period: x.periodic(), index: int32(s.index)}) //nolint:gosec // bounded by RowsMost
	return nil
}
