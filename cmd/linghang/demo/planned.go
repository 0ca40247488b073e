package demo

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"
)

// planAssets lets some enterprises release a plan of their assets: it lacks the engineers'
// station, which is declared, and names a controller that comes next year.
func (p plant) planAssets(ctx context.Context) error {
	if p.n%4 != 0 {
		return nil
	}
	const door = "/api/security/asset-plans"
	var page struct {
		Total int `json:"total"`
	}
	if err := p.api.call(ctx, http.MethodGet, door+"?limit=1", nil, &page); err != nil || page.Total > 0 {
		return err
	}
	var plan object
	if err := p.api.call(ctx, http.MethodPost, door, map[string]any{"name": "演示·产线计划", "note": "合成数据 Synthetic", "synthetic": true}, &plan); err != nil {
		return fmt.Errorf("begin a plan: %w", err)
	}
	if err := p.api.send(ctx, http.MethodPost, door+"/"+plan.ID+"/revisions?name=plan.csv", "text/csv", plannedOf(p.n, time.Now()), nil, nil); err != nil {
		return fmt.Errorf("import a revision: %w", err)
	}
	return p.api.call(ctx, http.MethodPost, door+"/"+plan.ID+"/revisions/1/release", map[string]string{}, nil)
}

// plannedOf are the lines of the plan of the n-th enterprise.
func plannedOf(n int, now time.Time) []byte {
	var b bytes.Buffer
	for i, line := range bytes.Split(bytes.TrimSpace(assetsOf(n)), []byte("\n")) {
		switch {
		case i == 0:
			fmt.Fprintf(&b, "%s,commissioned\n", line)
		case !bytes.HasPrefix(line, []byte("演示工程师站,")):
			fmt.Fprintf(&b, "%s,\n", line)
		}
	}
	fmt.Fprintf(&b, "演示扩建控制器,plc,%s,DC-S7,4.0,,,,,控制区,3,,二号车间,合成数据 Synthetic,%s\n", vendorName, now.AddDate(1, 0, 0).Format(time.DateOnly))
	return b.Bytes()
}
