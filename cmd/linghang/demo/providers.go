package demo

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"
)

// firstProvider is the number of the first provider among the synthetic enterprises: the
// directory ends below.
const firstProvider = 100_000

// term is a word of a vocabulary.
type term struct {
	Code  string `json:"code"`
	Title text   `json:"title"`
}

// words are what capabilities are told in.
type words struct {
	Scenarios    []term `json:"scenarios"`
	Technologies []term `json:"technologies"`
	Industries   []term `json:"industries"`
	Staff        []term `json:"staff"`
}

// providerOf makes up the n-th provider.
func providerOf(n int) enterprise {
	e := enterpriseOf(firstProvider + n)
	kinds := []text{{"数字化服务", "digital services"}, {"智能装备集成", "machine integration"}, {"工业软件", "industrial software"}, {"检测认证", "testing"}}
	kind := kinds[n%len(kinds)]
	e.zh, e.en = fmt.Sprintf("演示·%s商%03d有限公司", kind.ZH, n+1), fmt.Sprintf("Demo · %s provider %03d", kind.EN, n+1)
	e.trade = trades()[len(trades())-1] // software and services
	return e
}

type capability struct {
	Scenario     string   `json:"scenario"`
	Industries   []string `json:"industries,omitempty"`
	Technologies []string `json:"technologies"`
	Text         string   `json:"text"`
	Pricing      string   `json:"pricing"`
	PriceFrom    float64  `json:"price_from"`
	PriceTo      float64  `json:"price_to"`
}

// profile is what the n-th provider tells: three or four of the scenarios, each with the
// technologies for it, and what it carried out.
func (w words) profile(n int, now time.Time) map[string]any {
	h := fnv.New64a()
	_, _ = h.Write([]byte("provider/" + strconv.Itoa(n)))
	dice := rand.New(rand.NewPCG(h.Sum64(), 42)) //nolint:gosec // a pattern, not a secret
	first := n % len(w.Scenarios)                // every scenario has its providers
	at := append([]int{first}, slices.DeleteFunc(dice.Perm(len(w.Scenarios)), func(i int) bool { return i == first })[:2+dice.IntN(2)]...)
	var list []capability
	var cases []map[string]any
	for k, i := range at {
		s, technology := w.Scenarios[i], w.Technologies[dice.IntN(len(w.Technologies))]
		served := trades()[dice.IntN(len(trades())-1)]
		price := float64(5 + dice.IntN(60))
		c := capability{
			Scenario: s.Code, Technologies: []string{technology.Code}, Pricing: "project", PriceFrom: price, PriceTo: price * 3,
			Text: fmt.Sprintf("用%s为企业实施%s。合成数据，仅供演示。%s by %s. Synthetic data for demonstration only.", technology.Title.ZH, s.Title.ZH, s.Title.EN, technology.Title.EN),
		}
		if k > 0 {
			c.Industries = []string{served.code}
		}
		list = append(list, c)
		if k < 2 {
			cases = append(cases, map[string]any{
				"title": fmt.Sprintf("演示·%s企业%s项目", served.zh, s.Title.ZH), "year": now.Year() - dice.IntN(4), "scenario": s.Code, "text": "合成案例 Synthetic case",
				"result": fmt.Sprintf("效率提高 %d%%（合成） Efficiency +%d %% (synthetic)", 8+n%20, 8+n%20),
			})
		}
	}
	return map[string]any{
		"offer":        "合成服务商，仅供演示。A synthetic provider for demonstration only.",
		"capabilities": list, "cases": cases, "staff": []map[string]any{{"kind": w.Staff[n%len(w.Staff)].Code, "count": 5 + dice.IntN(80)}},
		"promise": []int{4, 8, 24, 48}[n%4], "capacity": 4 + dice.IntN(12), "contact": "客户服务部 Customer desk",
	}
}

// providers lets service providers register, each by its own people, and accepts them as
// the bureau does. Those that are in force already stay as they are.
func (d *demo) providers(ctx context.Context) error {
	if d.Providers < 0 || d.Providers > mostProviders {
		return fmt.Errorf("--providers is from 0 to %d", mostProviders)
	}
	there, err := d.providersThere(ctx)
	if err != nil {
		return err
	}
	var w words
	if err := d.api.call(ctx, http.MethodGet, "/api/enterprise/providers/words", nil, &w); err != nil {
		return fmt.Errorf("read what providers tell: %w", err)
	}
	var made atomic.Int64
	err = together(ctx, d.Providers, func(ctx context.Context, i int) error {
		e := providerOf(i)
		o, ok := there[e.code]
		if ok && o.Status != "applied" {
			return nil
		}
		if !ok {
			f, err := d.join(ctx, e)
			if err != nil {
				return err
			}
			if err := f.api.call(ctx, http.MethodPost, "/api/enterprise/providers", map[string]any{"entry_id": f.entry, "profile": w.profile(i, time.Now())}, &o); err != nil {
				return fmt.Errorf("register the provider %s: %w", e.code, err)
			}
		}
		if err := d.api.change(ctx, "/api/enterprise/providers/"+o.ID+"/decision", map[string]string{"decision": "accepted"}, &o); err != nil {
			return fmt.Errorf("accept the provider %s: %w", e.code, err)
		}
		made.Add(1)
		return nil
	})
	if err == nil && d.Providers > 0 {
		d.say("%d service providers are in force, %d of them new", d.Providers, made.Load())
	}
	return err
}

// mostProviders bounds how many providers there can be.
const mostProviders = 500

// providersThere are the synthetic providers by their codes.
func (d *demo) providersThere(ctx context.Context) (map[string]object, error) {
	list, err := d.api.synthetic(ctx, "/api/enterprise/providers")
	if err != nil {
		return nil, fmt.Errorf("read providers: %w", err)
	}
	there := map[string]object{}
	for _, o := range list {
		there[o.Code] = o
	}
	return there, nil
}
