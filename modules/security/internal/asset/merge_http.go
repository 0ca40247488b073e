package asset

import (
	"context"
	"time"

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
	if _, err = Ours(ctx); err != nil {
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

func (m *Assets) undo(ctx context.Context, in httpd.Object) (Asset, error) {
	return m.unmerge(ctx, in.ID)
}
