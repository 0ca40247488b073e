package identifier

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/wire"
)

func (m *Module) tableRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /nodes/{id}/tables/statistics", Permission: "identifier.apply", Summary: "Tables 3 and 8 for a national top node: statistics of a day", Handler: httpd.List(m.listStatisticTable)},
		{Pattern: "GET /nodes/{id}/tables/routes", Permission: "identifier.apply", Summary: "Tables 2 and 7: where nodes resolve", Handler: httpd.List(m.listRouteTable)},
		{Pattern: "GET /nodes/{id}/tables/operators", Permission: "identifier.apply", Sensitive: true, Summary: "Tables 1 and 6: who operates nodes, with what is missing", Handler: httpd.List(m.listOperatorTable)},
		{Pattern: "GET /nodes/{id}/tables/templates", Permission: "identifier.apply", Summary: "Tables 4 and 11: metadata templates in use", Handler: httpd.List(m.listTemplateTable)},
		{Pattern: "GET /nodes/{id}/tables/applications", Permission: "identifier.apply", Summary: "Tables 5 and 10: applications of nodes", Handler: httpd.List(m.listApplicationTable)},
		{Pattern: "GET /nodes/{id}/tables/identifiers", Permission: "identifier.apply", Summary: "Table 9: identifiers that were added or changed on a day", Handler: httpd.List(m.listIdentifierTable)},
	}
}

type tableParams struct {
	sqldb.ListParams
	ID    string `path:"id" maxLength:"26"`
	Below bool   `query:"below" doc:"The enterprise nodes below it (tables 6 to 11) instead of the node itself (1 to 5)"`
	Day   string `query:"day" maxLength:"10" doc:"As 2026-01-31 (UTC+8); default: yesterday"`
}

// reporting returns a secondary node for which the caller reports, and the day.
func (m *Module) reporting(ctx context.Context, in tableParams) (node, time.Time, error) {
	day := startOf(time.Now()).AddDate(0, 0, -1)
	n, err := m.spoken(ctx, in.ID)
	if err != nil {
		return n, day, err
	}
	if n.Role != secondaryNode {
		return n, day, fault.New(fault.Conflict, "identifier.table.role", "tables are those of a secondary node")
	}
	if in.Day != "" {
		if day, err = time.ParseInLocation(time.DateOnly, in.Day, chinaTime()); err != nil {
			return n, day, fault.New(fault.Invalid, "identifier.period", "%q is no day", in.Day).At("query.day", "as 2026-01-31")
		}
	}
	return n, day, nil
}

func (m *Module) listStatisticTable(ctx context.Context, in tableParams) (sqldb.Page[statisticRow], error) {
	n, day, err := m.reporting(ctx, in)
	if err != nil {
		return sqldb.Page[statisticRow]{}, err
	}
	return m.tables.statistics(ctx, n, in.Below, day, in.ListParams)
}

func (m *Module) listIdentifierTable(ctx context.Context, in tableParams) (sqldb.Page[identifierRow], error) {
	n, day, err := m.reporting(ctx, in)
	if err != nil {
		return sqldb.Page[identifierRow]{}, err
	}
	return m.tables.identifiers(ctx, n, day, in.ListParams)
}

// routeRow is a row of the tables 2 and 7: how a node resolves.
type routeRow struct {
	System    string `json:"system" title:"标识体系|Code system"`
	Prefix    string `json:"prefix" title:"前缀|Prefix"`
	Kind      string `json:"ip_kind" title:"IP类型|IP kind"`
	Address   string `json:"ip" title:"IP地址|IP address"`
	Protocols string `json:"protocols" title:"解析协议和端口|Protocols and ports"`
}

func (m *Module) listRouteTable(ctx context.Context, in tableParams) (sqldb.Page[routeRow], error) {
	n, _, err := m.reporting(ctx, in)
	if err != nil {
		return sqldb.Page[routeRow]{}, err
	}
	if err := m.ready(); err != nil {
		return sqldb.Page[routeRow]{}, err
	}
	list, err := m.tables.nodes(ctx, n, in.Below, in.ListParams)
	page := sqldb.Page[routeRow]{Items: []routeRow{}, NextCursor: list.NextCursor, Total: list.Total}
	if err != nil {
		return page, err
	}
	for _, one := range list.Items {
		octets, err := m.siteOf(one)
		if err != nil {
			return page, err
		}
		row := routeRow{System: "Handle", Prefix: one.Prefix}
		if site, err := wire.DecodeSite(octets); err == nil {
			row.route(&site)
		}
		page.Items = append(page.Items, row)
	}
	return page, nil
}

// route writes where the servers of a site are; several are told apart by semicolons.
func (r *routeRow) route(site *wire.Site) {
	var kinds, addresses, protocols []string
	for _, s := range site.Servers {
		addresses = append(addresses, s.Address.String())
		kinds = append(kinds, kindOf(s.Address))
		for _, i := range s.Interfaces {
			protocols = append(protocols, i.Protocol.String()+":"+strconv.FormatUint(uint64(i.Port), 10))
		}
	}
	slices.Sort(kinds)
	slices.Sort(protocols)
	r.Kind, r.Address, r.Protocols = strings.Join(slices.Compact(kinds), ";"), strings.Join(addresses, ";"), strings.ToUpper(strings.Join(slices.Compact(protocols), ";"))
}

func kindOf(a netip.Addr) string {
	if a.Is4() || a.Is4In6() {
		return "IPv4"
	}
	return "IPv6"
}
