package atlas

import (
	"context"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Module) outsideRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /outside", Permission: "atlas.edit", Summary: "Enterprises outside that the bureau brought in", Handler: httpd.List(m.listOutside)},
		{Pattern: "DELETE /outside/{id}", Permission: "atlas.edit", Summary: "Remove an enterprise outside of the demonstration city, with its relations", Handler: httpd.JSON(m.removeOutside)},
	}
}

// OutsideView is an enterprise outside as lists show it.
type OutsideView struct {
	ID        string    `json:"id" doc:"Its code, or its name where it has none"`
	Node      string    `json:"node" doc:"What it is in the graph"`
	Name      lang.Text `json:"name" title:"企业|Enterprise"`
	Code      string    `json:"code" title:"统一社会信用代码|USCC"`
	Region    string    `json:"region" title:"所在地区|Region"`
	Source    string    `json:"source" title:"来源|Source"`
	See       string    `json:"see" enum:"public,bureau" title:"可见范围|Who sees it"`
	Synthetic bool      `json:"synthetic" title:"合成数据|Synthetic"`
	At        time.Time `json:"at" title:"导入时间|Brought in"`
}

func viewOutside(n Node) OutsideView {
	return OutsideView{n.ID[len(kindOutside)+1:], n.ID, n.Name, n.Props["code"], n.Props["region"], n.Source, n.See, n.Synthetic, n.At}
}

type outsideParams struct {
	sqldb.ListParams
	Synthetic string `query:"synthetic" enum:"yes,no"`
}

func (m *Module) listOutside(ctx context.Context, in outsideParams) (sqldb.Page[OutsideView], error) {
	if err := bureauOnly(ctx); err != nil {
		return sqldb.Page[OutsideView]{}, err
	}
	return m.elements.outside(ctx, in)
}

func (m *Module) removeOutside(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	if err := bureauOnly(ctx); err != nil {
		return httpd.Nothing{}, err
	}
	err := m.elements.remove(ctx, kindOutside+"/"+in.ID, func(n Node) error {
		if n.Synthetic {
			return nil
		}
		return fault.New(fault.Conflict, "atlas.outside.kept", "only enterprises outside of the demonstration city can be removed")
	})
	if err == nil {
		m.kit.Notify(topicGraph, "", "")
	}
	return httpd.Nothing{}, err
}
