package asset

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/sqldb"
)

func (s store) pairs(ctx context.Context, organisation string) ([]pairOf, error) {
	rows, err := s.db.Query(ctx, fmt.Sprintf(`SELECT k.asset_id, o.asset_id, MIN(k.rank) FROM security_asset_key k JOIN security_asset_key o ON o.organisation_id = k.organisation_id AND o.value = k.value AND o.asset_id > k.asset_id
		WHERE k.organisation_id = $1 AND NOT EXISTS (SELECT 1 FROM security_asset_distinct d WHERE d.first_id = k.asset_id AND d.second_id = o.asset_id)
		GROUP BY k.asset_id, o.asset_id ORDER BY MIN(k.rank), k.asset_id, o.asset_id LIMIT %d`, mostPairs), organisation)
	if err != nil {
		return nil, fmt.Errorf("look for pairs: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (p pairOf, err error) { return p, r.Scan(&p.first, &p.second, &p.rank) })
}

func (m *Assets) distinct(ctx context.Context, in assetPairInput) (pairList, error) {
	err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		a, b, err := m.both(ctx, tx, in.Body.First, in.Body.Second)
		if err != nil {
			return err
		}
		tx.Changed("security_asset_distinct", a.ID, nil, in.Body)
		_, err = tx.Exec(ctx, `INSERT INTO security_asset_distinct (first_id, second_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, min(a.ID, b.ID), max(a.ID, b.ID))
		return err
	})
	if err != nil {
		return pairList{Items: []Pair{}}, err
	}
	return m.listPairs(ctx, nothing{})
}

func (m *Assets) merge(ctx context.Context, in assetMergeInput) (Asset, error) {
	now, who := m.now(), handOf(ctx)
	err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		survivor, other, err := m.both(ctx, tx, in.Body.Survivor, in.Body.Other)
		if err != nil {
			return err
		}
		before, err := json.Marshal(survivor.Facts)
		if err != nil {
			return fmt.Errorf("write asset: %w", err)
		}
		gone := other
		gone.State, gone.MergedIn, gone.UpdatedAt = Merged, survivor.ID, now
		if err := m.store.save(ctx, tx, other, gone, "merged_away", who); err != nil {
			return err
		}
		after := survivor
		after.Facts, after.UpdatedAt = survivor.joined(other.Facts), now
		if err := m.store.save(ctx, tx, survivor, after, "merged", who); err != nil {
			return err
		}
		id := ulid.Make().String()
		_, err = tx.Exec(ctx, `INSERT INTO security_asset_merge (id, organisation_id, survivor_id, other_id, before, version, at, actor, actor_name)
			SELECT $1, $2, $3, $4, $5, a.version, $6, $7, $8 FROM security_asset a WHERE a.id = $3`, id, survivor.OrganisationID, survivor.ID, other.ID, string(before), now.UnixMilli(), who.actor, who.name)
		if err != nil {
			return fmt.Errorf("keep merge: %w", err)
		}
		tx.Changed("security_asset_merge", id, nil, in.Body)
		return m.changed(ctx, tx)
	})
	if err != nil {
		return Asset{}, err
	}
	return m.store.seen(ctx, m.kit.DB, in.Body.Survivor, now)
}

// unmerge undoes a merge.
func (m *Assets) unmerge(ctx context.Context, id string) (Asset, error) {
	now, who, survivorID := m.now(), handOf(ctx), ""
	err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		var otherID, text string
		var version, undone int64
		if err := tx.QueryRow(ctx, `SELECT survivor_id, other_id, before, version, undone_at FROM security_asset_merge WHERE id = $1`, id).Scan(&survivorID, &otherID, &text, &version, &undone); err != nil {
			return noSuch("merge")
		}
		survivor, err := m.store.seen(ctx, tx, survivorID, now)
		if err != nil {
			return noSuch("merge")
		}
		if _, err := Ours(ctx); err != nil {
			return err
		}
		other, err := m.store.seen(ctx, tx, otherID, now)
		if err != nil {
			return err
		}
		if undone > 0 || survivor.Version != version || other.State != Merged {
			return fault.New(fault.Conflict, "security.asset.undo", "the merge was undone, or the asset was changed since; change it by hand")
		}
		after := survivor
		if err := json.Unmarshal([]byte(text), &after.Facts); err != nil {
			return fmt.Errorf("read asset: %w", err)
		}
		after.UpdatedAt = now
		if err := m.store.save(ctx, tx, survivor, after, "unmerged", who); err != nil {
			return err
		}
		back := other
		back.State, back.MergedIn, back.UpdatedAt = Active, "", now
		if err := m.store.save(ctx, tx, other, back, "unmerged", who); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE security_asset_merge SET undone_at = $1 WHERE id = $2`, now.UnixMilli(), id); err != nil {
			return fmt.Errorf("undo merge: %w", err)
		}
		return m.changed(ctx, tx)
	})
	if err != nil {
		return Asset{}, err
	}
	return m.store.seen(ctx, m.kit.DB, survivorID, now)
}
