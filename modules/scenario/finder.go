package scenario

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"linghang/kernel/lang"
	"linghang/lib/match"
	"linghang/lib/match/index"
	"linghang/lib/match/latent"
	"linghang/lib/match/text"
	"linghang/lib/match/trade"
)

// The columns of the index beside the axes.
const (
	columnID       = "id"
	columnStatus   = "status"
	columnSeen     = "seen"
	columnOwner    = "owner"
	columnProvider = "provider"
	columnApp      = "app"
	columnYear     = "year"
	columnQuarter  = "quarter"

	everyone  = "*" // of columnSeen
	forBureau = "bureau"
)

// CatalogueRow is a scenario as lists show it.
type CatalogueRow struct {
	ID           string     `json:"id"`
	Title        lang.Text  `json:"title" title:"场景|Scenario"`
	Summary      lang.Text  `json:"summary" title:"简介|Summary"`
	Status       string     `json:"status" enum:"draft,review,published,withdrawn" title:"状态|Status"`
	Number       int        `json:"number" doc:"Of the version that is shown" title:"版本|Version"`
	Owner        lang.Text  `json:"owner" title:"归属单位|Owner"`
	OwnerID      string     `json:"owner_id" doc:"Empty: the city"`
	Industries   []string   `json:"industries" nullable:"false" title:"行业|Industries"`
	Stages       []string   `json:"stages" nullable:"false" title:"业务环节|Stages"`
	Modes        []string   `json:"modes" nullable:"false" title:"新模式|Modes"`
	Links        []string   `json:"links" nullable:"false" title:"十六场景|Of the sixteen scenarios"`
	Technologies []string   `json:"technologies" nullable:"false" title:"技术|Technologies"`
	Values       []string   `json:"values" nullable:"false" title:"价值|Values"`
	Maturity     string     `json:"maturity" title:"成熟度|Maturity"`
	CostFrom     *float64   `json:"cost_from,omitempty" doc:"In 10 000 CNY" title:"投入下限（万元）|Cost from (10 000 CNY)"`
	CostTo       *float64   `json:"cost_to,omitempty" doc:"In 10 000 CNY" title:"投入上限（万元）|Cost to (10 000 CNY)"`
	Effects      int        `json:"effects" doc:"Figures of effect" title:"成效指标数|Figures of effect"`
	Providers    int        `json:"providers" title:"服务商数|Providers"`
	PublishedAt  *time.Time `json:"published_at,omitempty" doc:"When its first version was published" title:"首次发布|First published"`
	UpdatedAt    time.Time  `json:"updated_at" title:"更新时间|Updated"`
	Picture      string     `json:"picture" doc:"ID of its first picture"`
	Synthetic    bool       `json:"synthetic" title:"合成数据|Synthetic"`
	Parts        []Part     `json:"parts,omitempty" doc:"Of a search: a piece of the text, with what was found"`
	Score        float64    `json:"score" doc:"Of a search, above 0"`
}

// Part is a piece of a text.
type Part struct {
	Text string `json:"text"`
	Hit  bool   `json:"hit,omitempty"`
}

// rowOf is how lists show a scenario.
func rowOf(r read) CatalogueRow {
	c := r.Content
	row := CatalogueRow{
		ID: r.ID, Title: c.Title, Summary: c.Summary, Status: r.Scenario.Status, Number: r.Number, Owner: r.Owner, OwnerID: r.OrganisationID, Industries: c.Industries, Stages: c.Stages, Modes: c.Modes,
		Links: c.Links, Technologies: c.Technologies, Values: c.Values, Maturity: c.Maturity, Effects: len(c.Effects), Providers: len(c.Providers), UpdatedAt: r.UpdatedAt, Synthetic: r.Synthetic,
	}
	if c.Cost != nil {
		row.CostFrom, row.CostTo = &c.Cost.From, &c.Cost.To
	}
	if !r.FirstPublished.IsZero() {
		row.PublishedAt = &r.FirstPublished
	}
	if len(c.Pictures) > 0 {
		row.Picture = c.Pictures[0].ID
	}
	return row
}

// kept is what the finder keeps of a scenario.
type kept struct {
	row      CatalogueRow
	texts    map[string]string
	paths    []string // of the taxonomy, for likeness
	position int64    // of its last change
}

// finder searches scenarios in memory. What it has follows the tables: before each
// question it reads what changed since the last.
type finder struct {
	from     source
	taxonomy *Taxonomy
	meaning  *latent.Corpus // of what is published

	mu    sync.Mutex // of who brings it up to date
	at    int64
	ready sync.RWMutex // of rows
	rows  map[string]kept
	index *index.Index
}

// source is where the finder reads what changed.
type source interface {
	newest(ctx context.Context) (int64, error)
	since(ctx context.Context, after int64, do func(read) error) error
	gone(ctx context.Context, after int64) ([]string, error)
}

func newFinder(from source, t *Taxonomy, known func() *latent.Model) (*finder, error) {
	terms, err := trade.Terms()
	if err != nil {
		return nil, fmt.Errorf("read trade terms: %w", err)
	}
	schema := index.Schema{Fields: []index.Field{{Name: "title", Weight: 4, Spelled: true}, {Name: "tags", Weight: 2}, {Name: "summary", Weight: 2}, {Name: "text", Weight: 1}}}
	for _, name := range slices.Concat([]string{columnID, columnStatus, columnSeen, columnOwner, columnProvider, columnApp, columnYear, columnQuarter}, axes()) {
		schema.Columns = append(schema.Columns, index.Column{Name: name})
	}
	analyser := text.New(terms)
	x, err := index.New(schema, analyser, index.Options{MaxDocuments: 100_000, MaxWords: 128})
	if err != nil {
		return nil, fmt.Errorf("make the index of scenarios: %w", err)
	}
	meaning := latent.NewCorpus(analyser, latent.CorpusOptions{Options: latent.Options{Seed: 1}, Model: known})
	return &finder{from: from, taxonomy: t, meaning: meaning, rows: map[string]kept{}, index: x}, nil
}

// follow brings the index up to date.
func (f *finder) follow(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	newest, err := f.from.newest(ctx)
	if err != nil || newest == f.at {
		return err
	}
	var change index.Change
	fresh, at := map[string]kept{}, f.at
	err = f.from.since(ctx, f.at, func(r read) error {
		k := f.keep(r)
		fresh[r.ID], at = k, max(at, r.position)
		change.Put = append(change.Put, f.entry(r, k))
		return nil
	})
	if err != nil {
		return err
	}
	if change.Remove, err = f.from.gone(ctx, f.at); err != nil {
		return err
	}
	if err := f.index.Apply(ctx, change); err != nil {
		return fmt.Errorf("take scenarios into the index: %w", err)
	}
	if err := f.meaning.Put(ctx, said(fresh)); err != nil {
		return fmt.Errorf("take scenarios into the space of meanings: %w", err)
	}
	f.ready.Lock()
	defer f.ready.Unlock()
	maps.Copy(f.rows, fresh)
	for _, id := range change.Remove {
		delete(f.rows, id)
	}
	f.at = max(at, newest)
	return nil
}

func (f *finder) keep(r read) kept {
	c := r.Content
	var tags, paths []string
	for _, axis := range axes() {
		for _, code := range c.classes(axis) {
			title := f.taxonomy.title(axis, code)
			tags = append(tags, title.ZH, title.EN)
			if axis != axisMaturity { // how ripe two are does not make them alike
				paths = append(paths, axis+"/"+code)
			}
		}
	}
	for _, p := range c.Providers {
		tags = append(tags, p.Name.ZH, p.Name.EN)
	}
	tags = slices.Concat(tags, c.Apps, c.Standards, []string{r.Owner.ZH, r.Owner.EN})
	both := func(t lang.Text) string {
		if t.EN == t.ZH {
			return t.ZH
		}
		return strings.TrimSpace(t.ZH + "\n" + t.EN)
	}
	return kept{rowOf(r), map[string]string{"title": both(c.Title), "tags": strings.Join(tags, "\n"), "summary": both(c.Summary), "text": both(c.Text)}, paths, r.position}
}

func (f *finder) entry(r read, k kept) index.Document {
	words := map[string][]string{columnID: {r.ID}, columnStatus: {r.Scenario.Status}, columnSeen: {forBureau}}
	if r.Current > 0 {
		words[columnSeen] = []string{everyone}
	} else if r.OrganisationID != "" {
		words[columnSeen] = append(words[columnSeen], r.OrganisationID)
	}
	if r.OrganisationID != "" {
		words[columnOwner] = []string{r.OrganisationID}
	}
	if y := yearOf(r.FirstPublished); y > 0 {
		words[columnYear], words[columnQuarter] = []string{strconv.Itoa(y)}, []string{quarterOf(r.FirstPublished)}
	}
	for _, p := range r.Content.Providers {
		if p.OrganisationID != "" {
			words[columnProvider] = append(words[columnProvider], p.OrganisationID)
		}
	}
	if len(r.Content.Apps) > 0 {
		words[columnApp] = r.Content.Apps
	}
	for _, axis := range axes() {
		if list := r.Content.classes(axis); len(list) > 0 {
			words[axis] = list
		}
	}
	return index.Document{ID: r.ID, Texts: k.texts, Words: words}
}

// question is what is looked for.
type question struct {
	text    string
	sees    []string // of columnSeen
	filters map[string][]string
	order   string // a field, with a leading - the other way; empty: relevance, or the newest
}

// The share of what a question's terms weigh that hits must have: first most of it, and
// only where that finds nothing, less.
const (
	most = 0.55
	some = 0.25
)

func (q question) query() index.Query {
	out := index.Query{Text: q.text, Limit: index.MaxLimit, Filters: []index.Filter{{Column: columnSeen, Words: q.sees}}}
	for _, column := range slices.Sorted(maps.Keys(q.filters)) {
		out.Filters = append(out.Filters, index.Filter{Column: column, Words: q.filters[column]})
	}
	return out
}

// ask searches, with most of the words and otherwise with some.
func (f *finder) ask(ctx context.Context, q index.Query) (index.Result, error) {
	q.Need = most
	found, err := f.index.Search(ctx, q)
	if err == nil && len(found.Hits) == 0 && strings.TrimSpace(q.Text) != "" {
		q.Need = some
		found, err = f.index.Search(ctx, q)
	}
	if err != nil {
		return found, fmt.Errorf("search scenarios: %w", err)
	}
	return found, nil
}

// find returns the scenarios that answer, in order.
func (f *finder) find(ctx context.Context, q question) ([]CatalogueRow, error) {
	if err := f.follow(ctx); err != nil {
		return nil, err
	}
	found, err := f.ask(ctx, q.query())
	if err != nil {
		return nil, err
	}
	list := make([]CatalogueRow, 0, len(found.Hits))
	f.ready.RLock()
	for _, h := range found.Hits {
		if k, ok := f.rows[h.ID]; ok { // one that is gone meanwhile is not shown
			k.row.Score = math.Round(h.Score*1000) / 1000
			list = append(list, k.row)
		}
	}
	f.ready.RUnlock()
	arrange(list, q)
	return list, nil
}

// orders are what lists of scenarios are sorted by.
func orders() []string {
	return []string{"relevance", "title", "published_at", "updated_at", "cost_from", "effects", "maturity"}
}

func arrange(list []CatalogueRow, q question) {
	field, down := strings.CutPrefix(q.order, "-")
	if field == "" && strings.TrimSpace(q.text) == "" {
		field, down = "published_at", true
	}
	compare := map[string]func(a, b CatalogueRow) int{
		"title":        func(a, b CatalogueRow) int { return strings.Compare(a.Title.In("zh"), b.Title.In("zh")) },
		"published_at": func(a, b CatalogueRow) int { return at(a.PublishedAt).Compare(at(b.PublishedAt)) },
		"updated_at":   func(a, b CatalogueRow) int { return a.UpdatedAt.Compare(b.UpdatedAt) },
		"cost_from":    func(a, b CatalogueRow) int { return cmp.Compare(amount(a.CostFrom), amount(b.CostFrom)) },
		"effects":      func(a, b CatalogueRow) int { return cmp.Compare(a.Effects, b.Effects) },
		"maturity":     func(a, b CatalogueRow) int { return cmp.Compare(ripeness(a.Maturity), ripeness(b.Maturity)) },
	}[field]
	if compare == nil {
		return // hits are in order of relevance
	}
	slices.SortStableFunc(list, func(a, b CatalogueRow) int {
		c := compare(a, b)
		if down {
			c = -c
		}
		return cmp.Or(c, strings.Compare(a.ID, b.ID))
	})
}

func at(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func amount(v *float64) float64 {
	if v == nil {
		return -1
	}
	return *v
}

func ripeness(code string) int {
	return slices.Index([]string{"idea", "trial", "running", "replicated"}, code)
}

// facets counts what scenarios are, among those that answer.
func (f *finder) facets(ctx context.Context, q question) (index.Result, error) {
	if err := f.follow(ctx); err != nil {
		return index.Result{}, err
	}
	ask := q.query()
	ask.Limit, ask.Count, ask.Facets, ask.Values = 1, true, slices.Concat(axes(), []string{columnStatus, columnApp, columnYear, columnQuarter}), 100
	return f.ask(ctx, ask)
}

// mark gives rows a piece of their text with what was found.
func (f *finder) mark(ctx context.Context, q question, list []CatalogueRow) error {
	if strings.TrimSpace(q.text) == "" || len(list) == 0 {
		return nil
	}
	ids := make([]string, len(list))
	for i, r := range list {
		ids[i] = r.ID
	}
	found, err := f.index.Search(ctx, index.Query{Text: q.text, Limit: len(ids), Explain: true, Filters: []index.Filter{{Column: columnID, Words: ids}}})
	if err != nil {
		return fmt.Errorf("mark what was found: %w", err)
	}
	f.ready.RLock()
	defer f.ready.RUnlock()
	for _, h := range found.Hits {
		i := slices.Index(ids, h.ID)
		for _, field := range []string{"summary", "text", "tags"} {
			if marks := h.Marks[field]; len(marks) > 0 {
				list[i].Parts = excerpt(f.rows[h.ID].texts[field], marks)
				break
			}
		}
	}
	return nil
}

// excerpted is how many characters of a text are shown around what was found.
const excerpted = 120

// excerpt cuts a piece of a text around its first mark.
func excerpt(whole string, marks []index.Mark) []Part {
	begin := marks[0].From
	for n := 0; n < excerpted/4 && begin > 0; n++ {
		begin--
		for begin > 0 && whole[begin]&0xC0 == 0x80 {
			begin--
		}
	}
	end, n := begin, 0
	for i := range whole[begin:] {
		if n++; n > excerpted {
			break
		}
		end = begin + i
	}
	if n <= excerpted {
		end = len(whole)
	}
	var parts []Part
	last := begin
	for _, m := range marks {
		if m.From < last || m.To > end {
			continue
		}
		parts = append(parts, Part{Text: whole[last:m.From]}, Part{Text: whole[m.From:m.To], Hit: true})
		last = m.To
	}
	parts = append(parts, Part{Text: whole[last:end]})
	return slices.DeleteFunc(parts, func(p Part) bool { return p.Text == "" })
}

// alikeLeast is how like another a scenario must be to be named.
const alikeLeast = 0.15

// Alike is a scenario that is like another, and why.
type Alike struct {
	CatalogueRow
	Likeness float64  `json:"likeness" doc:"0 to 1"`
	Shared   []string `json:"shared" nullable:"false" doc:"Words of the taxonomy that both have, as axis/code"`
}

// alike returns published scenarios that are like one: by their words and their classes.
func (f *finder) alike(ctx context.Context, id string, limit int) ([]Alike, error) {
	if err := f.follow(ctx); err != nil {
		return nil, err
	}
	f.ready.RLock()
	defer f.ready.RUnlock()
	one, ok := f.rows[id]
	if !ok {
		return []Alike{}, nil
	}
	asked := one.texts["title"] + "\n" + one.texts["summary"]
	asked = strings.ToValidUTF8(asked[:min(len(asked), 2000)], "")
	found, err := f.index.Search(ctx, index.Query{Text: asked, Limit: 200, Filters: []index.Filter{{Column: columnStatus, Words: []string{published}}}})
	if err != nil {
		return nil, fmt.Errorf("look for scenarios that are alike: %w", err)
	}
	var candidates []match.Candidate
	for _, h := range found.Hits {
		if k, ok := f.rows[h.ID]; ok && h.ID != id {
			candidates = append(candidates, match.Candidate{ID: h.ID, Words: h.Score / max(found.Self, 1e-9), Taxonomy: k.paths})
		}
	}
	var weights match.Vector // of one half each: what else match knows does not tell scenarios apart
	weights[match.Words], weights[match.Taxonomy] = 0.5, 0.5
	ranked, _, err := match.Rank(match.Need{Taxonomy: one.paths}, candidates, weights)
	if err != nil {
		return nil, fmt.Errorf("rank scenarios that are alike: %w", err)
	}
	list := []Alike{}
	for _, m := range ranked[:min(limit, len(ranked))] {
		if m.Score < alikeLeast {
			break
		}
		k := f.rows[m.ID]
		shared := slices.DeleteFunc(slices.Clone(k.paths), func(p string) bool { return !slices.Contains(one.paths, p) })
		list = append(list, Alike{k.row, m.Score, shared})
	}
	return list, nil
}

// told returns the published scenarios, the oldest first, and what duplicates are looked for by.
func (f *finder) told(ctx context.Context) ([]CatalogueRow, []told, error) {
	if err := f.follow(ctx); err != nil {
		return nil, nil, err
	}
	f.ready.RLock()
	defer f.ready.RUnlock()
	rows := []CatalogueRow{}
	for _, k := range f.rows {
		if k.row.Status == published {
			rows = append(rows, k.row)
		}
	}
	slices.SortFunc(rows, func(a, b CatalogueRow) int { return strings.Compare(a.ID, b.ID) })
	list := make([]told, len(rows))
	for i, r := range rows {
		list[i] = tell(r.ID, Content{Title: r.Title, Summary: r.Summary})
	}
	return rows, list, nil
}
