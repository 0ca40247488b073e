package identifier

import (
	"context"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/module"
)

func (m *Module) quotaRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /nodes/{id}/quota", Permission: "identifier.view", Summary: "How much a node may have, and what it has used today", Handler: httpd.JSON(m.readQuota)},
		{Pattern: "PUT /nodes/{id}/quota", Permission: "identifier.review", Summary: "Set how much a node may have", Handler: httpd.JSON(m.setQuota)},
	}
}

// quotaView is a quota with what was used of it.
type quotaView struct {
	Quota
	Used    Quota `json:"used" doc:"Identifiers and prefixes that there are; registrations and resolutions of today, as of some seconds ago"`
	Yours   bool  `json:"yours" doc:"The caller may set it"`
	Version int64 `json:"version"`
}

// ETag implements httpd.Tagged.
func (v quotaView) ETag() int64 { return v.Version }

func (m *Module) readQuota(ctx context.Context, in httpd.Object) (quotaView, error) {
	n, err := m.visible(ctx, in.ID)
	if err != nil {
		return quotaView{}, err
	}
	return m.quotaOf(ctx, n)
}

func (m *Module) quotaOf(ctx context.Context, n node) (v quotaView, err error) {
	if v.Yours, err = m.reviews(ctx, n); err != nil {
		return v, err
	}
	if v.Quota, v.Version, err = m.quotaRows.of(ctx, n.ID); err != nil {
		return v, err
	}
	if v.Used.Prefixes, err = m.quotaRows.prefixes(ctx, n.ID); err != nil {
		return v, err
	}
	if m.ready() == nil {
		if v.Used.Identifiers, err = m.records.Count(ctx, n.Prefix); err != nil {
			return v, err //nolint:wrapcheck // it says all
		}
	}
	v.Used.Registrations, v.Used.Requests, err = m.quotaRows.used(ctx, n.ID, dayOf(time.Now()))
	return v, err
}

type setQuotaInput struct {
	httpd.Object
	httpd.IfMatch
	Body Quota
}

func (m *Module) setQuota(ctx context.Context, in setQuotaInput) (quotaView, error) {
	version, err := in.Expected()
	if err != nil {
		return quotaView{}, err
	}
	n, err := m.visible(ctx, in.ID)
	if err != nil {
		return quotaView{}, err
	}
	may, err := m.reviews(ctx, n)
	if err != nil {
		return quotaView{}, err
	}
	if !may {
		return quotaView{}, fault.New(fault.Forbidden, "identifier.node.not_above", "whoever allocates the prefix sets its quota")
	}
	before, _, err := m.quotaRows.of(ctx, n.ID)
	if err != nil {
		return quotaView{}, err
	}
	if err := m.quotaRows.put(ctx, n.ID, dayOf(time.Now()), before, in.Body, version); err != nil {
		return quotaView{}, err
	}
	if m.ready() == nil {
		if err := m.settleQuotas(ctx); err != nil {
			return quotaView{}, err
		}
	}
	return m.quotaOf(ctx, n)
}
