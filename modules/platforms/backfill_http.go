package platforms

import (
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/audit"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
)

// serveBackfill takes values of the past as CSV from a person, who is recorded
// with them. Columns: code, period, value and, as needed, industry, district,
// size, type. The parameter revises=true lets values replace earlier ones.
func (m *Module) serveBackfill(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	p, err := m.platforms.read(ctx, r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "text/csv" {
		httpd.Refuse(w, r, fault.New(fault.Unsupported, "platforms.body.type", "back-fill is text/csv"))
		return
	}
	sent, err := m.kit.Files.Take(ctx, module.Upload{Name: cmp.Or(r.URL.Query().Get("name"), "backfill.csv"), Declared: "text/csv", Limit: maxDecoded}, r.Body)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	file, err := m.kit.Blobs.Get(ctx, sent.SHA256)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	defer file.Close() //nolint:errcheck // it was only read
	now := time.Now().UTC()
	entries, findings, items, err := m.catalogue.readCSV(file, now)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	s := newSubmission(p, key{ID: identity.From(ctx).Actor()}, channelCSV, audit.NewEntry(ctx, "", "", "").ID, now)
	s.entries, s.Findings, s.Items, s.Period = entries, findings, items, now.In(cityTime()).Format("2006-01-02")
	if r.URL.Query().Get("revises") == "true" {
		s.Revises = 1
	}
	if len(entries) > 0 {
		if s, err = m.ledger.record(ctx, s); err != nil {
			httpd.Refuse(w, r, err)
			return
		}
		m.projector.nudge()
		m.kit.Notify(topicList, p.ID, p.Operator.ID)
	} else {
		s.Rejected = items
	}
	m.count(s)
	v := viewReceipt(s, false)
	if s.Rejected > 0 {
		httpd.Refuse(w, r, partial(s, v))
		return
	}
	writeJSON(w, v)
}

// readCSV reads back-fill rows. A row that is wrong is a finding; a file that
// cannot be read at all is an error.
func (c *catalogue) readCSV(body io.Reader, now time.Time) (entries []entry, findings []finding, items int, err error) {
	reader := csv.NewReader(body)
	reader.ReuseRecord = true
	header, err := reader.Read()
	if err != nil {
		return nil, nil, 0, badCSV(err)
	}
	header = slices.Clone(header)
	for i := range header {
		header[i] = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(header[i])), "\ufeff")
	}
	for _, need := range []string{"code", "period", "value"} {
		if !slices.Contains(header, need) {
			return nil, nil, 0, fault.New(fault.Invalid, "platforms.csv.column", "the column %s is missing", need).With("column", need).
				At("body[0]", "the first row names the columns: code,period,value,industry,district,size,type")
		}
	}
	for row := 1; ; row++ {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return entries, findings, items, nil
		}
		if err != nil {
			return nil, nil, 0, badCSV(err)
		}
		if items++; items > maxItems {
			return nil, nil, 0, fault.New(fault.TooLarge, "platforms.csv.rows", "more than %d rows", maxItems).With("limit", maxItems)
		}
		e, why := c.readRow(header, record, now)
		if why != nil {
			findings = append(findings, finding{row, e.Code, why.Key, why.Message})
			continue
		}
		e.index = row
		entries = append(entries, e)
	}
}

func badCSV(err error) error {
	return fault.New(fault.BadRequest, "platforms.csv.unreadable", "the file is not CSV: %v", err).At("body", "save it as CSV in UTF-8")
}

func (c *catalogue) readRow(header, record []string, now time.Time) (entry, *reason) {
	var e entry
	var d dims
	var at time.Time
	grain := tier("")
	for i, name := range header {
		text := strings.TrimSpace(record[i])
		switch name {
		case "code":
			e.Code = text
		case "value":
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return e, because("number", "%.40q is no number", text)
			}
			e.Value = v
		case "period":
			var err error
			if at, grain, err = readPeriod(text); err != nil {
				return e, because("period", "%v", err)
			}
		default:
			if text != "" && !d.set(name, text) {
				return e, because("label", "the column %.40q is no dimension of the catalogue", name)
			}
		}
	}
	if why := c.check(e.Code, d, e.Value); why != nil {
		return e, why
	}
	x := c.byCode[e.Code]
	if why := x.timely(at, grain, now); why != nil {
		return e, why
	}
	e.Dims, e.At, e.Period = d.key(), x.Tier.start(at).UnixMilli(), x.periodic()
	return e, nil
}
