package atlas

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

// chainStore keeps chains, their versions and proposals.
type chainStore struct {
	db       *sqldb.DB
	elements elementStore
}

const chainColumns = `c.id, c.name_zh, c.name_en, c.stages, c.synthetic, c.created_at, c.updated_at, c.version`

func scanChain(r sqldb.Row) (c Chain, err error) {
	var created, updated int64
	err = r.Scan(&c.ID, &c.Name.ZH, &c.Name.EN, &c.Stages, &c.Synthetic, &created, &updated, &c.Version)
	c.CreatedAt, c.UpdatedAt = sqldb.TimeOrZero(created), sqldb.TimeOrZero(updated)
	return c, err
}

type reader interface {
	QueryRow(ctx context.Context, query string, args ...any) *sql.Row
}

func (s chainStore) read(ctx context.Context, db reader, id string) (Chain, error) {
	c, err := scanChain(db.QueryRow(ctx, `SELECT `+chainColumns+` FROM chain c WHERE c.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.New(fault.NotFound, "kernel.not_found", "there is no such chain")
	}
	if err != nil {
		return c, fmt.Errorf("read chain %s: %w", id, err)
	}
	return c, nil
}

// content reads a version; 0 is the present one.
func (s chainStore) content(ctx context.Context, id string, version int64) (c Content, err error) {
	var text string
	query, args := `SELECT content FROM chain_version WHERE chain_id = $1 ORDER BY version DESC LIMIT 1`, []any{id}
	if version > 0 {
		query, args = `SELECT content FROM chain_version WHERE chain_id = $1 AND version = $2`, []any{id, version}
	}
	err = s.db.QueryRow(ctx, query, args...).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.New(fault.NotFound, "kernel.not_found", "the chain has no such version")
	}
	if err != nil {
		return c, fmt.Errorf("read version %d of chain %s: %w", version, id, err)
	}
	return c, json.Unmarshal([]byte(text), &c)
}

func (s chainStore) list(ctx context.Context, p sqldb.ListParams) (sqldb.Page[Chain], error) {
	l := sqldb.List{
		Select: chainColumns, From: "chain c", Key: "c.id", Order: "name", Search: []string{"c.name_zh", "c.name_en"},
		Sort: map[string]string{"name": "c.name_zh", "stages": "c.stages", "updated_at": "c.updated_at"},
	}
	return sqldb.Fetch(ctx, s.db, l, p, scanChain)
}

// ChainVersion is what became of a chain.
type ChainVersion struct {
	Version int64     `json:"version" title:"版本|Version"`
	Note    string    `json:"note" title:"说明|Note"`
	Origin  string    `json:"origin" enum:"bureau,proposal" title:"来源|Origin"`
	Name    string    `json:"name" title:"编辑人|Who"`
	At      time.Time `json:"at" title:"时间|At"`
}

func (s chainStore) versions(ctx context.Context, id string, p sqldb.ListParams) (sqldb.Page[ChainVersion], error) {
	l := sqldb.List{
		Select: "v.version, v.note, v.origin, v.actor_name, v.at", From: "chain_version v", Key: "v.chain_id || ' ' || v.version", Order: "-version",
		Sort: map[string]string{"version": "v.version", "at": "v.at"}, Search: []string{"v.note", "v.actor_name"},
	}
	l.Where("v.chain_id = ?", id)
	return sqldb.Fetch(ctx, s.db, l, p, func(r sqldb.Row) (v ChainVersion, err error) {
		var at int64
		err = r.Scan(&v.Version, &v.Note, &v.Origin, &v.Name, &at)
		v.At = sqldb.TimeOrZero(at)
		return v, err
	})
}

// edition is a version that is to become the present one.
type edition struct {
	content Content
	note    string
	origin  string
	by      author
	at      time.Time
}

// save makes an edition the present version; a chain with version 0 is new.
func (s chainStore) save(ctx context.Context, tx *sqldb.Tx, c Chain, e edition) (Chain, error) {
	before := c
	c.Version, c.Stages, c.UpdatedAt = c.Version+1, len(e.content.Stages), e.at
	var n int64
	var err error
	if before.Version == 0 {
		n, err = tx.Exec(ctx, `INSERT INTO chain (id, name_zh, name_en, stages, synthetic, created_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, $6, 1)`,
			c.ID, c.Name.ZH, c.Name.EN, c.Stages, c.Synthetic, sqldb.MillisOrZero(e.at))
	} else {
		n, err = tx.Exec(ctx, `UPDATE chain SET name_zh = $1, name_en = $2, stages = $3, updated_at = $4, version = $5 WHERE id = $6 AND version = $7`,
			c.Name.ZH, c.Name.EN, c.Stages, sqldb.MillisOrZero(e.at), c.Version, c.ID, before.Version)
	}
	switch {
	case sqldb.IsUnique(err):
		return c, fault.New(fault.Conflict, "atlas.chain.taken", "there is a chain of this name").At("body.name", "another name, or edit the chain that has it")
	case err != nil:
		return c, fmt.Errorf("save chain: %w", err)
	case n == 0:
		return c, fault.New(fault.Precondition, "kernel.stale", "somebody changed this chain meanwhile; read it again")
	}
	text, err := json.Marshal(e.content)
	if err != nil {
		return c, fmt.Errorf("write version: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO chain_version (chain_id, version, content, note, origin, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		c.ID, c.Version, string(text), e.note, e.origin, e.by.actor, e.by.name, sqldb.MillisOrZero(e.at))
	if err != nil {
		return c, fmt.Errorf("save version: %w", err)
	}
	tx.Changed("chain", c.ID, before, c)
	return c, s.elements.hearAll(ctx, tx, []told{ofChain(c, e.content, e.by, e.at)}, e.at)
}

// edit makes an edition the present version of a chain that was read as a version.
func (s chainStore) edit(ctx context.Context, id string, version int64, change func(Chain) Chain, e edition) (c Chain, err error) {
	err = s.db.Write(ctx, func(tx *sqldb.Tx) error {
		before, err := s.read(ctx, tx, id)
		if err != nil {
			return err
		}
		if before.Version != version {
			return fault.New(fault.Precondition, "kernel.stale", "somebody changed this chain meanwhile; read it again")
		}
		c, err = s.save(ctx, tx, change(before), e)
		return err
	})
	return c, err
}

func (s chainStore) create(ctx context.Context, c Chain, e edition) (Chain, error) {
	var made Chain
	err := s.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		made, err = s.save(ctx, tx, c, e)
		return err
	})
	return made, err
}

// remove forgets a chain of the demonstration city.
func (s chainStore) remove(ctx context.Context, c Chain) error {
	return s.db.Write(ctx, func(tx *sqldb.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM chain WHERE id = $1`, c.ID); err != nil {
			return fmt.Errorf("remove chain: %w", err)
		}
		tx.Changed("chain", c.ID, c, nil)
		// Stages of versions before are there, too.
		rows, err := tx.Query(ctx, `SELECT id FROM node WHERE origin = $1`, chainNode(c.ID))
		if err != nil {
			return fmt.Errorf("read nodes of a chain: %w", err)
		}
		ids, err := sqldb.All(rows, func(r sqldb.Row) (id string, err error) { return id, r.Scan(&id) })
		if err != nil {
			return fmt.Errorf("read nodes of a chain: %w", err)
		}
		return s.elements.dropAll(ctx, tx, ids, today(time.Now()))
	})
}

// newest are the chains that were changed last.
func (s chainStore) newest(ctx context.Context, most int) ([]Chain, error) {
	rows, err := s.db.Query(ctx, `SELECT `+chainColumns+` FROM chain c ORDER BY c.updated_at DESC, c.id LIMIT $1`, most)
	if err != nil {
		return nil, fmt.Errorf("read chains: %w", err)
	}
	return sqldb.All(rows, scanChain)
}
