package pull

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// deepest is how deep a document may be: paths are followed by recursion.
const deepest = 64

// reading follows the paths of a table through one document.
type reading struct {
	gathered
	table    *Table
	document any
	paths    map[string]Path
	moment   Moment
}

// ReadDocument reads the rows of a JSON document. It never returns rows together
// with faults that concern the whole.
func ReadDocument(body []byte, t *Table, m Moment) ([]Row, []Fault) {
	r := &reading{table: t, paths: map[string]Path{}, moment: m}
	document, err := decode(body)
	if err != nil {
		return nil, []Fault{{Field: "url", Code: FaultDocument, Found: cut(err.Error())}}
	}
	r.document = document
	rows := r.path(t.Rows).find(document, nil)
	switch {
	case len(rows) == 0:
		return nil, []Fault{{Field: "table.rows", Path: t.Rows, Code: FaultRows, Found: kindOf(document)}}
	case len(rows)*len(t.Values) > RowsMost:
		return nil, []Fault{{Field: "table.rows", Path: t.Rows, Code: FaultMany, Found: strconv.Itoa(len(rows) * len(t.Values))}}
	}
	for i, row := range rows {
		r.row(fmt.Sprintf("%s #%d", t.Rows, i+1), row)
	}
	return r.rows, r.faults
}

func (r *reading) path(text string) Path {
	p, ok := r.paths[text]
	if !ok {
		p, _ = ParsePath(text) // checked before
		if p.path == nil {
			p, _ = ParsePath("$['\u0000']")
		}
		r.paths[text] = p
	}
	return p
}

func (r *reading) row(origin string, row any) {
	period, ok := r.period(origin, row)
	if !ok {
		return
	}
	var dims map[string]string
	for _, name := range Dimensions() {
		path := r.table.Dims[name]
		if path == "" {
			continue
		}
		text, ok := r.text(origin, "table.dims."+name, path, row)
		if !ok {
			return
		}
		if dims == nil {
			dims = map[string]string{}
		}
		if text != "" {
			dims[name] = text
		}
	}
	for i, v := range r.table.Values {
		r.value(origin, "table.values["+strconv.Itoa(i)+"]", v, Row{Origin: origin, Dims: dims, Period: period}, row)
	}
}

func (r *reading) value(origin, field string, v Value, out Row, row any) {
	out.Code = v.Code
	if strings.HasPrefix(v.Code, "@") {
		code, ok := r.text(origin, field+".code", v.Code, row)
		if !ok {
			return
		}
		out.Code = code
	}
	node, ok := r.one(origin, field+".path", v.Path, row)
	if !ok {
		return
	}
	var text string
	switch n := node.(type) {
	case json.Number:
		text = n.String()
	case string:
		text = strings.TrimSpace(n)
	default:
		r.fault(Fault{origin, field + ".path", v.Path, FaultKind, shown(node)})
		return
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		r.fault(Fault{origin, field + ".path", v.Path, FaultNumber, shown(node)})
		return
	}
	out.Value = scaled(number, v.Factor)
	r.add(out, field, CombineNone)
}

// one finds the one node of a path.
func (r *reading) one(origin, field, path string, row any) (any, bool) {
	switch nodes := r.path(path).find(r.document, row); {
	case len(nodes) == 0:
		r.fault(Fault{origin, field, path, FaultMissing, shown(row)})
	case len(nodes) > 1:
		r.fault(Fault{origin, field, path, FaultSeveral, strconv.Itoa(len(nodes))})
	case nodes[0] == nil:
		r.fault(Fault{origin, field, path, FaultMissing, "null"})
	default:
		return nodes[0], true
	}
	return nil, false
}

// text finds a text, or a number as it is written.
func (r *reading) text(origin, field, path string, row any) (string, bool) {
	node, ok := r.one(origin, field, path, row)
	if !ok {
		return "", false
	}
	switch n := node.(type) {
	case string:
		return strings.TrimSpace(n), true
	case json.Number:
		return n.String(), true
	}
	r.fault(Fault{origin, field, path, FaultKind, shown(node)})
	return "", false
}

func (r *reading) period(origin string, row any) (string, bool) {
	if r.table.Period == "" {
		return r.moment.Period, true
	}
	text, ok := r.text(origin, "table.period", r.table.Period, row)
	if !ok {
		return "", false
	}
	period, err := readPeriod(text, r.table.Format)
	if err != nil {
		r.fault(Fault{origin, "table.period", r.table.Period, FaultPeriod, cut(strconv.Quote(text))})
		return "", false
	}
	return period, true
}

// readPeriod writes a period as reports do: a time, a day or a month.
func readPeriod(text, format string) (string, error) {
	in := func(layout, out string) (string, error) {
		at, err := time.ParseInLocation(layout, text, CityTime())
		if err != nil {
			return "", fmt.Errorf("read period: %w", err)
		}
		return at.Format(out), nil
	}
	switch format {
	case "datetime":
		return in(time.DateTime, time.RFC3339)
	case "date8":
		return in("20060102", time.DateOnly)
	case "month6":
		return in("200601", "2006-01")
	case "unix", "unix_ms":
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || n != n || n < 0 || n > 1e14 {
			return "", errPeriod
		}
		if format == "unix" {
			n *= 1000
		}
		at := time.UnixMilli(int64(n)).In(CityTime())
		if at.Year() > 9999 {
			return "", errPeriod
		}
		return at.Format(time.RFC3339Nano), nil
	}
	for _, f := range [][2]string{{time.RFC3339, time.RFC3339Nano}, {time.DateOnly, time.DateOnly}, {"2006-01", "2006-01"}} {
		if period, err := in(f[0], f[1]); err == nil {
			return period, nil
		}
	}
	return "", errPeriod
}

var errPeriod = errors.New("no period")

// decode reads a document whose numbers stay as they are written.
func decode(body []byte) (any, error) {
	if err := shallow(body); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	dec.UseNumber()
	var document any
	if err := dec.Decode(&document); err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more behind the document")
	}
	return document, nil
}

// shallow refuses what is deeper than is read, before anything is made of it.
func shallow(body []byte) error {
	depth, text := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '[' || c == '{':
			if depth++; depth > deepest {
				return fmt.Errorf("deeper than %d levels", deepest)
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return nil
}

func kindOf(node any) string {
	switch n := node.(type) {
	case nil:
		return "null"
	case []any:
		return fmt.Sprintf("array of %d", len(n))
	case map[string]any:
		return fmt.Sprintf("object of %d", len(n))
	case string:
		return "text"
	case bool:
		return "truth value"
	}
	return "number"
}

// shown writes a node as it stands in the document, short.
func shown(node any) string {
	switch n := node.(type) {
	case []any:
		if len(n) > 20 {
			return kindOf(node)
		}
	case map[string]any:
		if len(n) > 20 {
			return kindOf(node)
		}
	case string:
		return strconv.Quote(cut(n))
	}
	text, err := json.Marshal(node)
	if err != nil {
		return kindOf(node)
	}
	return cut(string(text))
}

func formatFloat(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
