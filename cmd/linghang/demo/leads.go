package demo

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// leads enters companies from elsewhere that could fill what the chains lack: of each
// stage that nobody is at, one in every stage of attraction but landing, which counts.
func (d *demo) leads(ctx context.Context) error {
	there, err := d.api.synthetic(ctx, "/api/enterprise/leads")
	if err != nil || len(there) > 0 {
		return err
	}
	industries := []string{"C39", "C32", "C29", "C35"} // of what the chains lack, in their order
	paths := [][]string{{}, {"visit"}, {"visit", "commit"}, {"visit", "lose"}}
	n := 0
	for i, c := range chains() {
		gap := c.gap()
		for k, acts := range paths {
			n++
			in := map[string]any{
				"name":   gap.outside(k),
				"origin": origin(i + k), "industry": industries[i], "chain": c.name.ZH, "gap": gap.Name.ZH,
				"source": []string{"analysis", "city", "partner", "company"}[k], "investment": 3000 * (k + i + 1), "synthetic": true,
			}
			if err := d.lead(ctx, in, acts); err != nil {
				return fmt.Errorf("enter a lead: %w", err)
			}
		}
	}
	d.say("%d leads are followed", n)
	return nil
}

// lead enters a lead and does what was done with it.
func (d *demo) lead(ctx context.Context, in map[string]any, acts []string) error {
	var o object
	if err := d.api.call(ctx, http.MethodPost, "/api/enterprise/leads", in, &o); err != nil {
		return err
	}
	for _, act := range acts {
		did := map[string]string{"act": act, "note": "合成数据，仅供演示。Synthetic data for demonstration only."}
		if act != "lose" {
			did["day"] = time.Now().In(cityTime()).Format(time.DateOnly)
		}
		if err := d.api.call(ctx, http.MethodPost, "/api/enterprise/leads/"+o.ID+"/steps", did, &o, "If-Match", fmt.Sprintf(`"%d"`, o.Version)); err != nil {
			return err
		}
	}
	return nil
}

// gap is the stage that nobody is at: no trade makes its product.
func (c chain) gap() stage {
	made := func(s stage) bool {
		return slices.ContainsFunc(trades(), func(t trade) bool { return slices.Contains(t.products, s.Product) })
	}
	return c.content.Stages[slices.IndexFunc(c.content.Stages, func(s stage) bool { return !made(s) })]
}
