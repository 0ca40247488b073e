package identifier

import (
	"context"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Module) custodyRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /nodes/{id}/escrow", Permission: "identifier.apply", Summary: "Packages of a secondary node that were made for the escrow body", Handler: httpd.List(m.listCustody)},
	}
}

type custodyParams struct {
	sqldb.ListParams
	ID string `path:"id" maxLength:"26"`
}

func (m *Module) listCustody(ctx context.Context, in custodyParams) (sqldb.Page[Custody], error) {
	n, err := m.spoken(ctx, in.ID)
	if err != nil {
		return sqldb.Page[Custody]{}, err
	}
	if n.Role != secondaryNode {
		return sqldb.Page[Custody]{}, fault.New(fault.Conflict, "identifier.table.role", "packages are those of a secondary node")
	}
	return m.custodies.list(ctx, n.ID, in.ListParams)
}
