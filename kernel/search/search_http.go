package search

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
)

type searchInput struct {
	Q      string `query:"q" maxLength:"200" doc:"What to look for"`
	Kind   string `query:"kind" maxLength:"80" doc:"One of the answer's kinds"`
	Limit  int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
	Cursor string `query:"cursor" maxLength:"10" doc:"next_cursor of the page before"`
}

// Found is an object that answers.
type Found struct {
	Object    string    `json:"object" doc:"<room>/<noun>/<id>"`
	Kind      string    `json:"kind"`
	KindTitle lang.Text `json:"kind_title"`
	Title     lang.Text `json:"title"`
	Path      string    `json:"path"`
	Marked    struct {
		ZH []Piece `json:"zh" nullable:"false"`
		EN []Piece `json:"en" nullable:"false"`
	} `json:"marked" doc:"The title with what was asked for marked"`
	Tags    []string `json:"tags" nullable:"false"`
	Excerpt []Piece  `json:"excerpt" nullable:"false"`
}

// KindCount is how many objects of a kind answer.
type KindCount struct {
	Kind  string    `json:"kind"`
	Title lang.Text `json:"title"`
	Count int       `json:"count"`
}

// Answer is one page of what was found.
type Answer struct {
	Items      []Found     `json:"items" nullable:"false"`
	Kinds      []KindCount `json:"kinds" nullable:"false"`
	Total      int         `json:"total"`
	NextCursor string      `json:"next_cursor" doc:"Empty on the last page"`
	All        bool        `json:"all" doc:"The answers hold every word; otherwise most of them"`
	Building   bool        `json:"building,omitempty" doc:"The index is still being built: there may be more"`
}

func (m *Room) search(ctx context.Context, in searchInput) (Answer, error) {
	start := 0
	if in.Cursor != "" {
		n, err := strconv.Atoi(in.Cursor)
		if err != nil || n < 0 || n > maxHits {
			return Answer{}, fault.New(fault.Invalid, "kernel.list.cursor", "the cursor does not belong to this list").At("query.cursor", "start again without a cursor")
		}
		start = n
	}
	id := identity.From(ctx)
	shared, err := m.shared(ctx)
	if err != nil {
		return Answer{}, err
	}
	f := m.index.find(ask{
		text: in.Q, kind: in.Kind, limit: min(maxHits, start+in.Limit), may: id.May, sees: id.Scope.Allows, shared: shared,
	})
	a := Answer{Total: f.total, All: f.all, Building: !m.ready.Load(), Kinds: m.counts(f.kinds)}
	hits := f.hits[min(start, len(f.hits)):]
	if end := start + len(hits); end < f.total && end < maxHits {
		a.NextCursor = strconv.Itoa(end)
	}
	a.Items, err = m.show(ctx, hits, shared, in.Q, false)
	return a, err
}

func (m *Room) counts(kinds map[string]int) []KindCount {
	list := []KindCount{}
	for _, k := range m.kinds() {
		name := k.Room + "/" + k.Noun
		if n := kinds[name]; n > 0 {
			list = append(list, KindCount{name, k.Title, n})
		}
	}
	slices.SortStableFunc(list, func(a, b KindCount) int { return b.Count - a.Count })
	return list
}

// show reads the documents of hits; one that went meanwhile is left out, and so
// is one that the asker may no longer see.
func (m *Room) show(ctx context.Context, hits []hit, shared map[string]bool, q string, typing bool) ([]Found, error) {
	records, err := m.store.some(ctx, hits)
	if err != nil {
		return nil, err
	}
	titles := map[string]lang.Text{}
	for _, k := range m.kinds() {
		titles[k.Room+"/"+k.Noun] = k.Title
	}
	id := identity.From(ctx)
	question := m.index.words.question(q, typing)
	list := []Found{}
	for _, h := range hits {
		r, ok := records[h.key]
		if !ok || r.Removed || !id.May(r.Permission) || !r.City && !shared[h.key] && !slices.ContainsFunc(r.Organisations, id.Scope.Allows) {
			continue
		}
		kind := r.Room + "/" + r.Noun
		f := Found{
			Object: h.key, Kind: kind, KindTitle: titles[kind], Title: r.Title, Path: r.Path, Tags: r.Tags, Excerpt: m.index.words.excerpt(r.Body, question),
		}
		if f.Tags == nil {
			f.Tags = []string{}
		}
		f.Marked.ZH = pieces(r.Title.ZH, m.index.words.marks(r.Title.ZH, question))
		f.Marked.EN = pieces(r.Title.EN, m.index.words.marks(r.Title.EN, question))
		list = append(list, f)
	}
	return list, nil
}

type suggestInput struct {
	Q string `query:"q" maxLength:"200" doc:"The beginning of a question"`
}

type suggestions struct {
	Items []Found `json:"items" nullable:"false"`
}

// suggestionLimit is how many suggestions there are.
const suggestionLimit = 8

func (m *Room) suggest(ctx context.Context, in suggestInput) (suggestions, error) {
	if strings.TrimSpace(in.Q) == "" {
		return suggestions{[]Found{}}, nil
	}
	id := identity.From(ctx)
	shared, err := m.shared(ctx)
	if err != nil {
		return suggestions{}, err
	}
	f := m.index.find(ask{text: in.Q, typing: true, limit: suggestionLimit, may: id.May, sees: id.Scope.Allows, shared: shared})
	items, err := m.show(ctx, f.hits, shared, in.Q, true)
	return suggestions{items}, err
}

type rebuilt struct {
	Documents int `json:"documents"`
}

func (m *Room) rebuild(ctx context.Context, _ struct{}) (rebuilt, error) {
	var out rebuilt
	// What is read is no change by the caller; that they asked for it is recorded by the door.
	ctx = sqldb.Alone(ctx)
	for _, k := range m.kinds() {
		n, err := m.walk(ctx, k)
		out.Documents += n
		if err != nil {
			return out, err
		}
	}
	return out, nil
}
