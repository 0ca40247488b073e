package identifier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// companyStore keeps the prefixes of companies that nodes resolve.
type companyStore struct{ db *sqldb.DB }

func (s companyStore) of(ctx context.Context, nodeID string) (Companies, error) {
	rows, err := s.db.Query(ctx, `SELECT prefix FROM gs1_company_prefix WHERE node_id = $1 ORDER BY prefix`, nodeID)
	if err != nil {
		return Companies{}, fmt.Errorf("read prefixes of companies: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (p string, err error) { return p, r.Scan(&p) })
	if list == nil {
		list = []string{}
	}
	return Companies{list}, err
}

// owner returns the node of the company whose digits these are.
func (s companyStore) owner(ctx context.Context, digits string) (nodeID string, ok bool, err error) {
	var places []string
	var args []any
	for n := leastCompany; n <= min(mostCompany, len(digits)); n++ {
		args = append(args, digits[:n])
		places = append(places, fmt.Sprintf("$%d", len(args)))
	}
	if len(args) == 0 {
		return "", false, nil
	}
	err = s.db.QueryRow(ctx, `SELECT node_id FROM gs1_company_prefix WHERE prefix IN (`+strings.Join(places, ", ")+`)`, args...).Scan(&nodeID)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("find the company of %s: %w", digits, err)
	}
	return nodeID, true, nil
}

// put gives a node its prefixes. Those of two nodes have nothing in common.
func (s companyStore) put(ctx context.Context, nodeID string, before, after Companies) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM gs1_company_prefix WHERE node_id = $1`, nodeID); err != nil {
			return fmt.Errorf("remove prefixes of companies: %w", err)
		}
		for _, p := range after.Prefixes {
			var other, of string
			err := tx.QueryRow(ctx, `SELECT c.prefix, n.prefix FROM gs1_company_prefix c JOIN node n ON n.id = c.node_id
				WHERE c.node_id <> $1 AND (c.prefix LIKE CAST($2 AS TEXT) || '%' OR CAST($2 AS TEXT) LIKE c.prefix || '%') LIMIT 1`, nodeID, p).Scan(&other, &of)
			if err == nil {
				return fault.New(fault.Conflict, "identifier.company.taken", "%s is resolved by %s already, as %s", p, of, other).With("prefix", p).With("node", of).
					At("body.prefixes", "take it from the node %s first", of)
			}
			if !errors.Is(err, sql.ErrNoRows) {
				return fmt.Errorf("find who has %s: %w", p, err)
			}
			if _, err := tx.Exec(ctx, `INSERT INTO gs1_company_prefix (prefix, node_id) VALUES ($1, $2)`, p, nodeID); err != nil {
				return fmt.Errorf("save a prefix of a company: %w", err)
			}
		}
		tx.Changed("gs1_company_prefix", nodeID, before, after)
		return nil
	})
}
