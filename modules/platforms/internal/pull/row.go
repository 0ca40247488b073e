package pull

import (
	"math"
	"slices"
	"strings"
	"time"
)

// Row is a value as a source tells it.
type Row struct {
	Origin string            `json:"origin" doc:"Where it stands: a row of the document, or a series"`
	Code   string            `json:"code"`
	Dims   map[string]string `json:"dims,omitempty"`
	Period string            `json:"period"`
	Value  float64           `json:"value"`
}

// Faults of mappings.
const (
	FaultDocument  = "document"  // it is not the format that it should be
	FaultRows      = "rows"      // there are no rows
	FaultMetric    = "metric"    // there is no such series
	FaultMissing   = "missing"   // the path finds nothing
	FaultSeveral   = "several"   // the path finds more than one node
	FaultKind      = "kind"      // what it finds is no number or text
	FaultNumber    = "number"    // the text is no number
	FaultPeriod    = "period"    // the text is no period in the format
	FaultDuplicate = "duplicate" // another row has the same series and period
	FaultMany      = "many"      // more rows than are taken
	FaultColumn    = "column"    // a column that means nothing, or is there twice
)

// Fault says what is wrong with a row under a mapping.
type Fault struct {
	Origin string `json:"origin,omitempty" doc:"The row; empty for the whole"`
	Field  string `json:"field" doc:"Of the mapping, as table.period or rules[0]"`
	Path   string `json:"path,omitempty" doc:"That was followed"`
	Code   string `json:"code" enum:"document,rows,metric,missing,several,kind,number,period,duplicate,many,column"`
	Found  string `json:"found,omitempty" doc:"What was there"`
}

// faultsMost are told at once.
const faultsMost = 50

// Moment is what a source is asked about.
type Moment struct {
	At     time.Time // of the answer
	Period string    // of values that do not say theirs
}

// gathered are rows on their way, each series and period once.
type gathered struct {
	rows   []Row
	faults []Fault
	more   int
	places map[string]int
}

func (g *gathered) fault(f Fault) {
	if len(g.faults) >= faultsMost {
		g.more++
		return
	}
	g.faults = append(g.faults, f)
}

// add takes a row; combine says what becomes of several.
func (g *gathered) add(r Row, field, combine string) {
	if math.IsNaN(r.Value) || math.IsInf(r.Value, 0) {
		g.fault(Fault{r.Origin, field, "", FaultNumber, "NaN or infinite"})
		return
	}
	if g.places == nil {
		g.places = map[string]int{}
	}
	key := r.key()
	at, twice := g.places[key]
	switch {
	case !twice:
		g.places[key] = len(g.rows)
		g.rows = append(g.rows, r)
	case combine == CombineSum:
		g.rows[at].Value += r.Value
	case combine == CombineMax:
		g.rows[at].Value = max(g.rows[at].Value, r.Value)
	default:
		g.fault(Fault{r.Origin, field, "", FaultDuplicate, g.rows[at].Origin})
	}
}

func (r Row) key() string {
	var b strings.Builder
	b.WriteString(r.Code + "\x00" + r.Period)
	for _, d := range Dimensions() {
		b.WriteString("\x00" + r.Dims[d])
	}
	return b.String()
}

// Content is what rows say, in one order: the same values have the same content.
func Content(rows []Row) string {
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = r.key() + "\x00" + formatFloat(r.Value)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func cut(text string) string {
	if runes := []rune(text); len(runes) > 80 {
		return string(runes[:79]) + "…"
	}
	return text
}
