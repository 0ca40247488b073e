package scenario

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"linghang/lib/match"
	"linghang/lib/match/index"
	"linghang/lib/match/latent"
	"linghang/modules/scenario/scenarioevent"
)

// What fits a need.
const (
	fittingMost  = 10   // that are told
	fittingLeast = 0.15 // of the score
	meansLeast   = 0.4  // cosine from which on a scenario is looked at that shares no word
	quotedMost   = 6    // pieces of a scenario's text that a reason quotes
)

// Fitting returns published scenarios that fit what an enterprise needs, for other rooms:
// the best first, each with reasons.
func (m *Module) Fitting(ctx context.Context, w scenarioevent.Wanted) ([]scenarioevent.Fitting, error) {
	return m.finder.fitting(ctx, w)
}

// said is what published scenarios say, to be learned from.
func said(of map[string]kept) []latent.Said {
	var list []latent.Said
	for id, k := range of {
		if k.row.Status == published {
			list = append(list, latent.Said{ID: id, Version: k.position, Text: k.texts["title"] + "\n" + k.texts["summary"] + "\n" + k.texts["text"]})
		}
	}
	return list
}

// learn learns what scenarios mean, where enough of them changed.
func (f *finder) learn(ctx context.Context) error {
	if err := f.follow(ctx); err != nil {
		return err
	}
	f.ready.RLock()
	list := said(f.rows)
	f.ready.RUnlock()
	if !f.meaning.Due(list) {
		return nil
	}
	if err := f.meaning.Learn(ctx, list); err != nil {
		return fmt.Errorf("learn what scenarios mean: %w", err)
	}
	return nil
}

func (f *finder) fitting(ctx context.Context, w scenarioevent.Wanted) ([]scenarioevent.Fitting, error) {
	if err := f.follow(ctx); err != nil {
		return nil, err
	}
	found, err := f.index.Search(ctx, index.Query{Text: w.Text, Limit: 200, Filters: []index.Filter{{Column: columnStatus, Words: []string{published}}}})
	if err != nil {
		return nil, fmt.Errorf("look for scenarios that fit: %w", err)
	}
	means, err := f.meaning.Near(ctx, w.Text)
	if err != nil {
		return nil, fmt.Errorf("look for scenarios that fit: %w", err)
	}
	need := match.Need{Taxonomy: []string{"scenario/" + w.Link, industryPath(w.Industry)}}
	for _, t := range w.Technologies {
		need.Taxonomy = append(need.Taxonomy, "technology/"+t.Code)
	}
	if w.BudgetFrom != nil && w.BudgetTo != nil {
		need.Budget = &match.Range{From: *w.BudgetFrom, To: *w.BudgetTo}
	}
	ranked, _, err := match.Rank(need, f.candidates(w, found, means), match.Described())
	if err != nil {
		return nil, fmt.Errorf("rank scenarios that fit: %w", err)
	}
	ranked = slices.DeleteFunc(ranked, func(x match.Match) bool { return x.Score < fittingLeast })
	return f.explained(ctx, w, ranked[:min(len(ranked), fittingMost)])
}

// candidates are the scenarios that answer by their words or their meaning, and all that
// are of the same of the sixteen.
func (f *finder) candidates(w scenarioevent.Wanted, found index.Result, means func(string) float64) []match.Candidate {
	words := map[string]float64{}
	for _, h := range found.Hits {
		words[h.ID] = h.Score / max(found.Self, 1e-9)
	}
	f.ready.RLock()
	defer f.ready.RUnlock()
	var list []match.Candidate
	for id, k := range f.rows {
		near := max(0, means(id))
		if k.row.Status != published || words[id] == 0 && near < meansLeast && !slices.Contains(k.row.Links, w.Link) {
			continue
		}
		c := match.Candidate{ID: id, Words: words[id], Latent: near}
		for _, link := range k.row.Links {
			c.Taxonomy = append(c.Taxonomy, "scenario/"+link)
		}
		for _, code := range k.row.Industries {
			c.Taxonomy = append(c.Taxonomy, industryPath(code))
		}
		for _, code := range k.row.Technologies {
			c.Taxonomy = append(c.Taxonomy, "technology/"+f.as(code, w.Technologies))
		}
		if k.row.CostFrom != nil {
			c.Price = &match.Range{From: *k.row.CostFrom, To: *k.row.CostTo}
		}
		list = append(list, c)
	}
	return list
}

// as is the code by which those who ask know a technology, by its code or its name.
func (f *finder) as(code string, known []scenarioevent.Word) string {
	title := f.taxonomy.title(axisTechnology, code)
	for _, w := range known {
		if w.Code == code || w.ZH == title.ZH {
			return w.Code
		}
	}
	return code
}

func industryPath(code string) string {
	if code == "" {
		return "industry"
	}
	return "industry/" + code[:1] + "/" + code
}

// explained tells of those that fit what they are, and what of their words answers.
func (f *finder) explained(ctx context.Context, w scenarioevent.Wanted, list []match.Match) ([]scenarioevent.Fitting, error) {
	out := []scenarioevent.Fitting{}
	if len(list) == 0 {
		return out, nil
	}
	ids := make([]string, len(list))
	for i, x := range list {
		ids[i] = x.ID
	}
	found, err := f.index.Search(ctx, index.Query{Text: w.Text, Limit: len(ids), Explain: true, Filters: []index.Filter{{Column: columnID, Words: ids}}})
	if err != nil {
		return nil, fmt.Errorf("explain scenarios that fit: %w", err)
	}
	hits := map[string]index.Hit{}
	for _, h := range found.Hits {
		hits[h.ID] = h
	}
	f.ready.RLock()
	defer f.ready.RUnlock()
	for _, x := range list {
		k, there := f.rows[x.ID]
		if !there {
			continue // it is gone meanwhile
		}
		t, s := k.row.Title, k.row.Summary
		y := scenarioevent.Fitting{
			ScenarioID: x.ID, TitleZH: cmp.Or(t.ZH, t.EN), TitleEN: cmp.Or(t.EN, t.ZH), SummaryZH: cmp.Or(s.ZH, s.EN), SummaryEN: cmp.Or(s.EN, s.ZH),
			Synthetic: k.row.Synthetic, Score: x.Score, Found: hits[x.ID].Said(k.texts, quotedMost),
		}
		for _, r := range x.Reasons {
			paths, params := r.Figures()
			y.Reasons = append(y.Reasons, scenarioevent.Reason{Code: r.Code, Value: r.Value, Share: r.Score / x.Score, Paths: paths, Params: params})
		}
		out = append(out, y)
	}
	return out, nil
}
