package need

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"

	"linghang/lib/match"
	"linghang/lib/match/index"
	"linghang/lib/match/latent"
	"linghang/lib/match/text"
	"linghang/lib/match/trade"
	"linghang/modules/enterprise/internal/provider"
)

// What matching is bounded by.
const (
	candidatesMost = 200
	placesOfList   = 20
	askedMost      = 300 // characters of a need's text that are asked with
	anywhere       = "*" // a provider that works in every district
	newFor         = 365 * 24 * time.Hour
	newBelow       = 3 // agreements
)

// matcher finds providers by what they offer. Its index follows what it is handed before
// every search: only what changed since is put in.
type matcher struct {
	words   provider.Words
	meaning *latent.Corpus

	mu       sync.Mutex
	index    *index.Index
	versions held
}

// newAnalyser reads texts with the terms of the trades.
func newAnalyser() (*text.Analyser, error) {
	terms, err := trade.Terms()
	if err != nil {
		return nil, fmt.Errorf("read trade terms: %w", err)
	}
	return text.New(terms), nil
}

func newMatcher(words provider.Words, analyser *text.Analyser, known func() *latent.Model) (*matcher, error) {
	x, err := index.New(index.Schema{
		Fields:  []index.Field{{Name: "name", Weight: 2, Spelled: true}, {Name: "offer", Weight: 1}},
		Columns: []index.Column{{Name: "district"}, {Name: "id"}},
	}, analyser, index.Options{})
	if err != nil {
		return nil, fmt.Errorf("make the index of providers: %w", err)
	}
	return &matcher{words: words, meaning: newMeaning(analyser, known), index: x, versions: held{}}, nil
}

// follow brings the index to where the providers are.
func (m *matcher) follow(ctx context.Context, list []provider.Provider) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	fresh, gone, now := differ(m.versions, list, func(p provider.Provider) (string, int64) { return p.ID, p.Version })
	if len(fresh)+len(gone) == 0 {
		return nil
	}
	change := index.Change{Remove: gone}
	for _, p := range fresh {
		change.Put = append(change.Put, m.document(p))
	}
	if err := m.index.Apply(ctx, change); err != nil {
		return fmt.Errorf("index providers: %w", err)
	}
	m.versions = now
	said := make([]latent.Said, len(change.Put))
	for i, d := range change.Put {
		said[i] = latent.Said{ID: d.ID, Text: spoken(d.Texts)}
	}
	return m.meaning.Put(ctx, said)
}

// document is a provider as it is found.
func (m *matcher) document(p provider.Provider) index.Document {
	districts := p.Profile.Districts
	if len(districts) == 0 {
		districts = []string{anywhere}
	}
	return index.Document{
		ID: p.ID, Texts: map[string]string{"name": p.Name.ZH + " " + p.Name.EN, "offer": p.Profile.Words(m.words)}, Words: map[string][]string{"district": districts, "id": {p.ID}},
	}
}

// record is what a provider's past says.
type record struct {
	agreements int // that were ever made
	open       int
	ratings    int
	sum        float64 // of ratings from 0 to 1
	active     time.Time
}

// Suggestion is a provider that may help, and why.
type Suggestion struct {
	ProviderID string   `json:"provider_id"`
	Score      float64  `json:"score" doc:"0 to 1"`
	Reasons    []Reason `json:"reasons" nullable:"false" doc:"What is known, the weightiest first"`
	Found      []string `json:"found" nullable:"false" doc:"What of the provider's own words answers, the longest first"`
	New        bool     `json:"new" doc:"Has had few agreements yet"`
	Reserved   bool     `json:"reserved" doc:"Its place was kept for a new provider"`

	features match.Vector
}

// Reason is what a known feature gives to the score.
type Reason struct {
	Code   string             `json:"code" enum:"words,latent,taxonomy,graph,distance,size,price,record,freshness,load,experience"`
	Value  float64            `json:"value" doc:"0 to 1"`
	Share  float64            `json:"share" doc:"Of the score"`
	Paths  []string           `json:"paths" nullable:"false" doc:"What both have, as scenario/quality"`
	Params map[string]float64 `json:"params" nullable:"false" doc:"km, same_area, from, to, ratings, mean, days, open, capacity, served: as lib/match says; of the graph serves and neighbours"`
}

// asked is what the index is asked with.
func (m *matcher) asked(b Body) string {
	list := []string{b.Title}
	for _, t := range slices.Concat(m.words.Scenarios, m.words.Technologies) {
		if t.Code == b.Scenario || slices.Contains(b.Technologies, t.Code) {
			list = append(list, t.Title.ZH)
		}
	}
	more := []rune(b.Text)
	return strings.Join(append(list, string(more[:min(len(more), askedMost)])), " ")
}

// suggest ranks those of the providers who may help, with places for new ones.
func (m *matcher) suggest(ctx context.Context, n Need, list []provider.Provider, s surroundings, weights match.Vector, now time.Time) ([]Suggestion, error) {
	if err := m.follow(ctx, list); err != nil {
		return nil, err
	}
	candidates, err := m.candidates(ctx, n, list, s, now)
	if err != nil {
		return nil, err
	}
	w := wanted(n, now)
	w.Place, w.Area = s.at(n)
	matches, _, err := match.Rank(w, candidates, weighed(n, weights))
	if err != nil {
		return nil, fmt.Errorf("rank providers: %w", err)
	}
	if len(matches) == 0 {
		return []Suggestion{}, nil
	}
	shown, err := match.Expose(matches, match.Fair{Places: placesOfList, Seed: seed(n.ID)})
	if err != nil {
		return nil, fmt.Errorf("share places out: %w", err)
	}
	return m.explained(ctx, n, list, shown)
}

// weighed are weights as they hold for a need.
func weighed(n Need, w match.Vector) match.Vector {
	if n.Body.OnSite {
		return w.OnSite()
	}
	return w
}

// candidates are the providers whose words answer, or who can do it and work there.
func (m *matcher) candidates(ctx context.Context, n Need, list []provider.Provider, s surroundings, now time.Time) ([]match.Candidate, error) {
	found, err := m.index.Search(ctx, index.Query{Text: m.asked(n.Body), Limit: candidatesMost, Filters: []index.Filter{{Column: "district", Words: []string{n.District, anywhere}}}})
	if err != nil {
		return nil, fmt.Errorf("search providers: %w", err)
	}
	hits := map[string]index.Hit{}
	for _, h := range found.Hits {
		hits[h.ID] = h
	}
	meant, err := m.meaning.Near(ctx, m.asked(n.Body))
	if err != nil {
		return nil, err
	}
	candidates := []match.Candidate{}
	for _, p := range list {
		h, hit := hits[p.ID]
		near := len(in(p.Profile.Capabilities, n.Body.Scenario)) > 0 && worksIn(p, n.District)
		if !hit && !near || p.OrganisationID == n.OrganisationID {
			continue
		}
		c := candidate(n, p, s.records[p.ID], now)
		c.Latent = meant(p.ID)
		m.place(&c, n, p, s)
		if hit && found.Self > 0 {
			c.Words = h.Score / found.Self
		}
		candidates = append(candidates, c)
	}
	return candidates, nil
}

// explained says of those that are shown what of their words answers: to explain all
// candidates takes several times as long as to find them.
func (m *matcher) explained(ctx context.Context, n Need, list []provider.Provider, shown []match.Match) ([]Suggestion, error) {
	ids := make([]string, len(shown))
	for i, x := range shown {
		ids[i] = x.ID
	}
	found, err := m.index.Search(ctx, index.Query{Text: m.asked(n.Body), Limit: placesOfList, Explain: true, Filters: []index.Filter{{Column: "id", Words: ids}}})
	if err != nil {
		return nil, fmt.Errorf("explain matches: %w", err)
	}
	hits := map[string]index.Hit{}
	for _, h := range found.Hits {
		hits[h.ID] = h
	}
	out := []Suggestion{}
	for _, x := range shown {
		out = append(out, suggestion(x, hits[x.ID].Said(m.texts(list, x.ID), saidMost)))
	}
	return out, nil
}

func worksIn(p provider.Provider, district string) bool {
	return len(p.Profile.Districts) == 0 || slices.Contains(p.Profile.Districts, district)
}

func seed(id string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // it does not fail
	return h.Sum64()
}

// texts are what the index has of a provider, by field.
func (m *matcher) texts(list []provider.Provider, id string) map[string]string {
	i := slices.IndexFunc(list, func(p provider.Provider) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return m.document(list[i]).Texts
}

// saidMost bounds how many pieces of a provider's text a reason quotes.
const saidMost = 6

func suggestion(x match.Match, found []string) Suggestion {
	s := Suggestion{ProviderID: x.ID, Score: x.Score, Reasons: []Reason{}, Found: found, New: x.New, Reserved: x.Reserved, features: x.Features}
	for _, r := range x.Reasons {
		s.Reasons = append(s.Reasons, reason(r, x.Score))
	}
	return s
}

// reason is one of lib/match, with its parameters by their kinds.
func reason(r match.Reason, score float64) Reason {
	paths, params := r.Figures()
	return Reason{r.Code, r.Value, r.Score / score, paths, params}
}

// wanted is the need as it is matched.
func wanted(n Need, now time.Time) match.Need {
	w := match.Need{ID: n.ID, Taxonomy: []string{"scenario/" + n.Body.Scenario, industryPath(n.Industry)}, At: now}
	for _, t := range n.Body.Technologies {
		w.Taxonomy = append(w.Taxonomy, "technology/"+t)
	}
	if n.Body.BudgetFrom != nil {
		w.Budget = &match.Range{From: *n.Body.BudgetFrom, To: *n.Body.BudgetTo}
	}
	return w
}

func industryPath(code string) string {
	if code == "" {
		return "industry"
	}
	return "industry/" + code[:1] + "/" + code
}

// candidate is a provider as it is matched: by what it can do in the scenario that is
// asked for, or, where it names none there, by all it can do, so that who can do much is
// not taken for farther away.
func candidate(n Need, p provider.Provider, r record, now time.Time) match.Candidate {
	c := match.Candidate{
		ID: p.ID, Ratings: r.ratings, RatingSum: r.sum, Active: r.active, Open: r.open, Capacity: p.Profile.Capacity,
		New: r.agreements < newBelow && p.AcceptedAt != nil && now.Sub(*p.AcceptedAt) < newFor,
	}
	add := func(path string) {
		if !slices.Contains(c.Taxonomy, path) {
			c.Taxonomy = append(c.Taxonomy, path)
		}
	}
	of := p.Profile.Capabilities
	if here := in(of, n.Body.Scenario); len(here) > 0 {
		of = here
	}
	for _, x := range of {
		add("scenario/" + x.Scenario)
		for _, t := range x.Technologies {
			add("technology/" + t)
		}
		for _, i := range x.Industries {
			add(industryPath(i))
		}
		if x.PriceFrom != nil && x.Scenario == n.Body.Scenario && x.Pricing != "year" {
			c.Price = wider(c.Price, match.Range{From: *x.PriceFrom, To: *x.PriceTo})
		}
	}
	return c
}

// place puts a candidate where the rest of the city sees it: on the map, in its past, in
// the graph.
func (m *matcher) place(c *match.Candidate, n Need, p provider.Provider, s surroundings) {
	c.Served = s.served[p.Code]
	if from, area := s.at(n); area != "" {
		c.Place, c.Area = s.nearest(p.EntryID, from), p.District
	}
	f := s.fits[p.EntryID]
	if v, known := f.value(len(n.Body.Technologies)); known {
		c.Graph, c.GraphSays = &v, f.says(m.words)
	}
}

func in(list []provider.Capability, scenario string) []provider.Capability {
	return slices.DeleteFunc(slices.Clone(list), func(c provider.Capability) bool { return c.Scenario != scenario })
}

// wider is the range that holds both.
func wider(a *match.Range, b match.Range) *match.Range {
	if a == nil {
		return &b
	}
	return &match.Range{From: min(a.From, b.From), To: max(a.To, b.To)}
}
