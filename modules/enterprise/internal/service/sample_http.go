package service

import (
	"context"
	"crypto/rand"
	"strings"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/httpd"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Services) sampleRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /services/samples", Permission: mayCount, Summary: "Samples that auditors look at", Handler: httpd.List(m.listSamples)},
		{Pattern: "POST /services/samples", Permission: maySample, Summary: "Draw a sample of what counts in a period, by a seed that is kept", Handler: httpd.Created(m.drawSample)},
		{Pattern: "GET /services/samples/{id}", Permission: mayCount, Summary: "A sample with what was drawn and found", Handler: httpd.JSON(m.readSample)},
		{Pattern: "PUT /services/samples/{id}/verdicts/{service}", Permission: mayAudit, Summary: "Uphold a service of a sample, or not; If-Match is the version of what was found before", Handler: httpd.JSON(m.judge)},
	}
}

func (m *Services) listSamples(ctx context.Context, in sqldb.ListParams) (sqldb.Page[Sample], error) {
	if err := forCity(ctx); err != nil {
		return sqldb.Page[Sample]{}, err
	}
	return m.store.samples(ctx, in)
}

type drawInput struct {
	Body struct {
		Quarter string `json:"quarter,omitempty" maxLength:"6" doc:"A year or a quarter, as 2026 or 2026Q4; empty: all time"`
		Size    int    `json:"size" doc:"1 to 1000"`
		Seed    string `json:"seed,omitempty" maxLength:"64" doc:"Empty: a random one; kept either way"`
	}
}

func (m *Services) drawSample(ctx context.Context, in drawInput) (sampleView, error) {
	if err := forCity(ctx); err != nil {
		return sampleView{}, err
	}
	seed := strings.TrimSpace(in.Body.Seed)
	if err := checkSample(in.Body.Size, seed); err != nil {
		return sampleView{}, err
	}
	first, last, err := period(in.Body.Quarter)
	if err != nil {
		return sampleView{}, err
	}
	if seed == "" {
		seed = rand.Text()
	}
	by := handOf(ctx)
	p := Sample{ID: ulid.Make().String(), Seed: seed, DrawnAt: now(), DrawnName: by.name, drawnBy: by.actor, firstQuarter: first, lastQuarter: last}
	if err := m.store.draw(ctx, p, in.Body.Size); err != nil {
		return sampleView{}, err
	}
	return m.readSample(ctx, httpd.Object{ID: p.ID})
}

type sampleView struct {
	Sample
	Items []Sampled `json:"items" nullable:"false"`
}

func (m *Services) readSample(ctx context.Context, in httpd.Object) (sampleView, error) {
	if err := forCity(ctx); err != nil {
		return sampleView{}, err
	}
	p, list, err := m.store.sample(ctx, in.ID)
	return sampleView{p, list}, err
}

type judgeInput struct {
	httpd.Object
	httpd.IfMatch
	Service string `path:"service" maxLength:"26"`
	Body    struct {
		Verdict  string `json:"verdict" enum:"upheld,rejected"`
		Note     string `json:"note,omitempty" maxLength:"1000" doc:"What was found; needed when it is not upheld"`
		Evidence string `json:"evidence,omitempty" maxLength:"40" doc:"ID of a file that was uploaded"`
	}
}

func (m *Services) judge(ctx context.Context, in judgeInput) (sampleView, error) {
	if err := forCity(ctx); err != nil {
		return sampleView{}, err
	}
	version, err := in.Expected()
	if err != nil {
		return sampleView{}, err
	}
	by := handOf(ctx)
	if in.Body.Evidence != "" {
		if err := m.store.ours(ctx, []string{in.Body.Evidence}, by.organisation); err != nil {
			return sampleView{}, err
		}
	}
	x := Sampled{Verdict: in.Body.Verdict, Note: strings.TrimSpace(in.Body.Note), EvidenceID: in.Body.Evidence}
	if err := m.store.judge(ctx, in.ID, in.Service, x, version, by, now()); err != nil {
		return sampleView{}, err
	}
	m.kit.Notify(topic, in.Service, "")
	return m.readSample(ctx, in.Object)
}
