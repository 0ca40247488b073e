package platforms

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"linghang/kernel/fault"
	"linghang/kernel/files"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sheet"
)

// reasonLongest is how many characters the reason of a correction has.
const reasonLongest = 500

func (m *Module) uploadRoutes() []module.Route {
	return []module.Route{
		{
			Pattern: "POST /{id}/backfill", Permission: "platforms.backfill", MaxBody: maxDecoded,
			Summary: "Send values of a table, CSV or XLSX: ?name= of the file; ?reason= lets values replace earlier ones", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.serveBackfill)),
		},
		{
			Pattern: "POST /{id}/backfill/preview", Permission: "platforms.backfill", MaxBody: maxDecoded, Recorded: "nothing is kept",
			Summary: "Say row by row what a table would change, and keep nothing of it", Handler: httpd.Raw("text/csv", http.HandlerFunc(m.servePreview)),
		},
		{
			Pattern: "GET /{id}/backfill/template", Permission: "platforms.backfill",
			Summary: "A table to fill in with what the platform owes: ?of=month or day, ?period=2026-10, ?format=xlsx or csv", Handler: httpd.Raw("", http.HandlerFunc(m.serveFigures)),
		},
	}
}

// uploadView is what a table would change.
type uploadView struct {
	Rows    []uploadRow    `json:"rows"` // at most uploadShown, those that are wrong first, then changes
	Counts  map[string]int `json:"counts"`
	Current bool           `json:"current"` // the file would show the platform alive
}

// uploadShown is how many rows a preview has.
const uploadShown = 1000

// table is a file that was read.
type table struct {
	rows []uploadRow
	s    submission
}

// readUpload reads a table for a platform, and keeps nothing.
func (m *Module) readUpload(ctx context.Context, p platform, data []byte, reason string) (t table, err error) {
	rows, err := sheet.Open(bytes.NewReader(data))
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	roll, err := m.ledger.rolls.of(ctx, p.ID)
	if err != nil {
		return t, err
	}
	now := time.Now().UTC()
	t.s = newSubmission(p, key{ID: identity.From(ctx).Actor()}, channelCSV, sumOf(append(bytes.Clone(data), reason...)), now)
	sieve := m.catalogue.sieve(p, roll, &marks{}, m.ledger.limit, now)
	list, err := sieve.readTable(rows)
	t.rows = list
	t.s.entries, t.s.Findings, t.s.top = sieve.done()
	t.s.Items, t.s.Period, t.s.Reason, t.s.Sender = len(list), now.In(cityTime()).Format(time.DateOnly), reason, identity.From(ctx).Name
	if reason != "" {
		t.s.Revises = 1
	}
	if err == nil && len(list) == 0 {
		err = fault.New(fault.Invalid, "platforms.upload.empty", "no row of the file has a value").At("body", "fill in the column of values")
	}
	return t, err
}

// declared says what kind of table a request brings; a file without a name is what
// its media type says.
func declared(r *http.Request) (module.Upload, error) {
	return module.Table(r.URL.Query().Get("name"), r.Header.Get("Content-Type"), maxDecoded)
}

func (m *Module) servePreview(w http.ResponseWriter, r *http.Request) {
	v, err := m.preview(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	writeJSON(w, v)
}

func (m *Module) preview(r *http.Request) (uploadView, error) {
	ctx := r.Context()
	v := uploadView{Rows: []uploadRow{}, Counts: map[string]int{rowNew: 0, rowSame: 0, rowChange: 0, rowRefused: 0}}
	p, err := m.platforms.read(ctx, r.PathValue("id"))
	if err != nil {
		return v, err
	}
	_, data, err := files.Table(r, maxDecoded)
	if err != nil {
		return v, err
	}
	t, err := m.readUpload(ctx, p, data, "")
	if err != nil {
		return v, err
	}
	known, err := m.ledger.known(ctx, p.ID, t.s.entries)
	if err != nil {
		return v, err
	}
	compared(t.rows, t.s.entries, known)
	v.Current = t.s.current(m.catalogue)
	for _, outcome := range []string{rowRefused, rowChange, rowNew, rowSame} {
		for _, row := range t.rows {
			if row.Outcome != outcome {
				continue
			}
			if v.Counts[outcome]++; len(v.Rows) < uploadShown {
				v.Rows = append(v.Rows, row)
			}
		}
	}
	return v, nil
}

// serveBackfill takes the values of a table from a person, who is recorded with them.
// Columns: code, period, value and, as needed, unit, industry, district, size, type.
// The parameter reason lets values replace earlier ones.
func (m *Module) serveBackfill(w http.ResponseWriter, r *http.Request) {
	s, err := m.takeTable(r)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	v := viewReceipt(s, false)
	if s.Rejected > 0 {
		httpd.Refuse(w, r, partial(s, v))
		return
	}
	writeJSON(w, v)
}

func (m *Module) takeTable(r *http.Request) (submission, error) {
	ctx, query := r.Context(), r.URL.Query()
	p, err := m.platforms.read(ctx, r.PathValue("id"))
	if err != nil {
		return submission{}, err
	}
	why := strings.TrimSpace(query.Get("reason"))
	if query.Get("revises") == "true" && why == "" || utf8.RuneCountInString(why) > reasonLongest {
		return submission{}, fault.New(fault.Invalid, "platforms.upload.reason", "say in at most %d characters why figures are corrected", reasonLongest).At("query.reason", "say why figures are corrected")
	}
	u, err := declared(r)
	if err != nil {
		return submission{}, err
	}
	sent, err := m.kit.Files.Take(ctx, u, r.Body)
	if err != nil {
		return submission{}, err
	}
	file, err := m.kit.Blobs.Get(ctx, sent.SHA256)
	if err != nil {
		return submission{}, err
	}
	defer file.Close()            //nolint:errcheck // it was only read
	data, err := io.ReadAll(file) // before the roll is held
	if err != nil {
		return submission{}, fmt.Errorf("read file: %w", err)
	}
	t, err := m.readUpload(ctx, p, data, why)
	if err != nil {
		return t.s, err
	}
	s := t.s
	if len(s.entries) == 0 {
		s.Rejected = s.Items
		m.count(s)
		return s, nil
	}
	if s, err = m.ledger.record(ctx, p, s); err != nil {
		return s, err
	}
	m.projector.nudge()
	m.kit.Notify(topicList, p.ID, p.Operator.ID)
	m.count(s)
	return s, nil
}

// serveFigures sends a table to fill in: what the platform owes for a period, with the
// names and units of the indicators, and the cells of values empty.
func (m *Module) serveFigures(w http.ResponseWriter, r *http.Request) {
	ctx, query := r.Context(), r.URL.Query()
	p, err := m.platforms.read(ctx, r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	t := monthly
	if query.Get("of") == "day" {
		t = daily
	}
	period, err := templatePeriod(t, query.Get("period"), time.Now().UTC())
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	values, err := m.ledger.values(ctx, p.ID)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	head, rows := filled(m.catalogue.templateRows(values, t), period, httpd.Language(r))
	name := p.Code + "-" + period
	if query.Get("format") == "csv" {
		httpd.ServeCSV(w, name+".csv", append([][]string{head}, rows...)...)
		return
	}
	cells := func(yield func([]any, error) bool) {
		for _, row := range rows {
			line := make([]any, len(row))
			for i, cell := range row {
				line[i] = cell
			}
			if !yield(line, nil) {
				return
			}
		}
	}
	httpd.ServeWorkbook(w, name+".xlsx", httpd.Sheet{Name: period, Titles: head, Widths: []float64{20, 44, 12, 12, 10, 10, 10, 10, 16}, Rows: cells})
}

// filled are the cells of a template; no text in them is taken for a formula.
func filled(list []templateRow, period, language string) (head []string, rows [][]string) {
	for _, c := range uploadColumns() {
		head = append(head, c.title.In(language))
	}
	for _, x := range list {
		row := []string{x.indicator.Code, x.indicator.Title.ZH + " " + x.indicator.Title.EN, x.indicator.Unit.In(language), period, x.dims.Industry, x.dims.District, x.dims.Size, x.dims.Type, ""}
		for i := range row {
			row[i] = httpd.CSVCell(row[i])
		}
		rows = append(rows, row)
	}
	return head, rows
}
