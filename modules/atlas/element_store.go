package atlas

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// newID is the ID of something new.
func newID() string { return ulid.Make().String() }

// keptChanges is how many changes the log holds; who is behind by more reads all again.
const keptChanges = 20_000

// elementStore keeps nodes and edges.
type elementStore struct {
	db     *sqldb.DB
	search *module.Search
}

// write is one change of the graph, with the rows that it touches.
type write struct {
	tx      *sqldb.Tx
	seq     int64
	seen    map[string]bool // of the log
	touched map[string]bool // nodes that are said otherwise, or have other edges
}

// begin takes the turn of a change. It comes first in a transaction.
func (s elementStore) begin(ctx context.Context, tx *sqldb.Tx, touched map[string]bool) (*write, error) {
	w := &write{tx: tx, seen: map[string]bool{}, touched: touched}
	if err := tx.QueryRow(ctx, `UPDATE clock SET seq = seq + 1 WHERE id = 1 RETURNING seq`).Scan(&w.seq); err != nil {
		return nil, fmt.Errorf("begin change: %w", err)
	}
	if w.seq%100 == 0 {
		if _, err := tx.Exec(ctx, `DELETE FROM change WHERE seq <= $1`, w.seq-keptChanges); err != nil {
			return nil, fmt.Errorf("forget old changes: %w", err)
		}
	}
	return w, nil
}

func (w *write) note(ctx context.Context, what, id string) error {
	if what == "node" {
		w.touched[id] = true
	}
	if w.seen[what+id] {
		return nil
	}
	w.seen[what+id] = true
	if _, err := w.tx.Exec(ctx, `INSERT INTO change (seq, what, id) VALUES ($1, $2, $3)`, w.seq, what, id); err != nil {
		return fmt.Errorf("note change: %w", err)
	}
	return nil
}

// put saves a node. One that several say is left as the first said it,
// but for a name in English that the first did not know.
func (w *write) put(ctx context.Context, n Node) error {
	props, err := json.Marshal(n.Props)
	if err != nil {
		return fmt.Errorf("write node %s: %w", n.ID, err)
	}
	clash := `DO UPDATE SET origin = excluded.origin, name_zh = excluded.name_zh, name_en = excluded.name_en, props = excluded.props, see = excluded.see, source = excluded.source,
		synthetic = excluded.synthetic, at = excluded.at`
	if isTerm(n.Kind) {
		clash = `DO UPDATE SET name_en = excluded.name_en WHERE node.name_en = '' AND excluded.name_en <> ''`
	}
	_, err = w.tx.Exec(ctx, `INSERT INTO node (id, origin, kind, name_zh, name_en, props, see, source, synthetic, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) `+clash,
		n.ID, n.Owner, n.Kind, n.Name.ZH, n.Name.EN, string(props), n.See, n.Source, n.Synthetic, sqldb.MillisOrZero(n.At))
	if err != nil {
		return fmt.Errorf("save node %s: %w", n.ID, err)
	}
	return w.note(ctx, "node", n.ID)
}

// drop forgets a node with all its edges.
func (w *write) drop(ctx context.Context, id string) error {
	rows, err := w.tx.Query(ctx, `SELECT id FROM edge WHERE src = $1 OR dst = $1`, id)
	if err != nil {
		return fmt.Errorf("read edges of %s: %w", id, err)
	}
	edges, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
	if err != nil {
		return fmt.Errorf("read edges of %s: %w", id, err)
	}
	for _, e := range edges {
		if err := w.forget(ctx, e); err != nil {
			return err
		}
	}
	if _, err := w.tx.Exec(ctx, `DELETE FROM node WHERE id = $1`, id); err != nil {
		return fmt.Errorf("remove node %s: %w", id, err)
	}
	return w.note(ctx, "node", id)
}

// dropAll forgets nodes with all their edges, and tells the search.
func (s elementStore) dropAll(ctx context.Context, tx *sqldb.Tx, ids []string, day string) error {
	touched := map[string]bool{}
	w, err := s.begin(ctx, tx, touched)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := w.drop(ctx, id); err != nil {
			return err
		}
	}
	return s.tell(ctx, tx, touched, day)
}

// forget removes an edge, and the words at its ends where nothing else leads to them.
func (w *write) forget(ctx context.Context, id string) error {
	var src, dst string
	if err := w.tx.QueryRow(ctx, `DELETE FROM edge WHERE id = $1 RETURNING src, dst`, id).Scan(&src, &dst); err != nil {
		return fmt.Errorf("remove edge %s: %w", id, err)
	}
	if err := w.note(ctx, "edge", id); err != nil {
		return err
	}
	w.touched[src], w.touched[dst] = true, true
	for _, end := range []string{src, dst} {
		n, err := w.tx.Exec(ctx, `DELETE FROM node WHERE id = $1 AND kind IN ('`+strings.Join(termKinds(), "', '")+`')
			AND NOT EXISTS (SELECT 1 FROM edge WHERE edge.dst = node.id) AND NOT EXISTS (SELECT 1 FROM edge WHERE edge.src = node.id)`, end)
		if err != nil {
			return fmt.Errorf("remove word %s: %w", end, err)
		}
		if n == 0 {
			continue
		}
		if err := w.note(ctx, "node", end); err != nil {
			return err
		}
	}
	return nil
}

func (w *write) add(ctx context.Context, e Edge) error {
	props, err := json.Marshal(e.Props)
	if err != nil {
		return fmt.Errorf("write edge: %w", err)
	}
	id := newID()
	_, err = w.tx.Exec(ctx, `INSERT INTO edge (id, origin, src, kind, dst, weight, props, see, source, synthetic, actor, actor_name, event, at, valid_from, valid_to)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		id, e.Owner, e.Src, e.Kind, e.Dst, e.Weight, string(props), e.See, e.Source, e.Synthetic, e.actor, e.ActorName, e.Event, sqldb.MillisOrZero(e.At), e.From, e.To)
	if err != nil {
		return fmt.Errorf("save edge from %s to %s: %w", e.Src, e.Dst, err)
	}
	w.touched[e.Src], w.touched[e.Dst] = true, true
	return w.note(ctx, "edge", id)
}

// become makes the edges of an owner those that it now has.
func (w *write) become(ctx context.Context, owner string, has []Edge, forgetKinds []string, day string) error {
	rows, err := w.tx.Query(ctx, `SELECT `+edgeColumns+` FROM edge WHERE origin = $1`, owner)
	if err != nil {
		return fmt.Errorf("read edges of %s: %w", owner, err)
	}
	had, err := sqldb.All(rows, scanEdge)
	if err != nil {
		return fmt.Errorf("read edges of %s: %w", owner, err)
	}
	d := compare(had, has, forgetKinds, day)
	for _, e := range d.add {
		if err := w.add(ctx, e); err != nil {
			return err
		}
	}
	for _, e := range d.end {
		if _, err := w.tx.Exec(ctx, `UPDATE edge SET valid_to = $1 WHERE id = $2`, e.To, e.ID); err != nil {
			return fmt.Errorf("set the end of edge %s: %w", e.ID, err)
		}
		w.touched[e.Src], w.touched[e.Dst] = true, true
		if err := w.note(ctx, "edge", e.ID); err != nil {
			return err
		}
	}
	for _, id := range d.forget {
		if err := w.forget(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

const (
	nodeColumns = `id, origin, kind, name_zh, name_en, props, see, source, synthetic, at`
	edgeColumns = `id, origin, src, kind, dst, weight, props, see, source, synthetic, actor, actor_name, event, at, valid_from, valid_to`
)

func scanNode(r sqldb.Row) (n Node, err error) {
	var props string
	var at int64
	if err := r.Scan(&n.ID, &n.Owner, &n.Kind, &n.Name.ZH, &n.Name.EN, &props, &n.See, &n.Source, &n.Synthetic, &at); err != nil {
		return n, err
	}
	n.At = sqldb.TimeOrZero(at)
	return n, json.Unmarshal([]byte(props), &n.Props)
}

func scanEdge(r sqldb.Row) (e Edge, err error) {
	var props string
	var at int64
	if err := r.Scan(&e.ID, &e.Owner, &e.Src, &e.Kind, &e.Dst, &e.Weight, &props, &e.See, &e.Source, &e.Synthetic, &e.actor, &e.ActorName, &e.Event, &at, &e.From, &e.To); err != nil {
		return e, err
	}
	e.At = sqldb.TimeOrZero(at)
	return e, json.Unmarshal([]byte(props), &e.Props)
}

// seq is the number of the last change.
func (s elementStore) seq(ctx context.Context) (seq int64, err error) {
	if err := s.db.QueryRow(ctx, `SELECT seq FROM clock WHERE id = 1`).Scan(&seq); err != nil {
		return 0, fmt.Errorf("read the number of the last change: %w", err)
	}
	return seq, nil
}

// changed lists what changes after a number touched. whole says that the log does not
// reach so far back.
func (s elementStore) changed(ctx context.Context, after, until int64) (nodes, edges []string, whole bool, err error) {
	if after == 0 || until-after >= keptChanges {
		return nil, nil, true, nil
	}
	rows, err := s.db.Query(ctx, `SELECT DISTINCT what, id FROM change WHERE seq > $1 AND seq <= $2`, after, until)
	if err != nil {
		return nil, nil, false, fmt.Errorf("read changes: %w", err)
	}
	_, err = sqldb.All(rows, func(r sqldb.Row) (none struct{}, err error) {
		var what, id string
		if err := r.Scan(&what, &id); err != nil {
			return none, err
		}
		if what == "node" {
			nodes = append(nodes, id)
		} else {
			edges = append(edges, id)
		}
		return none, nil
	})
	return nodes, edges, false, err
}

// among calls do with pages of IDs as a condition; nil IDs is everything, at once.
func among(ids []string, whole bool, do func(condition string, args []any) error) error {
	if whole {
		return do("1 = 1", nil)
	}
	const page = 500
	for len(ids) > 0 {
		some := ids[:min(page, len(ids))]
		ids = ids[len(some):]
		args := make([]any, len(some))
		for i, id := range some {
			args[i] = id
		}
		marks := strings.TrimSuffix(strings.TrimPrefix(sqldb.Values(1, len(some)), "("), ")")
		if err := do("id IN ("+marks+")", args); err != nil {
			return err
		}
	}
	return nil
}

func (s elementStore) eachNode(ctx context.Context, ids []string, whole bool, do func(Node)) error {
	return among(ids, whole, func(condition string, args []any) error {
		rows, err := s.db.Query(ctx, `SELECT `+nodeColumns+` FROM node WHERE `+condition, args...)
		if err != nil {
			return fmt.Errorf("read nodes: %w", err)
		}
		_, err = sqldb.All(rows, func(r sqldb.Row) (none struct{}, err error) {
			n, err := scanNode(r)
			if err == nil {
				do(n)
			}
			return none, err
		})
		return err
	})
}

func (s elementStore) eachEdge(ctx context.Context, ids []string, whole bool, do func(Edge)) error {
	return among(ids, whole, func(condition string, args []any) error {
		rows, err := s.db.Query(ctx, `SELECT `+edgeColumns+` FROM edge WHERE `+condition, args...)
		if err != nil {
			return fmt.Errorf("read edges: %w", err)
		}
		_, err = sqldb.All(rows, func(r sqldb.Row) (none struct{}, err error) {
			e, err := scanEdge(r)
			if err == nil {
				do(e)
			}
			return none, err
		})
		return err
	})
}
