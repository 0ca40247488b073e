package incident

import (
	"context"
	"fmt"
	"net/http"

	"linghang/kernel/httpd"
	"linghang/kernel/module"
)

// stixType is the media type of STIX 2.1, section 1.7.
const stixType = "application/stix+json;version=2.1"

// TellBy says who writes incidents for programs of others.
func (m *Incidents) TellBy(tell Tell) { m.tellSTIX = tell }

func (m *Incidents) stixRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /incidents/{id}/stix", Permission: mayView, Summary: "It as a bundle of STIX 2.1: the incident, what it names and a report about it; of what is TLP:RED only for the side that opened it", Handler: httpd.Raw("", http.HandlerFunc(m.serveSTIX))},
	}
}

func (m *Incidents) serveSTIX(w http.ResponseWriter, r *http.Request) {
	i, raw, err := m.takeSTIX(r.Context(), r.PathValue("id"))
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	httpd.Attach(w, stixType, i.CreatedAt.In(cityTime()).Format("20060102")+"-"+i.ID+".stix.json")
	_, _ = w.Write(raw) //nolint:gosec // JSON as a file to keep, no page; the caller may have gone
}

// takeSTIX writes an incident as STIX, and down that somebody took it.
func (m *Incidents) takeSTIX(ctx context.Context, id string) (Case, []byte, error) {
	now := m.now()
	i, from, err := m.store.seen(ctx, m.store.db, id, now)
	switch {
	case err != nil:
		return i, nil, err
	case from == guest:
		return i, nil, noSuch("bundle")
	case !i.tellable(from):
		return i, nil, redSTIX()
	}
	raw, err := m.stix(ctx, i)
	if err == nil && from != owner {
		err = m.store.noteLook(ctx, "stix", now, id)
	}
	return i, raw, err
}

// stix writes an incident as a bundle of STIX.
func (m *Incidents) stix(ctx context.Context, i Case) ([]byte, error) {
	changed, err := m.store.changedAt(ctx, i)
	if err != nil {
		return nil, err
	}
	stage := i.stage()
	d := i.document(stage, "zh", m.shelf.asked(i.Category, i.AwareAt))
	out, err := m.tellSTIX(ctx, Told{Case: i, ChangedAt: changed, ReportTitle: d.Title + " " + i.Number, ReportText: plain(d), Stage: stage, Vulnerabilities: i.named()})
	if err != nil {
		return nil, fmt.Errorf("write incident %s as STIX: %w", i.ID, err)
	}
	return out, nil
}
