package asset

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// mostPairs bounds the suggestions that are looked at at once.
const mostPairs = 200

func (m *Assets) mergeRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /asset-pairs", Permission: mayView, Summary: "Pairs of one's own assets that are likely one, by which key", Handler: httpd.JSON(m.listPairs)},
		{Pattern: "POST /asset-pairs/distinct", Permission: mayWrite, Summary: "Say that two assets are two", Handler: httpd.JSON(m.distinct)},
		{Pattern: "GET /asset-merges", Permission: mayView, Summary: "Merges of one's own assets", Handler: httpd.List(m.listMerges)},
		{Pattern: "POST /asset-merges", Permission: mayWrite, Summary: "Merge an asset into another, which takes what it lacks", Handler: httpd.Created(m.merge)},
		{Pattern: "POST /asset-merges/{id}/undoing", Permission: mayWrite, Summary: "Undo a merge: both are again what they were", Handler: httpd.JSON(m.undo)},
	}
}

// Pair is two assets that are likely one.
type Pair struct {
	First  Asset  `json:"first"`
	Second Asset  `json:"second"`
	By     string `json:"by" enum:"serial,mac,bacnet,station,address,likeness" doc:"The surest key that both have"`
}

type pairList struct {
	Items []Pair `json:"items" nullable:"false"`
}

// by names a rank.
func by(rank int) string {
	return []string{"", "serial", "mac", "bacnet", "station", "address", "likeness"}[rank]
}

type pairOf struct {
	first, second string
	rank          int
}

func (s store) pairs(ctx context.Context, organisation string) ([]pairOf, error) {
	rows, err := s.db.Query(ctx, fmt.Sprintf(`SELECT k.asset_id, o.asset_id, MIN(k.rank) FROM security_asset_key k JOIN security_asset_key o ON o.organisation_id = k.organisation_id AND o.value = k.value AND o.asset_id > k.asset_id
		WHERE k.organisation_id = $1 AND NOT EXISTS (SELECT 1 FROM security_asset_distinct d WHERE d.first_id = k.asset_id AND d.second_id = o.asset_id)
		GROUP BY k.asset_id, o.asset_id ORDER BY MIN(k.rank), k.asset_id, o.asset_id LIMIT %d`, mostPairs), organisation)
	if err != nil {
		return nil, fmt.Errorf("look for pairs: %w", err)
	}
	return sqldb.All(rows, func(r sqldb.Row) (p pairOf, err error) { return p, r.Scan(&p.first, &p.second, &p.rank) })
}

func (m *Assets) listPairs(ctx context.Context, _ nothing) (pairList, error) {
	out := pairList{Items: []Pair{}}
	if Supervises(identity.From(ctx)) {
		return out, nil
	}
	list, err := m.store.pairs(ctx, identity.From(ctx).Organisation.ID)
	if err != nil {
		return out, err
	}
	for _, p := range list {
		first, err := m.store.seen(ctx, m.kit.DB, p.first, m.now())
		if err != nil {
			return out, err
		}
		second, err := m.store.seen(ctx, m.kit.DB, p.second, m.now())
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, Pair{first, second, by(p.rank)})
	}
	return out, nil
}

type assetPairInput struct {
	Body struct {
		First  string `json:"first_id" maxLength:"40"`
		Second string `json:"second_id" maxLength:"40"`
	}
}

// both reads two different active assets of one enterprise of one's own.
func (m *Assets) both(ctx context.Context, db reader, first, second string) (a, b Asset, err error) {
	if _, err = ours(ctx); err != nil {
		return a, b, err
	}
	if a, err = m.store.seen(ctx, db, first, m.now()); err != nil {
		return a, b, err
	}
	if b, err = m.store.seen(ctx, db, second, m.now()); err != nil {
		return a, b, err
	}
	if a.ID == b.ID || a.OrganisationID != b.OrganisationID || a.State != Active || b.State != Active {
		return a, b, fault.New(fault.Conflict, "security.asset.pair", "these are not two active assets of one enterprise")
	}
	return a, b, nil
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

// MergedPair is two assets that were made one.
type MergedPair struct {
	ID       string     `json:"id"`
	Survivor string     `json:"survivor_id"`
	Other    string     `json:"other_id"`
	Name     string     `json:"name" title:"保留的资产|Kept asset"`
	OtherIs  string     `json:"other" title:"并入的资产|Merged asset"`
	At       time.Time  `json:"at" title:"时间|When"`
	By       string     `json:"by" title:"操作人|Who"`
	UndoneAt *time.Time `json:"undone_at,omitempty" title:"撤销时间|Undone"`
}

func (m *Assets) listMerges(ctx context.Context, in sqldb.ListParams) (sqldb.Page[MergedPair], error) {
	l := sqldb.List{
		Select: "m.id, m.survivor_id, m.other_id, s.name, o.name, m.at, m.actor_name, m.undone_at", Key: "m.id", Order: "-at", Sort: map[string]string{"at": "m.at"},
		From: "security_asset_merge m JOIN security_asset s ON s.id = m.survivor_id JOIN security_asset o ON o.id = m.other_id",
	}
	l.Where("m.organisation_id = ?", identity.From(ctx).Organisation.ID)
	return sqldb.Fetch(ctx, m.kit.DB, l, in, scanMerge)
}

func scanMerge(r sqldb.Row) (x MergedPair, err error) {
	var at, undone int64
	err = r.Scan(&x.ID, &x.Survivor, &x.Other, &x.Name, &x.OtherIs, &at, &x.By, &undone)
	x.At, x.UndoneAt = sqldb.Time(at), sqldb.Instant(undone)
	return x, err
}

type assetMergeInput struct {
	Body struct {
		Survivor string `json:"survivor_id" maxLength:"40" doc:"The asset that stays"`
		Other    string `json:"other_id" maxLength:"40" doc:"The asset that is merged into it"`
	}
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

func (m *Assets) undo(ctx context.Context, in httpd.Object) (Asset, error) {
	now, who, survivorID := m.now(), handOf(ctx), ""
	err := m.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		var otherID, text string
		var version, undone int64
		if err := tx.QueryRow(ctx, `SELECT survivor_id, other_id, before, version, undone_at FROM security_asset_merge WHERE id = $1`, in.ID).Scan(&survivorID, &otherID, &text, &version, &undone); err != nil {
			return noSuch("merge")
		}
		survivor, err := m.store.seen(ctx, tx, survivorID, now)
		if err != nil {
			return noSuch("merge")
		}
		if _, err := ours(ctx); err != nil {
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
		if _, err := tx.Exec(ctx, `UPDATE security_asset_merge SET undone_at = $1 WHERE id = $2`, now.UnixMilli(), in.ID); err != nil {
			return fmt.Errorf("undo merge: %w", err)
		}
		return m.changed(ctx, tx)
	})
	if err != nil {
		return Asset{}, err
	}
	return m.store.seen(ctx, m.kit.DB, survivorID, now)
}
