package identifier

import (
	"context"
	"fmt"

	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// nounNode names nodes in search and wherever objects are named.
const nounNode = "node"

// document is how a node is found: by names, prefix and operator. Those that
// answer are found by everybody, the others by who operates them.
func (n node) document() module.Document {
	return module.Document{
		Noun: nounNode, ID: n.ID, Title: n.Name, Tags: []string{n.Prefix, n.Operator.Name.ZH, n.Operator.Name.EN, n.Industry},
		Path: "/identifier/nodes/" + n.ID, Permission: "identifier.view", Organisations: []string{n.Operator.ID}, City: n.State == trial || n.State == inService,
	}
}

func (s nodeStore) finds() []module.Find {
	return []module.Find{{Noun: nounNode, Title: lang.Text{ZH: "标识节点", EN: "Identifier nodes"}, Walk: s.walk}}
}

func (s nodeStore) walk(ctx context.Context, put func(module.Document) error) error {
	rows, err := s.db.Query(ctx, `SELECT `+nodeColumns+` FROM node n ORDER BY n.id`)
	if err != nil {
		return fmt.Errorf("read nodes: %w", err)
	}
	list, err := sqldb.All(rows, scanNode)
	if err != nil {
		return err
	}
	for _, n := range list {
		if err := put(n.document()); err != nil {
			return err
		}
	}
	return nil
}
