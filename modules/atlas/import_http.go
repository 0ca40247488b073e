package atlas

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/files"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sheet"
)

// maxImport bounds a file, in octets.
const maxImport = 16 << 20

func (m *Module) importRoutes() []module.Route {
	raw := func(h http.HandlerFunc) httpd.Handler { return httpd.Raw("text/csv", h) }
	return []module.Route{
		{Pattern: "POST /chains/reading", Permission: "atlas.propose", MaxBody: maxImport, Recorded: "nothing is kept", Summary: "What chain a file holds, as CSV, XLSX or Turtle: ?name= of the file", Handler: raw(m.readChainFile)},
		{Pattern: "POST /import/{what}/preview", Permission: "atlas.edit", MaxBody: maxImport, Recorded: "nothing is kept", Summary: "What a file of outside enterprises or of relations would bring: ?name= of the file", Handler: raw(m.previewImport)},
		{Pattern: "POST /import/{what}", Permission: "atlas.edit", MaxBody: maxImport, Stream: true, Summary: "Take over a file of outside enterprises or of relations, all or none: ?name= of the file", Handler: raw(m.takeImport)},
	}
}

// readingView is a chain as a file has it.
type readingView struct {
	Content Content         `json:"content"`
	Wrong   []sheet.Finding `json:"wrong"`
}

func (m *Module) readChainFile(w http.ResponseWriter, r *http.Request) {
	v, err := readingOf(r)
	httpd.Answer(w, r, http.StatusOK, v, err)
}

func readingOf(r *http.Request) (v readingView, err error) {
	if name := strings.ToLower(r.URL.Query().Get("name")); strings.HasSuffix(name, ".ttl") {
		data, err := io.ReadAll(r.Body)
		if err != nil {
			return v, fmt.Errorf("receive file: %w", err)
		}
		v.Content, err = fromTurtle(data)
		v.Wrong = []sheet.Finding{}
		return v, err
	}
	rows, err := files.Rows(r, maxImport)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	v.Content, v.Wrong, err = readChain(rows)
	if v.Wrong == nil {
		v.Wrong = []sheet.Finding{}
	}
	if err == nil && len(v.Wrong) == 0 {
		err = v.Content.tidy().check()
	}
	return v, err
}

// importView is what a file brings, or brought.
type importView struct {
	Nodes int             `json:"nodes"`
	Edges int             `json:"edges"`
	Wrong []sheet.Finding `json:"wrong" doc:"With any, nothing is taken over"`
	First []Hop           `json:"first" doc:"The first edges"`
	Done  bool            `json:"done"`
}

func (m *Module) previewImport(w http.ResponseWriter, r *http.Request) {
	v, _, err := m.readImport(r)
	httpd.Answer(w, r, http.StatusOK, v, err)
}

func (m *Module) takeImport(w http.ResponseWriter, r *http.Request) {
	v, a, err := m.readImport(r)
	if err == nil && len(v.Wrong) > 0 {
		err = fault.New(fault.Invalid, "atlas.import.rows", "%d rows are wrong, the first in line %d: %s; nothing was taken over", len(v.Wrong), v.Wrong[0].Line, v.Wrong[0].Why.EN).
			With("count", len(v.Wrong)).With("rows", v.Wrong)
	}
	if err == nil {
		err = m.elements.takeAll(r.Context(), a.told, a.now)
		v.Done = err == nil
		m.kit.Notify(topicGraph, "", "")
	}
	httpd.Answer(w, r, http.StatusOK, v, err)
}

func (m *Module) readImport(r *http.Request) (v importView, a *arrival, err error) {
	ctx := r.Context()
	v = importView{Wrong: []sheet.Finding{}, First: []Hop{}}
	if err := bureauOnly(ctx); err != nil {
		return v, nil, err
	}
	what := r.PathValue("what")
	columns := map[string][]column{fileOutside: outsideTable(), fileRelations: relationTable()}[what]
	if columns == nil {
		return v, nil, fault.New(fault.NotFound, "kernel.not_found", "a file is of outside or of relations")
	}
	rows, err := files.Rows(r, maxImport)
	if err != nil {
		return v, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	list, err := readTable(rows, columns)
	if err != nil {
		return v, nil, err
	}
	c, err := m.memory.now(ctx)
	if err != nil {
		return v, nil, err
	}
	id := identity.From(ctx)
	a = newArrival(c, author{id.Actor(), id.Name}, time.Now().UTC().Truncate(time.Millisecond))
	if what == fileOutside {
		a.outside(list)
	} else {
		a.relations(list)
	}
	v.Wrong = append(v.Wrong, a.wrong...)
	for _, t := range a.told {
		v.Nodes += len(t.nodes)
		v.Edges += len(t.edges)
		for _, e := range t.edges {
			if len(v.First) < 20 {
				v.First = append(v.First, a.hop(t, e))
			}
		}
	}
	return v, a, nil
}

// hop is an edge of a file, whose ends the graph may not have yet.
func (a *arrival) hop(t told, e Edge) Hop {
	h := a.city.said(e)
	h.ValidFrom = a.city.day
	for _, n := range t.nodes {
		for _, end := range []*NodeRef{&h.From, &h.To} {
			if end.ID == n.ID {
				*end = NodeRef{ID: n.ID, Kind: n.Kind, ZH: n.Name.ZH, EN: n.Name.EN}
			}
		}
	}
	return h
}
