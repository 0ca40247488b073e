package need

import (
	"context"
	"fmt"
	"sync"
	"time"

	"linghang/lib/match"
	"linghang/lib/match/index"
	"linghang/lib/match/latent"
	"linghang/lib/match/text"
	"linghang/modules/enterprise/internal/provider"
	"linghang/modules/scenario/scenarioevent"
)

// What of the needs that a scenario fits is shown.
const (
	demandMost  = 20
	demandLeast = 0.15 // of the score
	demandMeans = 0.4  // cosine from which on a need is looked at that shares no word
)

// demand finds the needs that a scenario would help. What it is handed is what everybody
// may see: a confidential need never comes near it.
type demand struct {
	words   provider.Words
	meaning *latent.Corpus

	mu       sync.Mutex
	index    *index.Index
	versions held
}

func newDemand(words provider.Words, analyser *text.Analyser, known func() *latent.Model) (*demand, error) {
	x, err := index.New(index.Schema{
		Fields:  []index.Field{{Name: "title", Weight: 2}, {Name: "text", Weight: 1}},
		Columns: []index.Column{{Name: "id"}},
	}, analyser, index.Options{})
	if err != nil {
		return nil, fmt.Errorf("make the index of needs: %w", err)
	}
	return &demand{words: words, meaning: newMeaning(analyser, known), index: x, versions: held{}}, nil
}

func (d *demand) texts(n Need) map[string]string {
	return map[string]string{"title": n.Body.Title, "text": n.Body.Text}
}

func (d *demand) says(n Need) latent.Said {
	return latent.Said{ID: n.ID, Version: n.Version, Text: n.Body.Title + "\n" + n.Body.Text}
}

// follow brings the index to where the needs are.
func (d *demand) follow(ctx context.Context, list []Need) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	fresh, gone, now := differ(d.versions, list, func(n Need) (string, int64) { return n.ID, n.Version })
	if len(fresh)+len(gone) == 0 {
		return nil
	}
	change := index.Change{Remove: gone}
	var said []latent.Said
	for _, n := range fresh {
		change.Put = append(change.Put, index.Document{ID: n.ID, Texts: d.texts(n), Words: map[string][]string{"id": {n.ID}}})
		said = append(said, d.says(n))
	}
	if err := d.index.Apply(ctx, change); err != nil {
		return fmt.Errorf("index needs: %w", err)
	}
	d.versions = now
	return d.meaning.Put(ctx, said)
}

// learn learns what needs mean, where enough of them changed.
func (d *demand) learn(ctx context.Context, list []Need) error {
	said := make([]latent.Said, len(list))
	for i, n := range list {
		said[i] = d.says(n)
	}
	if !d.meaning.Due(said) {
		return nil
	}
	if err := d.meaning.Learn(ctx, said); err != nil {
		return fmt.Errorf("learn what needs mean: %w", err)
	}
	return nil
}

// wanting ranks those of the needs that a scenario fits, with what of their words answers.
func (d *demand) wanting(ctx context.Context, c scenarioevent.Catalogued, list []Need, now time.Time) ([]match.Match, map[string][]string, error) {
	if err := d.follow(ctx, list); err != nil {
		return nil, nil, err
	}
	asked := described(c)
	found, err := d.index.Search(ctx, index.Query{Text: asked, Limit: 200})
	if err != nil {
		return nil, nil, fmt.Errorf("search needs: %w", err)
	}
	means, err := d.meaning.Near(ctx, asked)
	if err != nil {
		return nil, nil, fmt.Errorf("search needs: %w", err)
	}
	words := map[string]float64{}
	for _, h := range found.Hits {
		words[h.ID] = h.Score / max(found.Self, 1e-9)
	}
	scenario := d.scenario(c, now)
	var candidates []match.Candidate
	for _, n := range list {
		near := max(0, means(n.ID))
		if words[n.ID] == 0 && near < demandMeans && !links(c, n.Body.Scenario) {
			continue
		}
		w := wanted(n, now)
		candidates = append(candidates, match.Candidate{ID: n.ID, Words: words[n.ID], Latent: near, Taxonomy: w.Taxonomy, Price: w.Budget})
	}
	ranked, _, err := match.Rank(scenario, candidates, match.Described())
	if err != nil {
		return nil, nil, fmt.Errorf("rank needs: %w", err)
	}
	for i, x := range ranked {
		if i == demandMost || x.Score < demandLeast {
			ranked = ranked[:i]
			break
		}
	}
	said, err := d.said(ctx, asked, list, ranked)
	return ranked, said, err
}

// said quotes what of the needs answers.
func (d *demand) said(ctx context.Context, asked string, list []Need, ranked []match.Match) (map[string][]string, error) {
	said := map[string][]string{}
	if len(ranked) == 0 {
		return said, nil
	}
	ids := make([]string, len(ranked))
	for i, x := range ranked {
		ids[i] = x.ID
	}
	found, err := d.index.Search(ctx, index.Query{Text: asked, Limit: len(ids), Explain: true, Filters: []index.Filter{{Column: "id", Words: ids}}})
	if err != nil {
		return nil, fmt.Errorf("explain needs: %w", err)
	}
	texts := map[string]map[string]string{}
	for _, n := range list {
		texts[n.ID] = d.texts(n)
	}
	for _, h := range found.Hits {
		said[h.ID] = h.Said(texts[h.ID], saidMost)
	}
	return said, nil
}

// described is what a scenario is asked about with.
func described(c scenarioevent.Catalogued) string {
	more := []rune(c.SummaryZH)
	return c.TitleZH + " " + string(more[:min(len(more), askedMost)])
}

func links(c scenarioevent.Catalogued, scenario string) bool {
	for _, w := range c.Links {
		if w.Code == scenario {
			return true
		}
	}
	return false
}

// scenario is one of the catalogue as it is matched, in the words of needs.
func (d *demand) scenario(c scenarioevent.Catalogued, now time.Time) match.Need {
	w := match.Need{ID: c.ScenarioID, At: now}
	for _, x := range c.Links {
		w.Taxonomy = append(w.Taxonomy, "scenario/"+x.Code)
	}
	for _, code := range c.Industries {
		w.Taxonomy = append(w.Taxonomy, industryPath(code))
	}
	for _, x := range c.Technologies {
		w.Taxonomy = append(w.Taxonomy, "technology/"+d.technology(x))
	}
	if c.CostFrom != nil && c.CostTo != nil {
		w.Budget = &match.Range{From: *c.CostFrom, To: *c.CostTo}
	}
	return w
}

// technology is the code by which needs know a technology of the catalogue, by its code
// or its name.
func (d *demand) technology(x scenarioevent.Word) string {
	for _, t := range d.words.Technologies {
		if t.Code == x.Code || t.Title.ZH == x.ZH {
			return t.Code
		}
	}
	return x.Code
}
