package demo

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// mostNeeds is how many enterprises look for providers; invitedEach is how many each
// invites. Together they invite every one of the usual 120 providers once, so that those
// are online.
const (
	mostNeeds   = 24
	invitedEach = 5
)

// need is a need as the API tells of it.
type need struct {
	ID        string `json:"id"`
	Digest    string `json:"digest"`
	Proposals []struct {
		ID         string `json:"id"`
		ProviderID string `json:"provider_id"`
	} `json:"proposals"`
}

// bidder is a provider that is invited.
type bidder struct {
	firm
	id string
}

// needs lets enterprises look for providers: some needs are open, some lead to an
// agreement, some of those are completed and rated.
func (d *demo) needs(ctx context.Context) error {
	there, err := d.api.synthetic(ctx, "/api/enterprise/needs")
	if err != nil || len(there) > 0 || d.Providers == 0 {
		return err
	}
	providers, err := d.providersThere(ctx)
	if err != nil {
		return err
	}
	var w words
	if err := d.api.call(ctx, http.MethodGet, "/api/enterprise/providers/words", nil, &w); err != nil {
		return fmt.Errorf("read what needs are told in: %w", err)
	}
	n := min(mostNeeds, d.active())
	err = together(ctx, n, func(ctx context.Context, i int) error {
		owner, err := d.join(ctx, enterpriseOf(i))
		if err != nil {
			return err
		}
		var invited []bidder
		for k := range min(invitedEach, d.Providers) {
			f, err := d.join(ctx, providerOf((i*invitedEach+k)%d.Providers))
			if err != nil {
				return err
			}
			invited = append(invited, bidder{f, providers[f.code].ID})
		}
		if err := owner.look(ctx, i, w.Scenarios[i%len(w.Scenarios)], invited); err != nil {
			return fmt.Errorf("the need of %s: %w", owner.code, err)
		}
		return nil
	})
	if err == nil {
		d.say("%d enterprises look for providers, a third of them have an agreement", n)
	}
	return err
}

const needs = "/api/enterprise/needs"

// look publishes the i-th need, which goes as far as its number says.
func (f firm) look(ctx context.Context, i int, about term, invited []bidder) error {
	budget := float64(20 + i*3)
	var n need
	err := f.api.call(ctx, http.MethodPost, needs, map[string]any{"entry_id": f.entry, "need": map[string]any{
		"title": "演示·" + about.Title.ZH + "改造需求", "text": "合成需求，仅供演示。A synthetic need for demonstration only.", "scenario": about.Code,
		"budget_from": budget, "budget_to": budget * 2, "confidential": i%4 == 3, "reply_until": time.Now().AddDate(0, 1, 0),
	}}, &n)
	if err != nil {
		return err
	}
	ids := []string{}
	for _, b := range invited {
		ids = append(ids, b.id)
	}
	if err := f.do(ctx, n.ID, "/publication", nil, nil); err != nil {
		return err
	}
	if err := f.do(ctx, n.ID, "/invitations", map[string]any{"provider_ids": ids}, nil); err != nil {
		return err
	}
	for k, b := range invited {
		if err := b.bid(ctx, n.ID, k, budget); err != nil {
			return err
		}
	}
	if i%3 == 0 {
		return nil
	}
	return f.choose(ctx, n.ID, i, invited[0])
}

// do is an act upon a need.
func (f firm) do(ctx context.Context, id, act string, in any, out *need) error {
	if out == nil {
		out = &need{}
	}
	return f.api.call(ctx, http.MethodPost, needs+"/"+id+act, in, out)
}

// bid answers an invitation: the last of five declines, the one before only shows interest.
func (b bidder) bid(ctx context.Context, id string, k int, budget float64) error {
	if k == invitedEach-1 {
		return b.do(ctx, id, "/answers", map[string]any{"provider_id": b.id, "accept": false, "reason": "近期排期已满（合成） No capacity now (synthetic)"}, nil)
	}
	if err := b.do(ctx, id, "/answers", map[string]any{"provider_id": b.id, "accept": true}, nil); err != nil || k == invitedEach-2 {
		return err
	}
	day := func(days int) string { return time.Now().In(cityTime()).AddDate(0, 0, days).Format(time.DateOnly) }
	return b.api.call(ctx, http.MethodPut, needs+"/"+id+"/proposals/"+b.id, map[string]any{"plan": map[string]any{
		"text": "合成方案，仅供演示。A synthetic offer for demonstration only.", "price": budget + float64(5*k), "start_on": day(1),
		"milestones": []map[string]any{{"title": "方案设计 Design", "due_on": day(30), "share": 30}, {"title": "上线验收 Going live", "due_on": day(120), "share": 70}},
	}}, nil, "If-Match", `"0"`)
}

// choose ends the time for offers and chooses the first provider's; of every other need
// that provider confirms, and every fourth agreement is carried out.
func (f firm) choose(ctx context.Context, id string, i int, first bidder) error {
	var n need
	if err := f.do(ctx, id, "/closing", nil, &n); err != nil {
		return err
	}
	chosen := ""
	for _, p := range n.Proposals {
		if p.ProviderID == first.id {
			chosen = p.ID
		}
	}
	if err := f.do(ctx, id, "/choice", map[string]any{"proposal_id": chosen}, nil); err != nil || i%3 == 2 {
		return err
	}
	if err := first.api.call(ctx, http.MethodGet, needs+"/"+id, nil, &n); err != nil {
		return err
	}
	if err := first.do(ctx, id, "/confirmation", map[string]any{"accept": true, "digest": n.Digest}, nil); err != nil || i%4 != 0 {
		return err
	}
	for _, milestone := range []string{"/milestones/1", "/milestones/2"} {
		if err := first.do(ctx, id, milestone+"/delivery", map[string]any{"note": "合成交付 Delivered (synthetic)"}, nil); err != nil {
			return err
		}
		if err := f.do(ctx, id, milestone+"/decision", map[string]any{"accept": true}, nil); err != nil {
			return err
		}
	}
	for _, side := range []firm{f, first.firm} {
		if err := side.do(ctx, id, "/ratings", map[string]any{"stars": 4 + i%2, "text": "合成评价 Synthetic rating"}, nil); err != nil {
			return err
		}
	}
	return nil
}
