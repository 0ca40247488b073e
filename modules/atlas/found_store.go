package atlas

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// finds are what the city's search can walk through, each kind by itself.
func (m *Module) finds() []module.Find {
	titles := map[string]lang.Text{
		kindChain: {ZH: "产业链", EN: "Chains"}, kindStage: {ZH: "产业链环节", EN: "Stages of chains"}, kindProduct: {ZH: "产品", EN: "Products"},
		kindTechnology: {ZH: "技术", EN: "Technologies"}, kindCapability: {ZH: "能力", EN: "Capabilities"}, kindOutside: {ZH: "市外企业", EN: "Enterprises outside"},
	}
	list := []module.Find{}
	for _, kind := range foundKinds() {
		list = append(list, module.Find{Noun: kind, Title: titles[kind], Walk: func(ctx context.Context, put func(module.Document) error) error {
			c, err := m.memory.now(ctx)
			if err != nil {
				return err
			}
			return c.found(func(_ string, d module.Document) error {
				if d.Noun != kind {
					return nil
				}
				return put(d)
			})
		}})
	}
	return list
}

// wholeCity stands where a document tells whose it is: an organisation that is in nobody's
// scope but of those who see the whole city.
const wholeCity = "the whole city"

// ofNode is how the search finds a node. chain is the name of the chain of a stage. What
// is not for everybody is for who sees the whole city.
func ofNode(n Node, chain lang.Text, public bool) module.Document {
	kind, id, _ := strings.Cut(n.ID, "/")
	d := module.Document{Noun: kind, ID: id, Title: n.Name, Path: n.Props["link"], Permission: "atlas.view", City: public}
	if !public {
		d.Organisations = []string{wholeCity}
	}
	if kind == kindStage {
		d.Path += "?stage=" + url.QueryEscape(n.Props["stage"])
	}
	if d.Path == "" {
		q := url.Values{"node": {n.ID}, "pick": {n.ID}}
		d.Path = "/atlas/explorer?" + q.Encode()
	}
	for _, tag := range []string{chain.ZH, chain.EN, n.Props["code"], n.Props["region"]} {
		if tag != "" {
			d.Tags = append(d.Tags, tag)
		}
	}
	d.Body = n.Props["note"]
	return d
}

// digestOf tells documents apart.
func digestOf(d module.Document) string {
	text, err := json.Marshal(d)
	if err != nil {
		return "" // a document is plain strings
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// found are the documents of the nodes that are there on the day of a city.
func (c *city) found(do func(id string, d module.Document) error) error {
	for _, id := range sortedKeys(c.hidden) {
		if !isFound(id) {
			continue
		}
		n := c.nodes[id]
		if err := do(id, ofNode(n, c.nodes[n.Props["chain"]].Name, !c.hidden[id])); err != nil {
			return err
		}
	}
	return nil
}

// tell tells the search of nodes as a change leaves them: in the same transaction, so that
// nobody finds what they may no longer see.
func (s elementStore) tell(ctx context.Context, tx *sqldb.Tx, touched map[string]bool, day string) error {
	for _, id := range slices.Sorted(maps.Keys(touched)) {
		if !isFound(id) {
			continue
		}
		d, there, err := s.document(ctx, tx, id, day)
		if err != nil {
			return err
		}
		if err := s.tellOne(ctx, tx, id, d, there); err != nil {
			return err
		}
	}
	return nil
}

func (s elementStore) tellOne(ctx context.Context, tx *sqldb.Tx, id string, d module.Document, there bool) error {
	var told string
	err := tx.QueryRow(ctx, `SELECT digest FROM found WHERE node_id = $1`, id).Scan(&told)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read what the search was told: %w", err)
	}
	known := err == nil
	if !there {
		if !known {
			return nil
		}
		if _, err := tx.Exec(ctx, `DELETE FROM found WHERE node_id = $1`, id); err != nil {
			return fmt.Errorf("note what the search is told: %w", err)
		}
		kind, rest, _ := strings.Cut(id, "/")
		return s.search.Remove(ctx, tx, kind, rest)
	}
	digest := digestOf(d)
	if known && told == digest {
		return nil
	}
	_, err = tx.Exec(ctx, `INSERT INTO found (node_id, digest) VALUES ($1, $2) ON CONFLICT (node_id) DO UPDATE SET digest = excluded.digest`, id, digest)
	if err != nil {
		return fmt.Errorf("note what the search is told: %w", err)
	}
	return s.search.Put(ctx, tx, d)
}

// document is how the search finds a node on a day; it is not there where the graph does
// not show it to anybody: words and stages without an edge that holds.
func (s elementStore) document(ctx context.Context, tx *sqldb.Tx, id, day string) (d module.Document, there bool, err error) {
	n, err := scanNode(tx.QueryRow(ctx, `SELECT `+nodeColumns+` FROM node WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return d, false, nil
	}
	if err != nil {
		return d, false, fmt.Errorf("read node %s: %w", id, err)
	}
	public := n.See == seePublic
	if isHeld(n.Kind) {
		held, err := joined(ctx, tx, id, day, "")
		if err != nil || !held {
			return d, false, err
		}
	}
	if public && isTerm(n.Kind) {
		if public, err = joined(ctx, tx, id, day, ` AND e.see = 'public' AND o.see = 'public'`); err != nil {
			return d, false, err
		}
	}
	var chain lang.Text
	if of := n.Props["chain"]; of != "" {
		err := tx.QueryRow(ctx, `SELECT name_zh, name_en FROM node WHERE id = $1`, of).Scan(&chain.ZH, &chain.EN)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return d, false, fmt.Errorf("read chain of %s: %w", id, err)
		}
	}
	return ofNode(n, chain, public), true, nil
}

// joined tells whether a node has an edge that holds on a day, of which the other end is there.
func joined(ctx context.Context, tx *sqldb.Tx, id, day, open string) (yes bool, err error) {
	const holds = ` AND e.valid_from <= $2 AND (e.valid_to = '' OR e.valid_to > $2)`
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM edge e JOIN node o ON o.id = e.src WHERE e.dst = $1`+holds+open+`) OR EXISTS (SELECT 1 FROM edge e JOIN node o ON o.id = e.dst WHERE e.src = $1`+holds+open+`)`, id, day).Scan(&yes)
	if err != nil {
		return false, fmt.Errorf("look for edges of %s: %w", id, err)
	}
	return yes, nil
}

// told are the digests of what the search was told.
func (s elementStore) told(ctx context.Context) (map[string]string, error) {
	rows, err := s.db.Query(ctx, `SELECT node_id, digest FROM found`)
	if err != nil {
		return nil, fmt.Errorf("read what the search was told: %w", err)
	}
	list := map[string]string{}
	_, err = sqldb.All(rows, func(r sqldb.Row) (none struct{}, err error) {
		var id, digest string
		err = r.Scan(&id, &digest)
		list[id] = digest
		return none, err
	})
	return list, err
}

// settled is the graph of which the search was told all.
type settled struct {
	day string
	seq int64
}

// settleFound tells the search what became of nodes with the day: edges begin and end
// without anybody changing anything. What changes tell, they have told.
func (m *Module) settleFound(ctx context.Context) error {
	c, err := m.memory.now(ctx)
	if err != nil {
		return err
	}
	if now := (settled{c.day, c.seq}); m.settled.Load() == now {
		return nil
	}
	told, err := m.elements.told(ctx)
	if err != nil {
		return err
	}
	other := []string{}
	err = c.found(func(id string, d module.Document) error {
		if told[id] != digestOf(d) {
			other = append(other, id)
		}
		delete(told, id)
		return nil
	})
	if err != nil {
		return err
	}
	other = append(other, slices.Sorted(maps.Keys(told))...)
	const page = 500
	for some := range slices.Chunk(other, page) {
		err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
			// The turn of a change is taken, and nothing is changed.
			if _, err := tx.Exec(ctx, `UPDATE clock SET seq = seq WHERE id = 1`); err != nil {
				return fmt.Errorf("take a turn: %w", err)
			}
			touched := map[string]bool{}
			for _, id := range some {
				touched[id] = true
			}
			return m.elements.tell(ctx, tx, touched, c.day)
		})
		if err != nil {
			return err
		}
	}
	m.settled.Store(settled{c.day, c.seq})
	return nil
}
