package plan

import (
	"context"
	"fmt"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// remarks lets people comment on targets. The table remark holds what they said
// before the kernel kept comments; nothing is written there any more.
func (m *Module) remarks() []module.Remarked {
	return []module.Remarked{{
		Noun: nounTarget, Title: lang.Text{ZH: "计划目标", EN: "Plan targets"}, View: "plan.view", Earlier: m.targets.earlierRemarks,
		Find: func(ctx context.Context, id string) (module.RemarkedObject, error) {
			p, t, err := m.plans.planOf(ctx, id)
			if err != nil {
				return module.RemarkedObject{}, err
			}
			o := module.RemarkedObject{
				Title: t.Title, Path: "/plan/targets/" + t.ID + "?tab=comments", Organisations: []string{p.OrganisationID}, MayRemark: identity.From(ctx).May("plan.comment"),
			}
			if t.OwnerID != "" && t.OwnerID != p.OrganisationID {
				o.Organisations = append(o.Organisations, t.OwnerID)
			}
			return o, nil
		},
	}}
}

func (s targetStore) earlierRemarks(ctx context.Context, put func(module.EarlierRemark) error) error {
	rows, err := s.db.Query(ctx, `SELECT id, target_id, author, name, body, at FROM remark ORDER BY id`)
	if err != nil {
		return fmt.Errorf("read earlier comments: %w", err)
	}
	list, err := sqldb.All(rows, func(r sqldb.Row) (module.EarlierRemark, error) {
		var x module.EarlierRemark
		var at int64
		err := r.Scan(&x.ID, &x.Object, &x.Author, &x.Name, &x.Body, &at)
		x.At = sqldb.Time(at)
		return x, err
	})
	if err != nil {
		return err
	}
	for _, x := range list {
		if err := put(x); err != nil {
			return err
		}
	}
	return nil
}
