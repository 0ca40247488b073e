package identifier

import (
	"context"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
	"linghang/modules/identifier/identifierevent"
)

// Listed returns what everybody sees of a node, for other rooms.
func (m *Module) Listed(ctx context.Context, id string) (identifierevent.Listed, error) {
	n, err := m.nodes.get(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return identifierevent.Listed{NodeID: id, Gone: true}, nil
	}
	if err != nil {
		return identifierevent.Listed{}, err
	}
	return n.listed(), nil
}

// EachListed hands over what everybody sees of all nodes that answer.
func (m *Module) EachListed(ctx context.Context, do func(identifierevent.Listed) error) error {
	const page = 500
	for after := ""; ; {
		rows, err := m.nodes.db.Query(ctx, `SELECT `+nodeColumns+` FROM node n WHERE n.id > $1 AND n.state IN ('trial', 'in_service') ORDER BY n.id LIMIT $2`, after, page)
		if err != nil {
			return fmt.Errorf("read nodes: %w", err)
		}
		list, err := sqldb.All(rows, scanNode)
		if err != nil {
			return fmt.Errorf("read nodes: %w", err)
		}
		for _, n := range list {
			if err := do(n.listed()); err != nil {
				return err
			}
			after = n.ID
		}
		if len(list) < page {
			return nil
		}
	}
}

func (n node) listed() identifierevent.Listed {
	if n.State == applied || n.State == refused {
		return identifierevent.Listed{NodeID: n.ID, Gone: true}
	}
	return identifierevent.Listed{
		NodeID: n.ID, Retired: n.State != trial && n.State != inService, Prefix: n.Prefix, AboveID: n.AboveID, NameZH: n.Name.ZH, NameEN: n.Name.EN,
		Operator: n.Operator.ID, OperatorZH: n.Operator.Name.ZH, OperatorEN: n.Operator.Name.EN, Industry: n.Industry, District: n.District, Since: n.CreatedAt, Synthetic: n.Synthetic,
	}
}

// tellNode tells other rooms that a node is another now.
func tellNode(ctx context.Context, tx *sqldb.Tx, id string) error {
	return tx.Emit(ctx, identifierevent.NodeChanged{NodeID: id, At: time.Now().UTC()})
}
