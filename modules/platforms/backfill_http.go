package platforms

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
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
	body, err := io.ReadAll(file) // before the roll is held
	if err != nil {
		httpd.Refuse(w, r, fmt.Errorf("read file: %w", err))
		return
	}
	roll, err := m.ledger.rolls.of(ctx, p.ID)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	sieve := m.catalogue.sieve(p, roll, &marks{}, m.ledger.limit, now)
	items, err := sieve.readCSV(bytes.NewReader(body))
	entries, findings, top := sieve.done()
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	s := newSubmission(p, key{ID: identity.From(ctx).Actor()}, channelCSV, audit.NewEntry(ctx, "", "", "").ID, now)
	s.entries, s.Findings, s.top, s.Items, s.Period = entries, findings, top, items, now.In(cityTime()).Format("2006-01-02")
	if r.URL.Query().Get("revises") == "true" {
		s.Revises = 1
	}
	if len(entries) > 0 {
		if s, err = m.ledger.record(ctx, p, s); err != nil {
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
func (s *sieve) readCSV(body io.Reader) (items int, err error) {
	reader := csv.NewReader(body)
	reader.ReuseRecord = true
	header, err := reader.Read()
	if err != nil {
		return 0, badCSV(err)
	}
	header = slices.Clone(header)
	for i := range header {
		header[i] = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(header[i])), "\ufeff")
	}
	for _, need := range []string{"code", "period", "value"} {
		if !slices.Contains(header, need) {
			return 0, fault.New(fault.Invalid, "platforms.csv.column", "the column %s is missing", need).With("column", need).
				At("body[0]", "the first row names the columns: code,period,value,industry,district,size,type")
		}
	}
	for row := 1; ; row++ {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return items, nil
		}
		if err != nil {
			return 0, badCSV(err)
		}
		if items++; items > maxItems {
			return 0, fault.New(fault.TooLarge, "platforms.csv.rows", "more than %d rows", maxItems).With("limit", maxItems)
		}
		s.index = row
		e, code, why := s.readRow(header, record)
		if why != nil {
			s.refuse(code, why)
			continue
		}
		s.entries = append(s.entries, e)
	}
}

func badCSV(err error) error {
	return fault.New(fault.BadRequest, "platforms.csv.unreadable", "the file is not CSV: %v", err).At("body", "save it as CSV in UTF-8")
}

func (s *sieve) readRow(header, record []string) (e entry, code string, why *reason) {
	var d dims
	var at time.Time
	grain := tier("")
	for i, name := range header {
		text := strings.TrimSpace(record[i])
		switch name {
		case "code":
			code = text
		case "value":
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return e, code, because("number", "%.40q is no number", text)
			}
			e.Value = v
		case "period":
			var err error
			if at, grain, err = readPeriod(text); err != nil {
				return e, code, because("period", "%v", err)
			}
		default:
			if text != "" && !d.set(name, text) {
				return e, code, because("label", "the column %.40q is no dimension of the catalogue", name)
			}
		}
	}
	if why := s.catalogue.check(code, d, e.Value); why != nil {
		return e, code, why
	}
	x := s.catalogue.byCode[code]
	if why := x.timely(at, grain, s.now); why != nil {
		return e, code, why
	}
	e.known, why = s.find(code, d.key())
	e.At, e.Period, e.index = x.Tier.start(at).UnixMilli(), x.periodic(), int32(s.index) //nolint:gosec // bounded by maxItems
	return e, code, why
}
