package baseline

import (
	"strconv"
	"time"

	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/detection"
)

// heard is a way in which two spoke, in what came at once.
type heard struct {
	Way
	first, last time.Time
	units       int64
	records     []string
}

// sum sums what came up by way. unsure are units whose direction is a guess.
func sum(s detection.Seen) (list []heard, unsure int64) {
	place := map[Way]int{}
	add := func(w Way, first, last time.Time, units int64, record string) {
		if w.Client == "" || w.Server == "" || !tells(w.Class) {
			return
		}
		i, known := place[w]
		if !known {
			i = len(list)
			place[w] = i
			list = append(list, heard{Way: w, first: first, last: last})
		}
		h := &list[i]
		if first.Before(h.first) {
			h.first = first
		}
		if last.After(h.last) {
			h.last = last
		}
		h.units += units
		if record != "" {
			h.records = append(h.records, record)
		}
	}
	for _, e := range s.Events {
		r := e.Record
		w := Way{e.Client, e.Server, r.Protocol, e.Port, int64(r.Unit), r.Class, r.Function}
		switch {
		case r.Why == nil || r.Why[0] == batch.WhyCorrected || r.Protocol == "":
		case e.Sure():
			add(w, e.At, e.At, 0, e.ID) // its units are counted in the aggregates
		}
	}
	for _, t := range s.Talks {
		if t.Guess {
			unsure += t.Units
			continue
		}
		add(Way{t.Client, t.Server, t.Protocol, int(t.Port), int64(t.Unit), t.Class, t.Function}, t.First, t.Last, t.Units, "")
	}
	return list, unsure
}

// found is how a way deviates.
func (h heard) found(b Baseline, e *edition, r detection.Rule) detection.Finding {
	words := map[string]string{
		"client": h.Client, "server": h.Server, "protocol": h.Protocol, "function": h.Function, "unit": strconv.FormatInt(h.Unit, 10), "class": h.Class, "edition": strconv.FormatInt(e.number, 10), "baseline": b.Name,
	}
	count := max(len(h.records), 1)
	f := detection.Finding{
		Rule: r, Client: h.Client, Server: h.Server, Unit: words["unit"], First: h.first, Last: h.last, Count: count, Records: h.records, Why: r.Sentence(words),
		Reasons: []detection.Reason{
			{Field: "baseline", Value: b.Name},
			{Field: "edition", Value: words["edition"]},
			{Field: "protocol", Value: h.Protocol},
			{Field: "port", Value: strconv.Itoa(h.Port)},
			{Field: "unit", Value: words["unit"]},
			{Field: "class", Value: h.Class},
			{Field: "function", Value: h.Function},
		},
	}
	if len(h.records) == 0 {
		f.Reasons = append(f.Reasons, detection.Reason{Field: "units", Value: strconv.FormatInt(h.units, 10)})
	}
	return f
}
