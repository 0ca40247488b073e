package identifier

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

type nodeStore struct {
	db     *sqldb.DB
	search *module.Search
}

const nodeColumns = `n.id, n.role, n.prefix, n.above_id, n.organisation_id, n.operator_zh, n.operator_en, n.name_zh, n.name_en, n.industry, n.district,
	n.contact_name, n.contact_phone, n.contact_email, n.hosting, n.door, n.site, n.public_key, n.signs, n.signing_key, n.state, n.reason, n.valid_until, n.synthetic, n.created_at, n.version`

func scanNode(r sqldb.Row) (node, error) {
	var n node
	var until, created int64
	err := r.Scan(&n.ID, &n.Role, &n.Prefix, &n.AboveID, &n.Operator.ID, &n.Operator.Name.ZH, &n.Operator.Name.EN, &n.Name.ZH, &n.Name.EN, &n.Industry, &n.District,
		&n.Contact.Name, &n.Contact.Phone, &n.Contact.Email, &n.Hosting, &n.Door, &n.Site, &n.PublicKey, &n.Signs, &n.SigningKey, &n.State, &n.Reason, &until, &n.Synthetic, &created, &n.Version)
	n.CreatedAt = time.UnixMilli(created).UTC()
	if until != 0 {
		n.ValidUntil = time.UnixMilli(until).UTC()
	}
	return n, err
}

func (s nodeStore) insert(ctx context.Context, n node) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO node (id, role, prefix, claim, above_id, organisation_id, operator_zh, operator_en, name_zh, name_en, industry, district,
			contact_name, contact_phone, contact_email, hosting, door, site, public_key, signs, signing_key, state, reason, valid_until, synthetic, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)`,
			n.ID, string(n.Role), n.Prefix, n.claim(), n.AboveID, n.Operator.ID, n.Operator.Name.ZH, n.Operator.Name.EN, n.Name.ZH, n.Name.EN, n.Industry, n.District,
			n.Contact.Name, n.Contact.Phone, n.Contact.Email, n.Hosting, n.Door, n.Site, n.PublicKey, string(n.Signs), n.SigningKey, string(n.State), n.Reason, sqldb.MillisOrZero(n.ValidUntil), n.Synthetic, n.CreatedAt.UnixMilli())
		if sqldb.IsUnique(err) {
			return fault.New(fault.Conflict, "identifier.node.prefix_taken", "the prefix %s is taken", n.Prefix).At("body.prefix", "choose another prefix")
		}
		if err != nil {
			return fmt.Errorf("insert node: %w", err)
		}
		tx.Changed("node", n.ID, nil, n)
		if err := tellNode(ctx, tx, n.ID); err != nil {
			return err
		}
		return s.search.Put(ctx, tx, n.document())
	})
}

func (s nodeStore) get(ctx context.Context, id string) (node, error) {
	n, err := scanNode(s.db.QueryRow(ctx, `SELECT `+nodeColumns+` FROM node n WHERE n.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return n, fault.New(fault.NotFound, "kernel.not_found", "there is no such node, or it is not yours to see")
	}
	if err != nil {
		return n, fmt.Errorf("read node: %w", err)
	}
	return n, nil
}

// change loads a node, lets decide change it, and saves it with what else is to be
// done then.
func (s nodeStore) change(ctx context.Context, id string, version int64, decide func(node) (node, error), also ...func(ctx context.Context, tx *sqldb.Tx, before, after node) error) (node, error) {
	var n node
	err := s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := scanNode(tx.QueryRow(ctx, `SELECT `+nodeColumns+` FROM node n WHERE n.id = $1`, id))
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "kernel.not_found", "there is no such node, or it is not yours to see")
		}
		if err != nil {
			return fmt.Errorf("read node: %w", err)
		}
		if before.Version != version {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this node meanwhile; read it again")
		}
		after, err := decide(before)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE node SET name_zh = $1, name_en = $2, industry = $3, district = $4, contact_name = $5, contact_phone = $6, contact_email = $7,
			hosting = $8, door = $9, site = $10, public_key = $11, state = $12, claim = $13, reason = $14, valid_until = $15, signs = $16, signing_key = $17, version = version + 1 WHERE id = $18`,
			after.Name.ZH, after.Name.EN, after.Industry, after.District, after.Contact.Name, after.Contact.Phone, after.Contact.Email,
			after.Hosting, after.Door, after.Site, after.PublicKey, string(after.State), after.claim(), after.Reason, sqldb.MillisOrZero(after.ValidUntil), string(after.Signs), after.SigningKey, id)
		if err != nil {
			return fmt.Errorf("update node: %w", err)
		}
		tx.Changed("node", id, before, after)
		for _, do := range also {
			if err := do(ctx, tx, before, after); err != nil {
				return err
			}
		}
		after.Version++
		n = after
		if err := tellNode(ctx, tx, id); err != nil {
			return err
		}
		return s.search.Put(ctx, tx, n.document())
	})
	return n, err
}

// remove removes a node below which there are none.
func (s nodeStore) remove(ctx context.Context, n node) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		var below int
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM node WHERE above_id = $1`, n.ID).Scan(&below); err != nil {
			return fmt.Errorf("count nodes below: %w", err)
		}
		if below > 0 {
			return fault.New(fault.Conflict, "identifier.node.below", "%d nodes are below it; remove them first", below)
		}
		for _, statement := range []string{
			`DELETE FROM node WHERE id = $1`, `DELETE FROM node_count WHERE node_id = $1`,
			`DELETE FROM probe_standing WHERE node_id = $1`, `DELETE FROM probe_day WHERE node_id = $1`, `DELETE FROM node_event WHERE node_id = $1`, `DELETE FROM node_stop WHERE node_id = $1`,
		} {
			if _, err := tx.Exec(ctx, statement, n.ID); err != nil {
				return fmt.Errorf("remove node: %w", err)
			}
		}
		tx.Changed("node", n.ID, n, nil)
		if err := tellNode(ctx, tx, n.ID); err != nil {
			return err
		}
		return s.search.Remove(ctx, tx, nounNode, n.ID)
	})
}

// answering returns the nodes whose prefixes resolve, hosted here or not.
func (s nodeStore) answering(ctx context.Context) ([]node, error) {
	rows, err := s.db.Query(ctx, `SELECT `+nodeColumns+` FROM node n WHERE n.state IN ('trial', 'in_service', 'suspended')`)
	if err != nil {
		return nil, fmt.Errorf("read nodes: %w", err)
	}
	return sqldb.All(rows, scanNode)
}

// stamp differs whenever a node was added or changed.
func (s nodeStore) stamp(ctx context.Context) (stamp string, err error) {
	var count, versions int64
	if err := s.db.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(version), 0) FROM node`).Scan(&count, &versions); err != nil {
		return "", fmt.Errorf("look for changed nodes: %w", err)
	}
	return fmt.Sprint(count, "/", versions), nil
}

// inState returns the nodes in a state.
func (s nodeStore) inState(ctx context.Context, in state) ([]node, error) {
	rows, err := s.db.Query(ctx, `SELECT `+nodeColumns+` FROM node n WHERE n.state = $1`, string(in))
	if err != nil {
		return nil, fmt.Errorf("read nodes: %w", err)
	}
	return sqldb.All(rows, scanNode)
}

// freePrefix returns the next prefix that a node may allocate. Prefixes below a
// secondary node are numbered from 1; those below a root go on from the last,
// since others than the city may number them.
func (s nodeStore) freePrefix(ctx context.Context, n node) (string, error) {
	if n.Role == enterpriseNode || !n.State.changes() {
		return "", nil
	}
	rows, err := s.db.Query(ctx, `SELECT n.prefix FROM node n WHERE n.above_id = $1 AND n.state <> 'refused'`, n.ID)
	if err != nil {
		return "", fmt.Errorf("read prefixes: %w", err)
	}
	taken, err := sqldb.All(rows, func(r sqldb.Row) (prefix string, err error) { return prefix, r.Scan(&prefix) })
	if err != nil {
		return "", err
	}
	if n.Role == secondaryNode {
		return nextPrefix(n.Prefix, taken), nil
	}
	return nextSecondary(taken), nil
}

// below counts the nodes that answer and were allocated to by each of some.
func (s nodeStore) below(ctx context.Context, ids []string) (map[string]int64, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	in, args := marks(ids)
	rows, err := s.db.Query(ctx, `SELECT n.above_id, COUNT(*) FROM node n WHERE n.state IN ('trial', 'in_service', 'suspended') AND n.above_id IN (`+in+`) GROUP BY n.above_id`, args...)
	if err != nil {
		return nil, fmt.Errorf("count nodes below: %w", err)
	}
	counts := map[string]int64{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (id string, err error) {
		var n int64
		err = r.Scan(&id, &n)
		counts[id] = n
		return id, err
	})
	return counts, err
}

// districtCount is how many nodes answer in a district, and of how many of them
// probes see that they do not.
type districtCount struct {
	Code       string `json:"code"`
	Secondary  int64  `json:"secondary"`
	Enterprise int64  `json:"enterprise"`
	Down       int64  `json:"down"`
}

// byDistrict counts the nodes that everybody sees.
func (s nodeStore) byDistrict(ctx context.Context) ([]districtCount, error) {
	rows, err := s.db.Query(ctx, `SELECT n.district, SUM(CASE n.role WHEN 'secondary' THEN 1 ELSE 0 END), SUM(CASE n.role WHEN 'enterprise' THEN 1 ELSE 0 END),
		SUM(CASE WHEN EXISTS (SELECT 1 FROM node_event e WHERE `+lasting+` AND e.node_id = n.id) THEN 1 ELSE 0 END)
		FROM node n WHERE n.state IN ('trial', 'in_service') GROUP BY n.district ORDER BY n.district`)
	if err != nil {
		return nil, fmt.Errorf("count nodes by district: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (c districtCount, err error) {
		err = r.Scan(&c.Code, &c.Secondary, &c.Enterprise, &c.Down)
		return c, err
	})
}

// marks are the places of words in a condition, and the words.
func marks(words []string) (in string, args []any) {
	list := slices.Compact(slices.Sorted(slices.Values(words)))
	places := make([]string, len(list))
	for i, word := range list {
		places[i], args = fmt.Sprint("$", i+1), append(args, word)
	}
	return strings.Join(places, ", "), args
}

// open returns the nodes of prefixes that everybody sees.
func (s nodeStore) open(ctx context.Context, prefixes []string) ([]node, error) {
	if len(prefixes) == 0 {
		return nil, nil
	}
	in, args := marks(prefixes)
	rows, err := s.db.Query(ctx, `SELECT `+nodeColumns+` FROM node n WHERE n.state IN ('trial', 'in_service') AND n.prefix IN (`+in+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read nodes: %w", err)
	}
	return sqldb.All(rows, scanNode)
}

type nodeParams struct {
	sqldb.ListParams
	Role     string `query:"role" enum:"root,secondary,enterprise"`
	State    string `query:"state" enum:"applied,refused,trial,in_service,suspended,revoked"`
	Above    string `query:"above" maxLength:"26" doc:"ID of the node that allocates"`
	Industry string `query:"industry" maxLength:"4"`
	District string `query:"district" maxLength:"6"`
}

// list returns nodes that the caller may see: their organisation's, those that
// their nodes allocate to, and for everybody the nodes that answer.
func (s nodeStore) list(ctx context.Context, in nodeParams) (sqldb.Page[node], error) {
	l := sqldb.List{
		Select: nodeColumns, From: "node n", Key: "n.id", Order: "prefix",
		Sort: map[string]string{
			"prefix": "n.prefix", "name": "n.name_zh", "role": "n.role", "state": "n.state", "district": "n.district",
			"valid_until": "n.valid_until", "created_at": "n.created_at",
		},
		Search: []string{"n.prefix", "n.name_zh", "n.name_en", "n.operator_zh", "n.operator_en"},
	}
	l.WhereIf("n.role = ?", in.Role).WhereIf("n.state = ?", in.State).WhereIf("n.above_id = ?", in.Above).WhereIf("n.industry = ?", in.Industry).WhereIf("n.district = ?", in.District)
	s.filter(&l, identity.From(ctx).Scope)
	return sqldb.Fetch(ctx, s.db, l, in.ListParams, scanNode)
}

func (s nodeStore) filter(l *sqldb.List, scope identity.Scope) {
	if scope.All {
		return
	}
	own := sqldb.List{}
	scope.Filter(&own, "x.organisation_id")
	own.Nest(l, "(n.state IN ('trial', 'in_service') OR EXISTS (SELECT 1 FROM node x WHERE (x.id = n.id OR x.id = n.above_id) AND ", "))")
}
