package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// servicesEach is how many services each provider records.
const servicesEach = 30

// serviceRows are the rows of what the n-th provider did until a day, as the service count
// reads them from a file: two of three for enterprises that act for themselves, who answer.
func (d *demo) serviceRows(n int, until time.Time) [][]string {
	matters := []text{{"diagnosis", "数字化诊断"}, {"consulting", "转型咨询"}, {"connection", "设备联网"}, {"software", "软件实施"}, {"security", "安全评估"}, {"training", "人才培训"}, {"testing", "检验检测"}}
	seen := map[[2]string]bool{}
	var rows [][]string
	for j := range servicesEach {
		served := (n*37 + j*61) % d.Directory
		if j%3 != 0 {
			served = (n*7 + j*11) % d.active()
		}
		matter, code := matters[(n+j)%len(matters)], company(served)
		key := [2]string{code, matter.ZH}
		if seen[key] {
			continue // the same within three months is one service
		}
		seen[key] = true
		day := until.AddDate(0, 0, -1-(j*11+n*3)%330)
		rows = append(rows, []string{code, matter.ZH, matter.EN + "。合成数据，仅供演示。Synthetic data for demonstration only.", day.Format(time.DateOnly), day.Format(time.DateOnly)})
	}
	return rows
}

// services lets each provider record what it did, with evidence, and the enterprises that
// act for themselves answer.
func (d *demo) services(ctx context.Context) error {
	var made, fresh atomic.Int64
	until := time.Now().In(cityTime())
	err := together(ctx, d.Providers, func(ctx context.Context, i int) error {
		e := providerOf(i)
		n, err := d.api.count(ctx, "/api/enterprise/services?provider="+e.code)
		if err != nil || n > 0 {
			made.Add(int64(n))
			return err
		}
		f, err := d.join(ctx, e)
		if err != nil {
			return err
		}
		n, err = f.record(ctx, d.serviceRows(i, until))
		made.Add(int64(n))
		fresh.Add(int64(n))
		return err
	})
	if err != nil {
		return fmt.Errorf("record services: %w", err)
	}
	if d.Providers == 0 {
		return nil
	}
	answered := 0
	if fresh.Load() > 0 {
		if answered, err = d.answers(ctx); err != nil {
			return fmt.Errorf("answer services: %w", err)
		}
	}
	d.say("%d services are recorded, %d of them new; enterprises answered %d", made.Load(), fresh.Load(), answered)
	return nil
}

// record uploads evidence and a file of services.
func (f firm) record(ctx context.Context, rows [][]string) (int, error) {
	var evidence object
	proof := []byte("合成佐证：签到表。仅供演示。\nSynthetic evidence: who attended. For demonstration only.\n" + f.code + "\n")
	if err := f.api.send(ctx, http.MethodPost, "/api/enterprise/services/evidence?name=synthetic.txt", "text/plain", proof, nil, &evidence); err != nil {
		return 0, err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write(strings.Fields("code matter about started_on ended_on")) // into memory
	_ = w.WriteAll(rows)
	var taken struct {
		New int `json:"new"`
	}
	err := f.api.send(ctx, http.MethodPost, "/api/enterprise/services/import?name=services.csv&evidence="+evidence.ID, "text/csv", b.Bytes(), nil, &taken)
	return taken.New, err
}

// answers lets the enterprises that act for themselves answer what waits for them: most is
// confirmed, some is objected to, and some left.
func (d *demo) answers(ctx context.Context) (int, error) {
	var answered atomic.Int64
	err := together(ctx, d.active(), func(ctx context.Context, i int) error {
		f, err := d.join(ctx, enterpriseOf(i))
		if err != nil {
			return err
		}
		var page struct {
			Items []object `json:"items"`
		}
		if err := f.api.call(ctx, http.MethodGet, "/api/enterprise/services?state=waiting&limit=500&entry="+f.entry, nil, &page); err != nil {
			return err
		}
		for j, o := range page.Items {
			act, in := "confirmation", any(nil)
			switch (i + j) % 12 {
			case 5:
				act, in = "objection", map[string]string{"reason": "未接受此项服务（合成） This was not done (synthetic)"}
			case 9:
				continue
			}
			if err := f.api.change(ctx, "/api/enterprise/services/"+o.ID+"/"+act, in, &o); err != nil {
				return err
			}
			answered.Add(1)
		}
		return nil
	})
	return int(answered.Load()), err
}
